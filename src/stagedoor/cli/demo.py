"""Deploys the demo's applications as a team would, once the platform is up. Started by `stagedoor up --demo`."""

import json
import sys
import time
import tomllib

from stagedoor.cli import output, session, source, watching
from stagedoor.main.demo import APPLICATIONS, examples
from stagedoor.model.errors import Failure


def deploy(test: str, prod: str, services: dict[str, str]) -> None:
    """Registers the services and deploys the applications to both stacks. What is there already stays as it is.

    `services`: the address of each by its name.
    """
    client = session.connect()
    began = time.monotonic()
    output.say("the demo: four services, four applications", flush=True)
    for name, url in services.items():
        folder = examples() / "services"
        wish: dict[str, object] = {
            "urls": [url],
            "openapi": (folder / f"{name}.json").read_text(),
            "policies": tomllib.loads((folder / f"{name}.toml").read_text()),
        }
        client.put("services", name, body=wish)
    for name in APPLICATIONS:
        packed = source.read_packed(examples() / name)
        output.say(f"{name}:", flush=True)
        operation = client.post("versions", body=packed, stack="test")
        result = watching.watch(client, operation, quiet=False)
        wish = {"version": result["version"], "stack": "prod", "default": False}
        watching.watch(client, client.post("applications", name, "releases", body=wish), quiet=True)
        output.say(f"  {name} {result['version']} is in test and prod", flush=True)
    output.say(f"the demo is there after {time.monotonic() - began:.1f} s. Look at it:")
    output.say(f"  {prod}/demo/            a TV and a phone, one round trip each")
    output.say("  stagedoor open          the console")
    output.say(f"  curl -H 'x-device: tv' -b member=m7 {prod}/tv-home/home")
    output.say(f"  curl -H 'x-device: phone' -b member=m7 {prod}/phone-home/home")
    output.say(f"  curl {test}/welcome/", flush=True)


def main() -> None:
    try:
        deploy(sys.argv[1], sys.argv[2], json.loads(sys.argv[3]))
    except KeyboardInterrupt:
        sys.exit(130)  # The platform that started us stops as well.
    except Failure as failure:
        output.say_failure(failure, as_json=False)
        sys.exit(1)
    except json.JSONDecodeError as error:
        sys.exit(f"the platform's answer is no JSON: {error}")


if __name__ == "__main__":
    main()

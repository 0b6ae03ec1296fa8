"""`stagedoor dev`: the same sandbox on this machine, served again after each change."""

import json
import os
import signal
import subprocess
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

from stagedoor.http.client import Client
from tests.harness.running import COMMAND, Running, fetch, wait_until
from tests.integration.applications import hello, script
from tests.integration.services import register, serving

CALLS = """
import os
from stagedoor import ApiError, api, endpoint


@endpoint("GET", "/call/{service}")
async def call(request):
    try:
        answer = await api[request.params["service"]].get("/v1/health")
    except ApiError as error:
        return {"failed": type(error).__name__, "reason": error.reason}
    return answer.json()


@endpoint("GET", "/who")
async def who(request):
    return {"uid": os.getuid(), "root": os.path.exists("/root"), "init": os.getpid()}
"""


@contextmanager
def dev(
    folder: Path, data: Path, stagedoor: Running, *options: str, environment: dict[str, str] | None = None
) -> Iterator[tuple[int, "subprocess.Popen[str]"]]:
    process = subprocess.Popen(
        [*COMMAND, "dev", str(folder), "--port", "0", "--data", str(data), "--json", *options],
        stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, env=stagedoor.environment | (environment or {}),
    )  # fmt: skip
    assert process.stdout is not None and process.stderr is not None
    try:
        yield int(json.loads(process.stdout.readline())["url"].rpartition(":")[2]), process
    finally:
        process.send_signal(signal.SIGINT)
        process.wait(20)
        process.stdout.close()
        process.stderr.close()
    assert not list(Path("/sys/fs/cgroup").glob(f"*/stagedoor-dev-{process.pid}"))


def test_a_change_is_served_without_a_refused_request(stagedoor: Running, tmp_path: Path) -> None:
    folder = hello(tmp_path, "worked-on", "one")
    with dev(folder, tmp_path / "data", stagedoor) as (port, _):
        assert fetch(port, "/hello").json()["word"] == "one"
        (folder / "main.py").write_text((folder / "main.py").read_text().replace('"one"', '"two"'))
        wait_until(lambda: fetch(port, "/hello").json()["word"] == "two", 30, "the change")


def test_a_change_that_breaks_it_says_why_and_waits_for_the_next(stagedoor: Running, tmp_path: Path) -> None:
    folder = hello(tmp_path, "broken", "one")
    with dev(folder, tmp_path / "data", stagedoor) as (port, process):
        good = (folder / "main.py").read_text()
        (folder / "main.py").write_text("import nothing_like_this\n")
        assert process.stdout is not None
        next(line for line in process.stdout if "No module named 'nothing_like_this'" in line)
        (folder / "main.py").write_text(good.replace('"one"', '"three"'))
        wait_until(lambda: fetch(port, "/hello").json()["word"] == "three", 30, "the mended script")
        process.send_signal(signal.SIGINT)
        process.wait(20)


def test_it_is_the_same_kind_of_sandbox_with_the_same_grants(stagedoor: Running, tmp_path: Path) -> None:
    folder = script(tmp_path, "calling", CALLS, 'services = ["itself"]\n')
    with serving() as films:
        register(stagedoor, "itself", films, described=False)
        with dev(folder, tmp_path / "data", stagedoor) as (port, _):
            assert fetch(port, "/who").json() == {"uid": 10001, "root": False, "init": 1}
            assert fetch(port, "/call/itself").json()["verb"] == "GET"
            assert fetch(port, "/call/other").json()["failed"] == "ApiRefused"


class Echo(BaseHTTPRequestHandler):
    """A service that answers what the platform said of its caller."""

    def do_GET(self) -> None:
        known = {name: self.headers.get(f"stagedoor-{name}") for name in ("application", "stack")}
        content = json.dumps(known).encode()
        self.send_response(200)
        self.send_header("content-length", str(len(content)))
        self.end_headers()
        self.wfile.write(content)

    def log_message(self, *_: object) -> None:
        pass


@contextmanager
def echo(stagedoor: Running) -> Iterator[None]:
    with ThreadingHTTPServer(("127.0.0.1", 0), Echo) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        client = Client(stagedoor.addresses["control"], stagedoor.token)
        client.put("services", "dev-echo", body={"urls": [f"http://127.0.0.1:{server.server_address[1]}"]})
        yield
        server.shutdown()


def test_calls_are_marked_and_go_to_test_unless_a_role_allows_prod(stagedoor: Running, tmp_path: Path) -> None:
    folder = script(tmp_path, "marked", CALLS, 'services = ["dev-echo"]\n')
    made = stagedoor.json("token", "create", "ada", "--role", "developer", "--team", "tests")
    mine = {"STAGEDOOR_TOKEN": made["token"]}
    with echo(stagedoor):
        with dev(folder, tmp_path / "data", stagedoor, environment=mine) as (port, _):
            assert fetch(port, "/call/dev-echo").json() == {"application": "dev:ada", "stack": "test"}
        with dev(folder, tmp_path / "data", stagedoor, "--stack", "prod", environment=mine) as (port, _):
            refused = fetch(port, "/call/dev-echo").json()
            assert refused["failed"] == "ApiUpstreamError" and "403" in refused["reason"]
        with dev(folder, tmp_path / "data", stagedoor, "--stack", "prod") as (port, _):
            assert fetch(port, "/call/dev-echo").json() == {"application": "dev:operator", "stack": "prod"}
        stagedoor.json("deploy", folder=folder)
        released = stagedoor.get("/marked/call/dev-echo").json()
        assert released == {"application": "marked@1.0.0", "stack": "test"}


def test_secrets_of_this_machine_reach_the_script_and_are_never_packed(stagedoor: Running, tmp_path: Path) -> None:
    main = "from stagedoor import endpoint, secrets\n\n\n@endpoint('GET', '/')\nasync def home(request):\n"
    folder = script(tmp_path, "secretive", main + "    return {'key': secrets.get('key', 'none')}\n")
    (folder / ".stagedoor").mkdir()
    (folder / ".stagedoor" / "secrets.toml").write_text('key = "only on this laptop"\n')
    with dev(folder, tmp_path / "data", stagedoor) as (port, _):
        assert fetch(port, "/").json() == {"key": "only on this laptop"}
    stagedoor.json("deploy", folder=folder)
    assert stagedoor.get("/secretive/").json() == {"key": "none"}
    assert not list(stagedoor.data.glob("sources/*/.stagedoor"))


def test_what_a_killed_dev_left_behind_is_ended_by_the_next(stagedoor: Running, tmp_path: Path) -> None:
    folder = hello(tmp_path, "orphaned", "one")
    command = [*COMMAND, "dev", str(folder), "--data", str(tmp_path / "data"), "--json", "--port"]
    with subprocess.Popen([*command, "0"], stdout=subprocess.PIPE, text=True, env=stagedoor.environment) as killed:
        assert killed.stdout is not None
        port = json.loads(killed.stdout.readline())["url"].rpartition(":")[2]
        killed.kill()
        killed.wait()
    with subprocess.Popen([*command, port], stdout=subprocess.PIPE, text=True, env=stagedoor.environment) as second:
        assert second.stdout is not None
        assert json.loads(second.stdout.readline())["url"].endswith(f":{port}")
        assert fetch(int(port), "/hello").json()["word"] == "one"
        assert not list(Path("/sys/fs/cgroup").glob(f"*/stagedoor-dev-{killed.pid}"))
        assert not list(Path("/run").glob(f"stagedoor-dev-{killed.pid}-*"))
        second.send_signal(signal.SIGINT)
        second.wait(20)


def test_without_root_it_says_so_and_serves_nothing(tmp_path: Path) -> None:
    folder = hello(tmp_path, "rootless")
    tmp_path.chmod(0o755)
    # Imported first: others may not read the folder that Stagedoor is installed in.
    code = "import os; from stagedoor.cli.dev import run; from stagedoor.cli.parser import parse; "
    code += "import stagedoor.cli.dev as verb; os.setuid(65534); "
    code += f"run(parse('dev', '', verb, [{str(folder)!r}, '--data', '/tmp/nobody']))"
    result = subprocess.run(
        [COMMAND[0], "-c", code], capture_output=True, text=True, env=dict(os.environ) | {"HOME": "/tmp"}, check=False
    )
    assert "a sandbox needs root and an OCI runtime; nothing is served without isolation" in result.stderr


def test_without_a_sandbox_it_says_so_at_each_start(stagedoor: Running, tmp_path: Path) -> None:
    folder = script(tmp_path, "plain", CALLS)
    with dev(folder, tmp_path / "data", stagedoor, "--plain") as (port, process):
        told = fetch(port, "/who").json()
        assert told["init"] != 1 and told["uid"] == os.getuid()
        assert fetch(port, "/call/nobody").json()["failed"] == "ApiRefused"
        (folder / "main.py").write_text(CALLS + "\n")
        assert process.stdout is not None and json.loads(process.stdout.readline())["event"] == "ready"
        process.send_signal(signal.SIGINT)
        said = process.communicate(timeout=20)[1]
    assert said.count("WITHOUT A SANDBOX: the script runs as you") == 2

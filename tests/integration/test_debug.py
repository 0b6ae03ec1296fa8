"""A real debugger on a real sandbox: by the debug adapter protocol, as an editor speaks it."""

import json
import signal
import subprocess
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from tests.harness.debugger import Debugger, attach
from tests.harness.running import COMMAND, Running, fetch

SCRIPT = """from stagedoor import Request, endpoint

started = "import"


@endpoint("GET", "/sum/{a}/{b}")
async def add(request: Request) -> dict:
    total = int(request.params["a"]) + int(request.params["b"])
    return {"total": total}
"""


@contextmanager
def debugged(folder: Path, data: Path, stagedoor: Running) -> Iterator[tuple[int, "subprocess.Popen[str]"]]:
    """A `stagedoor dev --debug` that waits; the port is the debugger's."""
    process = subprocess.Popen(
        [*COMMAND, "dev", str(folder), "--port", "0", "--debug", "0", "--data", str(data), "--json"],
        stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, env=stagedoor.environment,
    )  # fmt: skip
    assert process.stdout is not None and process.stderr is not None
    try:
        said = json.loads(process.stdout.readline())
        assert said["event"] == "debugger"
        yield said["port"], process
    finally:
        process.send_signal(signal.SIGINT)
        process.wait(20)
        process.stdout.close()
        process.stderr.close()


def test_the_written_configuration_steps_through_a_request(stagedoor: Running, tmp_path: Path) -> None:
    folder = tmp_path / "sums"
    folder.mkdir()
    (folder / "stagedoor.toml").write_text(
        'name = "sums"\nteam = "tv"\n[limits]\nrequest = "1s"\nwarmup = "1s"\nhang = "1s"\n'
    )
    (folder / "main.py").write_text(SCRIPT)
    with debugged(folder, tmp_path / "data", stagedoor) as (port, process):
        launch = json.loads((folder / ".vscode" / "launch.json").read_text())["configurations"][0]
        assert (launch["type"], launch["request"], launch["connect"]["port"]) == ("debugpy", "attach", port)
        mappings = [{**one, "localRoot": str(folder)} for one in launch["pathMappings"]]
        client = attach(port)
        attached = client.send("attach", pathMappings=mappings, justMyCode=launch["justMyCode"])
        client.event("initialized")
        file = str(folder / "main.py")
        lines = client.answer(
            client.send("setBreakpoints", source={"path": file}, breakpoints=[{"line": 3}, {"line": 8}])
        )
        assert all(one["verified"] for one in lines["breakpoints"])
        client.answer(client.send("configurationDone"))
        client.answer(attached)

        stopped = client.event("stopped")  # At the first line of the script: its import waits as well.
        assert frame(client, stopped)["line"] == 3
        client.answer(client.send("continue", threadId=stopped["threadId"]))
        assert process.stdout is not None
        ready = json.loads(lines_until_ready(process))
        got: list[Any] = []
        address = int(ready["url"].rpartition(":")[2])
        asking = threading.Thread(target=lambda: got.append(fetch(address, "/sum/2/3", timeout=60).json()))
        asking.start()

        stopped = client.event("stopped")
        here = frame(client, stopped)
        assert (here["line"], here["source"]["path"]) == (8, file)
        threading.Event().wait(2.5)  # Longer than each limit of the manifest: all of them wait while one thinks.
        client.answer(client.send("next", threadId=stopped["threadId"]))
        stopped = client.event("stopped")
        value = client.answer(
            client.send("evaluate", expression="total", frameId=frame(client, stopped)["id"], context="watch")
        )
        assert value["result"] == "5"
        client.answer(client.send("continue", threadId=stopped["threadId"]))
        asking.join(30)
        assert got == [{"total": 5}]
        client.close()


def frame(client: Debugger, stopped: dict[str, Any]) -> dict[str, Any]:
    trace = client.answer(client.send("stackTrace", threadId=stopped["threadId"], startFrame=0, levels=1))
    found: dict[str, Any] = trace["stackFrames"][0]
    return found


def lines_until_ready(process: "subprocess.Popen[str]") -> str:
    assert process.stdout is not None
    for line in process.stdout:
        if '"ready"' in line:
            return line
    raise AssertionError("dev ended before it was ready")

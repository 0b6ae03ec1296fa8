"""A script breaks the listener that it received: it loses an instance, and nobody else ever notices."""

from pathlib import Path

import pytest

from tests.harness.running import Running, wait_until
from tests.integration.applications import hello, script

SHUTS = """
import asyncio
import os
import socket

from stagedoor import Request, endpoint


@endpoint("GET", "/hello")
async def hello(request: Request) -> dict:
    return {"pid": os.getpid()}


@endpoint("GET", "/shut")
async def shut(request: Request) -> dict:
    count = 0
    for name in os.listdir("/proc/self/fd"):
        try:
            one = socket.socket(fileno=os.dup(int(name)))
            if one.getsockopt(socket.SOL_SOCKET, socket.SO_ACCEPTCONN):
                count += 1
                asyncio.get_running_loop().call_later(0.2, one.shutdown, int(request.query["how"]))
        except OSError:
            pass
    return {"listeners": count}
"""


def ready(running: Running, name: str) -> dict[str, object]:
    return next(instance for instance in running.json("instances", name) if instance["state"] == "ready")


@pytest.mark.parametrize("how", [0, 2], ids=["reads", "everything"])
def test_one_that_shuts_its_listener_down_gets_a_new_one_and_so_does_whoever_comes_next(
    stagedoor: Running, tmp_path: Path, how: int
) -> None:
    name, heir = f"shuts-{how}", f"heir-{how}"
    stagedoor.cli("deploy", folder=script(tmp_path, name, SHUTS))
    before = ready(stagedoor, name)
    assert stagedoor.get(f"/{name}/hello").status == 200
    assert stagedoor.get(f"/{name}/shut?how={how}").json() == {"listeners": 1}
    ends = wait_until(
        lambda: [activity for activity in stagedoor.json("activity", name) if activity["action"] == "death"],
        20,
        "the activity",
    )
    assert ends[0]["target"] == f"{before['id']} of 1.0.0" and ends[0]["after"]["kind"] == "shut listener"
    assert stagedoor.get(f"/{name}/hello").status == 200
    after = ready(stagedoor, name)
    assert after["id"] != before["id"] and after["door"] == before["door"]

    # The same again, and at once it leaves: whoever is given the listener next serves on it.
    assert stagedoor.get(f"/{name}/shut?how={how}").json() == {"listeners": 1}
    stagedoor.cli("delete", name, "--line", "1", "--stack", "test", "--confirm", f"{name}/v1")
    wait_until(lambda: stagedoor.json("instances", name) == [], 30, "its end")
    heirs = []
    for number in range(20):
        heirs.append(f"{heir}-{number}")
        stagedoor.cli("deploy", folder=hello(tmp_path, heirs[-1]))
        assert stagedoor.get(f"/{heirs[-1]}/hello").status == 200
        if ready(stagedoor, heirs[-1])["door"] == before["door"]:
            break
    else:
        pytest.fail("nobody was given the listener again")
    for name in heirs:
        stagedoor.cli("delete", name, "--line", "1", "--stack", "test", "--confirm", f"{name}/v1")


def test_a_listener_outlives_node_and_every_instance_of_its_deployment(own: Running, tmp_path: Path) -> None:
    import os
    import signal

    own.cli("deploy", folder=hello(tmp_path, "stays"))
    before = listeners_of(own)
    os.kill(int(own.program("node")["pid"]), signal.SIGKILL)
    wait_until(lambda: own.program("node")["restarts"] == 1, 20, "another node")
    instance = wait_until(lambda: ready(own, "stays"), 20, "the adopted instance")
    os.kill(int(str(instance["pid"])), signal.SIGKILL)
    assert own.get("/stays/hello").status == 200
    assert listeners_of(own) == before


def listeners_of(running: Running) -> dict[str, int]:
    from stagedoor.main.paths import Paths

    return {path.name: path.stat().st_ino for path in (Paths.of(running.data).run / "doors").iterdir()}

"""Who takes part in `bench attacks`: a hostile team, a bystander, a viewer, and what each attack says of itself."""

import http.client
import json
import subprocess
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from tests.harness.hostile import EVIL, LIMITS, run_inside
from tests.harness.running import Running, platform, write_application

SETTINGS = """
[edge]
device = "header:x-device"
member = "cookie:member"
client_rate = 100000
client_connections = 200

[pools]
slots = 16
"""
_MAX_BODY = 1_000_000
GOOD = """
from stagedoor import api, endpoint


@endpoint("GET", "/good")
async def good(request):
    return {"member": request.member}


@endpoint("POST", "/good")
async def store(request):
    return {"size": len(request.body)}


@endpoint("GET", "/call")
async def call(request):
    return (await api.payments.get("/balance")).json()
"""
_PAYMENTS = {
    "openapi": "3.0.0",
    "info": {"title": "payments", "version": "1"},
    "paths": {
        "/balance": {"get": {"operationId": "balance", "responses": {}}},
        "/pay": {"post": {"operationId": "pay", "responses": {}}},
    },
}


@dataclass(frozen=True)
class Verdict:
    """What came of an attack; `evidence` is what was seen."""

    refused: bool
    evidence: str


@dataclass(frozen=True)
class Attack:
    """`run` makes one attempt. It raises nothing that the platform causes: that is part of the evidence."""

    name: str
    run: Callable[["World"], Verdict]


@dataclass(frozen=True)
class World:
    """A platform with an operator, the hostile team red with the application evil, and blue with good and payments."""

    operator: Running
    red: Running
    blue: Running
    viewer: Running
    folder: Path
    asked: list[str]  # What payments was asked: method, path and caller.

    @property
    def port(self) -> int:
        return self.operator.port("test")

    def inside(self, source: str) -> list[Any]:
        return run_inside(self.operator, "evil", source)

    def deploy(
        self, who: Running, name: str, main: str, manifest: str, timeout: float = 60
    ) -> "subprocess.CompletedProcess[str]":
        team = "blue" if who is self.blue else "red"
        # Each attempt is another content.
        main += f"\n# {time.time_ns()}\n"
        folder = write_application(self.folder / name, main, f'name = "{name}"\nteam = "{team}"\n{manifest}')
        return who.cli("deploy", folder=folder, check=False, timeout=timeout)

    def api(
        self, who: Running | None, method: str, path: str, body: Any = None, timeout: float = 10
    ) -> tuple[int, str]:
        """Asks the control API as it is, without a token when `who` is nobody.

        Returns status 0 when no head came in time; of a body that goes on only what came until then.
        """
        connection = http.client.HTTPConnection("127.0.0.1", self.operator.port("control"), timeout=timeout)
        headers = {"content-type": "application/json"}
        if who is not None:
            headers["authorization"] = f"Bearer {who.token}"
        try:
            connection.request(method, path, None if body is None else json.dumps(body), headers)
            response = connection.getresponse()
            return response.status, _read(response, time.monotonic() + timeout)
        except (OSError, http.client.HTTPException) as error:
            return 0, repr(error)
        finally:
            connection.close()

    def pid(self, program: str) -> int:
        return int(self.operator.program(program)["pid"])


@contextmanager
def build(payments_port: int, asked: list[str]) -> Iterator[World]:
    """Starts the platform, its people and its applications."""
    with tempfile.TemporaryDirectory(prefix="bench-") as name, platform(SETTINGS) as running:
        people = {
            who: replace(running, token=json.loads(running.cli("token", "create", *words, "--json").stdout)["token"])
            for who, words in {
                "red": ("red", "--role", "developer", "--team", "red"),
                "blue": ("blue", "--role", "developer", "--team", "blue"),
                "viewer": ("view", "--role", "viewer"),
            }.items()
        }
        world = World(running, people["red"], people["blue"], people["viewer"], Path(name), asked)
        service = {
            "urls": [f"http://127.0.0.1:{payments_port}"], "team": "blue", "credential": "TOP-SECRET",
            "openapi": json.dumps(_PAYMENTS),
        }  # fmt: skip
        status, said = world.api(running, "PUT", "/v1/services/payments", service)
        if status != 200:
            raise RuntimeError(f"payments is not in the catalog: {said}")
        for who, application, main, manifest in (
            (world.red, "evil", EVIL, 'services = ["payments.balance"]\n' + LIMITS),
            (world.blue, "good", GOOD, 'services = ["payments"]\n[scaling]\nmin = 1\nmax = 4\n'),
        ):
            done = world.deploy(who, application, main, manifest)
            if done.returncode:
                raise RuntimeError(f"{application} is not deployed: {done.stdout}{done.stderr}")
        yield world


def _read(response: http.client.HTTPResponse, deadline: float) -> str:
    content = b""
    try:
        while time.monotonic() < deadline and len(content) < _MAX_BODY and (part := response.read1(65_536)):
            content += part
    except OSError:
        pass
    return content.decode(errors="replace")


def resident(pid: int) -> int:
    """Returns the bytes of memory that a process has; 0 when it is gone."""
    try:
        text = Path(f"/proc/{pid}/status").read_text()
    except OSError:
        return 0
    return int(text.partition("VmRSS:")[2].split()[0]) * 1024

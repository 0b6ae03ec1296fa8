"""Many applications on one platform, published and released as `stagedoor deploy` does it, side by side."""

import time
from collections.abc import Iterable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path

import httpx2
from tests.harness.running import Running, fetch_json, write_application

from stagedoor.bundle.pack import pack

_LOOK = 0.1
SMALL = """
from stagedoor import Request, endpoint


@endpoint("GET", "/")
async def home(request: Request) -> dict:
    return {"rows": [1, 2, 3]}
"""
IMPORTS = """
import httpx
import pydantic

from stagedoor import Request, endpoint


class Row(pydantic.BaseModel):
    title: str
    films: list[int]


@endpoint("GET", "/")
async def home(request: Request) -> dict:
    return Row(title=httpx.__title__, films=[1, 2, 3]).model_dump()
"""


@dataclass(frozen=True)
class App:
    name: str
    main: str = SMALL
    manifest: str = ""
    files: dict[str, str] = field(default_factory=dict)


def deploy(running: Running, folder: Path, apps: Iterable[App], *, lanes: int = 8) -> None:
    """All of them, in the stack test. Raises RuntimeError with what the platform said."""
    with (
        httpx2.Client(
            base_url=running.addresses["control"], headers={"authorization": f"Bearer {running.token}"}, timeout=60
        ) as client,
        ThreadPoolExecutor(lanes) as pool,
    ):
        list(pool.map(lambda app: _deploy(client, folder, app), apps))


def _deploy(client: httpx2.Client, folder: Path, app: App) -> None:
    manifest = f'name = "{app.name}"\nteam = "bench"\n{app.manifest}'
    source = write_application(folder / app.name, app.main, manifest, app.files)
    answer = client.post("/v1/versions", params={"stack": "test"}, content=pack(source, 10_000_000))
    if answer.status_code != 202:
        raise RuntimeError(answer.text)
    number = answer.json()["id"]
    deadline = time.monotonic() + 120
    while (told := client.get(f"/v1/operations/{number}").json())["state"] == "running":
        if time.monotonic() > deadline:
            raise RuntimeError(f"the deploy of {app.name} does not end")
        time.sleep(_LOOK)
    if told["state"] != "done":
        raise RuntimeError(str(told))


def asleep(running: Running, names: Iterable[str]) -> bool:
    """Whether none of these has an instance, not even one that is about to leave."""
    awake = {one["application"] for one in fetch_json(running, "/v1/instances")}
    return awake.isdisjoint(names)

"""One device request that makes twelve calls: ours beside the limit and beside what people write.

Each of the twelve answers is 1 KB of JSON from one bare server; what is made of them is 2 KB. The limit is one bare
HAProxy on both sides of a bare server with a client written by hand. FastAPI, aiohttp and Node stand behind nginx and
call the server themselves; workerd stands alone. One process each. Ours has everything on that production has.
"""

import json
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from importlib.util import find_spec
from pathlib import Path

from tests.harness import tools
from tests.harness.running import Running, fetch, platform, write_application

from bench import load
from bench.load import PEERS, Turns
from bench.peers.shaping import CALLS, shape
from bench.report import Report, median

MANIFEST = """
name = "bench"
team = "bench"
services = ["api"]

[scaling]
min = 1
max = 1
"""
MAIN = """
from msgspec import Struct
from stagedoor import Request, api, endpoint


class Film(Struct):
    id: int
    name: str


class Row(Struct):
    id: int
    title: str
    films: list[Film]


@endpoint("GET", "/home")
async def home(request: Request) -> dict:
    answers = await api.gather(*(api.api.get(f"/item/{n}") for n in range(12)))
    rows = [one.json(Row) for one in answers]
    return {"rows": [{"id": one.id, "title": one.title, "films": one.films[:5]} for one in rows]}
"""
DOCUMENT = {
    "id": 4711,
    "title": "Seen today",
    "films": [{"id": 500 + n, "name": f"Up {n:02}", "year": 1970 + n, "hd": True} for n in range(20)],
}
_WITHOUT_SNIFFIO = (
    "httpx: httpcore 1.0 looks for sniffio several times in every call, which costs a third more CPU while it is not"
    " installed, as here (encode/httpcore#1103)"
)
_CLIENTS = {"ours": "client_us", "aiohttp": "client_aiohttp_us", "httpx": "client_httpx_us", "bare": "client_bare_us"}


def run(*, quick: bool) -> Report:
    rounds, seconds = (2, 1) if quick else (5, 3)
    report = Report("fanout")
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="bench-")))
        folder.chmod(0o755)
        service = stack.enter_context(served(folder))
        urls = {
            name: f"http://127.0.0.1:{port}{'/bench' if name == 'stagedoor' else ''}/home"
            for name, port in _ports(stack, folder, service).items()
        }
        for name, url in urls.items():
            _check(name, url)
        turns = load.in_turns(urls, rounds, seconds, report)
        _clients(report, folder / "egress.sock", *((1, 1200) if quick else (3, 3600)))
    _compare(report, turns)
    if find_spec("sniffio") is None:
        report.limits.append(_WITHOUT_SNIFFIO)
    return report


def _compare(report: Report, turns: dict[str, Turns]) -> None:
    for name, one in turns.items():
        tails = [turn.p99 for turn in one.one if turn.p99 is not None]
        if tails:
            report.figures[f"{name}_p99_ms_at_1"] = round(median(tails), 4)
    ours, limit, node = turns["stagedoor"], turns["limit"], turns["node"]
    fastapi = max((turns["fastapi_httpx"], turns["fastapi_aiohttp"]), key=lambda one: median(one.rates))
    peers = {"limit": limit, "node": node, "aiohttp": turns["aiohttp"], "fastapi": fastapi, "workerd": turns["workerd"]}
    for name, peer in peers.items():
        report.ratios[f"rps_vs_{name}"] = load.ratio(ours.rates, peer.rates)
    report.ratios["p50_vs_limit"] = load.ratio([one.p50 for one in ours.one], [one.p50 for one in limit.one])
    pairs = [(mine.p99, theirs.p99) for mine, theirs in zip(ours.one, node.one, strict=True)]
    tails = [mine / theirs for mine, theirs in pairs if mine and theirs]
    report.ratios["p99_vs_node"] = round(median(tails), 3) if tails else None


def _check(name: str, url: str) -> None:
    """Everybody gives the same answer, of the size that was meant."""
    got = load.ask(url)
    assert got.status == 200, f"{name} answers {got.status}: {got.body[:500]!r}"
    assert got.json() == shape([DOCUMENT] * CALLS), f"{name} answers something else: {got.body[:500]!r}"
    assert 1500 <= len(got.body) <= 2500, f"{name} answers {len(got.body)} bytes"


def _clients(report: Report, egress: Path, rounds: int, calls: int) -> None:
    """The client alone, each in a process of its own, in turns."""
    script = str(PEERS / "client_cost.py")
    taken: dict[str, list[float]] = {kind: [] for kind in _CLIENTS}
    for _ in range(rounds):
        for kind in _CLIENTS:
            command = [load.interpreter(), script, kind, str(egress), str(calls)]
            taken[kind].append(float(subprocess.run(command, capture_output=True, text=True, check=True).stdout))
    for kind, name in _CLIENTS.items():
        report.figures[name] = round(median(taken[kind]), 1)


def _ports(stack: ExitStack, folder: Path, service: int) -> dict[str, int]:
    """Who is slow to start is started first, and waited for last."""
    address = f"http://127.0.0.1:{service}"
    modules = tools.node_packages()
    behind = {
        "fastapi_httpx": load.uvicorn("--factory", "fanout_fastapi:with_httpx"),
        "fastapi_aiohttp": load.uvicorn("--factory", "fanout_fastapi:with_aiohttp"),
        "aiohttp": [load.interpreter(), str(PEERS / "fanout_aiohttp.py"), address],
        "node": [tools.node(), str(PEERS / "fanout_node.mjs"), address, str(modules / "undici")],
    }
    others = {
        name: stack.enter_context(load.behind_nginx(folder, name, command, {"BENCH_SERVICE": address}))
        for name, command in behind.items()
    }
    ports = {
        "limit": stack.enter_context(_limit(folder, service)),
        "stagedoor": stack.enter_context(_stagedoor(folder, address)),
        "workerd": stack.enter_context(_workerd(modules, service)),
    }
    for port in others.values():
        load.wait(port, "/home")
    return ports | others


@contextmanager
def served(folder: Path) -> Iterator[int]:
    """The service that everybody calls, over TCP as in life."""
    port = load.free_port()
    document = folder / "document.json"
    document.write_text(json.dumps(DOCUMENT, separators=(",", ":")))
    assert 950 <= document.stat().st_size <= 1100, document.stat().st_size
    with load.process([load.interpreter(), str(PEERS / "bare.py"), str(port), str(document)]):
        load.wait_for_listener(("127.0.0.1", port))
        yield port


@contextmanager
def _stagedoor(folder: Path, address: str) -> Iterator[int]:
    with platform(load.SETTINGS) as running:
        deploy(running, folder, address)
        yield running.port("prod")


def deploy(running: Running, folder: Path, address: str) -> None:
    _register(running, address)
    application = write_application(folder / "app", MAIN, MANIFEST)
    running.cli("deploy", str(application), "--stack", "prod")
    load.wait(running.port("prod"), "/bench/home")


def _register(running: Running, address: str) -> None:
    headers = {"authorization": f"Bearer {running.token}", "content-type": "application/json"}
    body = json.dumps({"urls": [address]}).encode()
    got = fetch(running.port("control"), "/v1/services/api", headers, method="PUT", body=body)
    assert got.status == 200, got.body


@contextmanager
def _limit(folder: Path, service: int) -> Iterator[int]:
    """One HAProxy, both ways."""
    port = load.free_port()
    sections = f"""
frontend edge
  bind 127.0.0.1:{port}
  default_backend script
frontend egress
  bind unix@{folder}/egress.sock
  default_backend service
backend script
  server script unix@{folder}/limit.sock
backend service
  server service 127.0.0.1:{service}
"""
    egress = str(folder / "egress.sock")
    server = [load.interpreter(), str(PEERS / "fanout_limit.py"), egress, str(folder / "limit.sock")]
    with load.haproxy(folder, sections):
        load.wait_for_listener(egress)
        with load.process(server):
            load.wait(port, "/home")
            yield port


@contextmanager
def _workerd(modules: Path, service: int) -> Iterator[int]:
    port = load.free_port()
    command = [
        str(modules / "@cloudflare" / "workerd-linux-64" / "bin" / "workerd"), "serve",
        str(PEERS / "fanout_worker.capnp"), f"--socket-addr=http=127.0.0.1:{port}",
        f"--external-addr=api=127.0.0.1:{service}",
    ]  # fmt: skip
    with load.process(command):
        load.wait(port, "/home")
        yield port

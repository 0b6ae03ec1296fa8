"""A small JSON answer through the edge, in turns with the limit and with what people use.

The limit is a bare HAProxy in front of a bare uvloop/httptools server. FastAPI and Node stand behind nginx. Ours has
everything on that production has: request ids, a record of each request, limits, the sandbox.
"""

import tempfile
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

from tests.harness import tools
from tests.harness.running import Running, platform, write_application

from bench import load
from bench.report import Report

MAIN = """
from stagedoor import Request, endpoint


@endpoint("GET", "/small")
async def small(request: Request) -> dict:
    return {"message": "Hello", "films": [1, 2, 3]}
"""


def run(*, quick: bool) -> Report:
    rounds, seconds = (2, 2) if quick else (7, 5)
    node = [tools.node(), str(load.PEERS / "node_server.js")]
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="bench-")))
        folder.chmod(0o755)
        ports = {
            "limit": stack.enter_context(_limit(folder)),
            "stagedoor": stack.enter_context(_stagedoor(folder)),
            "node": stack.enter_context(load.behind_nginx(folder, "node", node)),
            "fastapi": stack.enter_context(load.behind_nginx(folder, "fastapi", load.uvicorn("fastapi_app:app"))),
        }
        for name in ("node", "fastapi"):
            load.wait(ports[name], "/small")
        return _measure(ports, rounds, seconds)


def _measure(ports: dict[str, int], rounds: int, seconds: int) -> Report:
    report = Report("path")
    urls = {
        name: f"http://127.0.0.1:{port}/{'bench/' if name == 'stagedoor' else ''}small" for name, port in ports.items()
    }
    turns = load.in_turns(urls, rounds, seconds, report)
    ours = turns["stagedoor"]
    for peer in ("limit", "node", "fastapi"):
        report.ratios[f"rps_vs_{peer}"] = load.ratio(ours.rates, turns[peer].rates)
    report.ratios["p50_vs_limit"] = load.ratio([one.p50 for one in ours.one], [one.p50 for one in turns["limit"].one])
    return report


@contextmanager
def _stagedoor(folder: Path) -> Iterator[int]:
    with platform(load.SETTINGS) as running:
        deploy_small(running, folder)
        yield running.port("prod")


def deploy_small(running: Running, folder: Path) -> None:
    application = write_application(folder / "app", MAIN, 'name = "bench"\nteam = "bench"\n')
    running.cli("deploy", str(application), "--stack", "prod")


@contextmanager
def _limit(folder: Path) -> Iterator[int]:
    port = load.free_port()
    sections = f"""
frontend edge
  bind 127.0.0.1:{port}
  default_backend bare
backend bare
  server bare unix@{folder}/bare.sock
"""
    server = [load.interpreter(), str(load.PEERS / "bare.py"), str(folder / "bare.sock")]
    with load.process(server), load.haproxy(folder, sections):
        load.wait(port, "/small")
        yield port

"""A small JSON answer through the edge, in turns with the limit and with what people use.

The limit is a bare HAProxy in front of a bare uvloop/httptools server. FastAPI and Node stand behind nginx. Ours has
everything on that production has: request ids, a record of each request, limits, the sandbox.
"""

import os
import re
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

from bench import tools
from bench.report import Report, median
from bench.running import Running, fetch, platform, wait_until, write_application

PEERS = Path(__file__).parent / "peers"
SETTINGS = "[edge]\nclient_rate = 10000000\n"
MAIN = """
from stagedoor import Request, endpoint


@endpoint("GET", "/small")
async def small(request: Request) -> dict:
    return {"message": "Hello", "films": [1, 2, 3]}
"""
_LATENCY = re.compile(r"50%\s+([\d.]+)(us|ms|s)")
_RATE = re.compile(r"Requests/sec:\s+([\d.]+)")
_ERRORS = re.compile(r"Non-2xx or 3xx responses: (\d+)|Socket errors: (.*)")
_UNITS = {"us": 0.001, "ms": 1.0, "s": 1000.0}


def run(*, quick: bool) -> Report:
    rounds, seconds = (2, 2) if quick else (7, 5)
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="bench-")))
        folder.chmod(0o755)
        ports = {
            "limit": stack.enter_context(_limit(folder)),
            "stagedoor": stack.enter_context(_stagedoor(folder)),
            "node": stack.enter_context(_behind_nginx(folder, "node", [tools.node(), str(PEERS / "node_server.js")])),
            "fastapi": stack.enter_context(_behind_nginx(folder, "fastapi", _uvicorn())),
        }
        return _measure(ports, rounds, seconds)


def _measure(ports: dict[str, int], rounds: int, seconds: int) -> Report:
    urls = {
        name: f"http://127.0.0.1:{port}/{'bench/' if name == 'stagedoor' else ''}small" for name, port in ports.items()
    }
    rate: dict[str, list[float]] = {name: [] for name in urls}
    alone: dict[str, list[float]] = {name: [] for name in urls}
    busy: dict[str, list[float]] = {name: [] for name in urls}
    report = Report("path")
    for name, url in urls.items():
        _load(url, 32, 1)
        _ = name
    for _ in range(rounds):
        for name, url in urls.items():
            many, one = _load(url, 32, seconds), _load(url, 1, seconds)
            rate[name].append(many[0])
            busy[name].append(many[1])
            alone[name].append(one[1])
            report.limits += [f"{name}: {error}" for error in (many[2], one[2]) if error]
    for name in urls:
        report.figures[f"{name}_rps"] = round(median(rate[name]))
        report.figures[f"{name}_p50_ms_at_1"] = round(median(alone[name]), 4)
        report.figures[f"{name}_p50_ms_at_32"] = round(median(busy[name]), 3)
    report.figures |= {
        "rounds": rounds,
        "seconds_each": seconds,
        "python": sys.version.split()[0],
        "cores": os.cpu_count(),
    }
    for peer in ("limit", "node", "fastapi"):
        pairs = [ours / theirs for ours, theirs in zip(rate["stagedoor"], rate[peer], strict=True)]
        report.ratios[f"rps_vs_{peer}"] = round(median(pairs), 3)
    pairs = [ours / theirs for ours, theirs in zip(alone["stagedoor"], alone["limit"], strict=True)]
    report.ratios["p50_vs_limit"] = round(median(pairs), 3)
    return report


def _load(url: str, connections: int, seconds: int) -> tuple[float, float, str]:
    """(requests a second, p50 in ms, what went wrong)"""
    arguments = [tools.need("wrk", "wrk"), "-t1", f"-c{connections}", f"-d{seconds}s", "--latency", url]
    said = subprocess.run(arguments, capture_output=True, text=True, check=True).stdout
    rate, latency, errors = _RATE.search(said), _LATENCY.search(said), _ERRORS.search(said)
    assert rate and latency, said
    return float(rate[1]), float(latency[1]) * _UNITS[latency[2]], errors[0] if errors else ""


@contextmanager
def _stagedoor(folder: Path) -> Iterator[int]:
    with platform(SETTINGS) as running:
        deploy_small(running, folder)
        yield running.port("prod")


def deploy_small(running: Running, folder: Path) -> None:
    application = write_application(folder / "app", MAIN, 'name = "bench"\nteam = "bench"\n')
    running.cli("deploy", str(application), "--stack", "prod")


@contextmanager
def _limit(folder: Path) -> Iterator[int]:
    port = free_port()
    configuration = folder / "haproxy.cfg"
    configuration.write_text(f"""
defaults
  mode http
  timeout client 60s
  timeout server 60s
  timeout connect 5s
  http-reuse always
frontend edge
  bind 127.0.0.1:{port}
  default_backend bare
backend bare
  server bare unix@{folder}/bare.sock
""")
    server = [interpreter(), str(PEERS / "bare.py"), str(folder / "bare.sock")]
    with _process(server), _process([tools.need("haproxy", "haproxy"), "-db", "-f", str(configuration)]):
        _wait(port)
        yield port


@contextmanager
def _behind_nginx(folder: Path, name: str, command: list[str]) -> Iterator[int]:
    port = free_port()
    sock = folder / f"{name}.sock"
    configuration = folder / f"{name}.conf"
    configuration.write_text(f"""
user root;
worker_processes auto;
pid {folder}/{name}.pid;
error_log /dev/null crit;
events {{ worker_connections 1024; }}
http {{
  access_log off;
  client_body_temp_path {folder}/{name}-body;
  upstream app {{ server unix:{sock}; keepalive 64; }}
  server {{
    listen 127.0.0.1:{port} backlog=1024;
    keepalive_requests 100000000;
    location / {{ proxy_pass http://app; proxy_http_version 1.1; proxy_set_header Connection ""; }}
  }}
}}
""")
    nginx = [tools.need("nginx", "nginx-light"), "-c", str(configuration), "-g", "daemon off;"]
    with _process([*command, str(sock)]), _process(nginx):
        _wait(port)
        yield port


def _uvicorn() -> list[str]:
    return [
        sys.executable, "-m", "uvicorn", "--app-dir", str(PEERS), "fastapi_app:app", "--loop", "uvloop",
        "--http", "httptools", "--no-access-log", "--log-level", "error", "--uds",
    ]  # fmt: skip


def interpreter() -> str:
    """This environment's own: containers run the same one (see `python` in the figures)."""
    return sys.executable


@contextmanager
def _process(command: list[str]) -> Iterator[None]:
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    try:
        yield
    finally:
        process.send_signal(signal.SIGTERM)
        try:
            process.wait(5)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


def free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as held:
        return int(held.getsockname()[1])


def _wait(port: int) -> None:
    def answers() -> bool:
        try:
            return fetch(port, "/small", timeout=2).status == 200
        except OSError:
            return False

    wait_until(answers, 20, f"an answer on port {port}")
    time.sleep(0.1)

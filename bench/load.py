"""Requests from wrk, in turns, and what answers them: servers of others, each behind the proxy it is used with."""

import os
import re
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from tests.harness import tools
from tests.harness.running import Got, fetch, wait_until

from bench.report import Report, median

PEERS = Path(__file__).parent / "peers"
# Nobody is limited: the load comes from one address.
SETTINGS = "[edge]\nclient_rate = 10000000\n"
# Idle connections stay open for longer than all other peers' turns take.
_DEFAULTS = """
defaults
  mode http
  timeout client 600s
  timeout server 600s
  timeout connect 5s
  http-reuse always
"""
_COMPILE = {"node", "workerd"}
_LATENCY = re.compile(r"(50|99)%\s+([\d.]+)(us|ms|s)")
_RATE = re.compile(r"Requests/sec:\s+([\d.]+)")
_REQUESTS = re.compile(r"(\d+) requests in")
_SENT = re.compile(r"sent (\d+) late (\d+)")
_ERRORS = re.compile(r"Non-2xx or 3xx responses: \d+|Socket errors: .*")
_UNITS = {"us": 0.001, "ms": 1.0, "s": 1000.0}


@dataclass(frozen=True)
class Load:
    """What wrk said: requests a second, milliseconds, and what went wrong. No p99 of fewer than 100 requests.

    Of a paced one also how many were sent, and how many of them more than 5 ms after they were due.
    """

    rate: float
    p50: float
    p99: float | None
    errors: str
    requests: int = 0
    sent: int = 0
    late: int = 0


@dataclass
class Turns:
    """A peer's rounds: at 32 connections, and at one."""

    many: list[Load] = field(default_factory=list)
    one: list[Load] = field(default_factory=list)

    @property
    def rates(self) -> list[float]:
        return [load.rate for load in self.many]


def wrk(url: str, connections: int, seconds: int, rate: int = 0) -> Load:
    """As many requests as get answered, or `rate` a second, each when it is due."""
    paced = ["-s", str(PEERS / "paced.lua"), url, "--", str(rate), str(seconds)] if rate else [url]
    length = f"-d{seconds + 1 if rate else seconds}s"
    arguments = [tools.need(tools.WRK), "-t1", f"-c{connections}", length, "--latency", *paced]
    said = subprocess.run(arguments, capture_output=True, text=True, check=True).stdout
    reached, requests = _RATE.search(said), _REQUESTS.search(said)
    shares = {share: float(value) * _UNITS[unit] for share, value, unit in _LATENCY.findall(said)}
    assert reached and requests, said
    sent = _SENT.search(said)
    return Load(
        int(requests[1]) / seconds if rate else float(reached[1]),
        shares["50"],
        shares["99"] if int(requests[1]) >= 100 else None,
        ", ".join(_ERRORS.findall(said)),
        int(requests[1]),
        *([int(sent[1]), int(sent[2])] if sent else []),
    )


def in_turns(urls: dict[str, str], rounds: int, seconds: int, report: Report) -> dict[str, Turns]:
    """Every round asks each once at 32 connections and once at one; figures and what went wrong go into the report."""
    turns = {name: Turns() for name in urls}
    _warm_up(urls)
    for number in range(rounds):
        for name, url in urls.items():
            for connections, loads in ((32, turns[name].many), (1, turns[name].one)):
                ask(url)  # It may still work at what wrk left behind, or have let its connections expire meanwhile.
                loads.append(wrk(url, connections, seconds))
                if errors := loads[-1].errors:
                    report.limits.append(f"{name}, round {number + 1}, connections {connections}: wrk says {errors}")
    for name, one in turns.items():
        report.figures[f"{name}_rps"] = round(median(one.rates))
        report.figures[f"{name}_p50_ms_at_1"] = round(median([load.p50 for load in one.one]), 4)
        report.figures[f"{name}_p50_ms_at_32"] = round(median([load.p50 for load in one.many]), 3)
    report.figures |= {
        "rounds": rounds,
        "seconds_each": seconds,
        "python": sys.version.split()[0],
        "cores": os.cpu_count(),
    }
    return turns


def _warm_up(urls: dict[str, str]) -> None:
    """Who compiles while it runs has two seconds of its own; for the others it is enough to have been asked."""
    others = [url for name, url in urls.items() if name not in _COMPILE]
    with ThreadPoolExecutor(len(others)) as together:
        list(together.map(lambda url: wrk(url, 8, 1), others))
    for url in others:
        ask(url)
    for name in sorted(_COMPILE & urls.keys()):
        wrk(urls[name], 32, 2)


def ask(url: str) -> Got:
    port, _, path = url.removeprefix("http://127.0.0.1:").partition("/")
    return fetch(int(port), f"/{path}")


def ratio(ours: list[float], theirs: list[float]) -> float:
    """The median of the rounds' own ratios: a minute that was slow was slow for both."""
    return round(median([one / other for one, other in zip(ours, theirs, strict=True)]), 3)


@contextmanager
def process(command: list[str], environment: dict[str, str] | None = None) -> Iterator[None]:
    """A server for the length of a block."""
    running = subprocess.Popen(
        command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, env=dict(os.environ) | (environment or {})
    )
    try:
        yield
    finally:
        running.send_signal(signal.SIGTERM)
        try:
            running.wait(5)
        except subprocess.TimeoutExpired:
            running.kill()
            running.wait()


@contextmanager
def haproxy(folder: Path, sections: str) -> Iterator[None]:
    """A bare HAProxy, with nothing set but what keeps connections open."""
    configuration = folder / "haproxy.cfg"
    configuration.write_text(_DEFAULTS + sections)
    with process([tools.need(tools.HAPROXY), "-db", "-f", str(configuration)]):
        yield


@contextmanager
def behind_nginx(
    folder: Path, name: str, command: list[str], environment: dict[str, str] | None = None
) -> Iterator[int]:
    """The port of nginx in front of a server, whose command ends with its socket; `wait` for it before use."""
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
    nginx = [tools.need(tools.NGINX), "-c", str(configuration), "-g", "daemon off;"]
    with process([*command, str(sock)], environment), process(nginx):
        yield port


def uvicorn(*application: str) -> list[str]:
    return [
        interpreter(), "-m", "uvicorn", "--app-dir", str(PEERS), *application, "--loop", "uvloop",
        "--http", "httptools", "--no-access-log", "--log-level", "error", "--uds",
    ]  # fmt: skip


def interpreter() -> str:
    """This environment's own: containers run the same one (see `python` in the figures)."""
    return sys.executable


def free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as held:
        return int(held.getsockname()[1])


def wait(port: int, path: str) -> None:
    """Until it answers."""

    def answers() -> bool:
        try:
            return fetch(port, path, timeout=2).status == 200
        except OSError:
            return False

    wait_until(answers, 20, f"an answer on port {port}")
    time.sleep(0.1)


def wait_for_listener(address: str | tuple[str, int]) -> None:
    """Until a connection is taken, on a socket or a port: all that some servers can be asked without a request."""

    def listens() -> bool:
        with socket.socket(socket.AF_UNIX if isinstance(address, str) else socket.AF_INET) as connection:
            return connection.connect_ex(address) == 0

    wait_until(listens, 20, f"a listener on {address}")

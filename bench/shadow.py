"""What a shadow costs people, and what it finds.

A script of two reads and a write is asked 200 times a second, paced, in turns without a shadow and with a shadow of
all its requests: the p99 that people see, medians over the rounds. The write of the live version reaches the service;
what the shadow writes must not: the service counts. Then what it finds: against the same source under another number,
nothing may be reported, though each answer holds a clock, an uuid, a set and what the service makes up anew each time;
against a version with seeded differences each of those must be: a field that changed, one that is gone, one more call,
another write, and a failure for some members.
"""

import json
import tempfile
import threading
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

from tests.harness.running import Running, fetch, fetch_json, platform, wait_until, write_application

from bench import load
from bench.report import Report, median

RATE = 200
SETTINGS = load.SETTINGS + 'device = "header:x-device"\n'
MANIFEST = """
name = "shaded"
team = "bench"
services = ["films"]

[scaling]
min = 1
max = 1
"""
MAIN = """
import time
import uuid

from stagedoor import Request, api, endpoint


@endpoint("GET", "/home")
async def home(request: Request) -> dict:
    row, film = await api.gather(api.films.get("/rows"), api.films.get("/films/7"))
    {more}
    await api.films.post("/seen", json={{"film": 7, "by": "{by}"}})
    answer = {{
        "row": row.json(), "film": film.json(), "title": "{title}", "old": True,
        "at": time.time(), "id": str(uuid.uuid4()), "words": list({{"a", "b", "c", "d"}}),
    }}
    {less}
    return answer
"""
PLAIN = {"title": "Up", "more": "pass", "less": "pass", "by": "home"}
SEEDED = {
    "title": "Down",
    "more": 'await api.films.get("/more", fallback=None); None if row.json()["number"] % 7 else 1 / 0',
    "less": 'del answer["old"]',
    "by": "shadow",
}
EXPECTED = {
    ("/title", "changed"), ("/old", "gone"), ("call films GET /more", "added"), ("call films POST /seen", "changed"),
    ("status", "changed"),
}  # fmt: skip


def run(*, quick: bool) -> Report:
    report = Report("shadow")
    with _films() as films, platform(SETTINGS) as running:
        _register(running, films.port)
        _deploy(running, PLAIN)
        url = f"http://127.0.0.1:{running.port('prod')}/shaded/home"
        load.wait(running.port("prod"), "/shaded/home")
        same = _publish(running, PLAIN | {"title": "Up", "more": "pass  # the same"})
        seeded = _publish(running, SEEDED)
        _tails(running, url, same, 1 if quick else 6, 4 if quick else 10, report)
        _findings(running, url, films, same, seeded, 3 if quick else 15, report)
    return report


def _tails(running: Running, url: str, version: str, rounds: int, seconds: int, report: Report) -> None:
    tails: dict[str, list[float]] = {"without": [], "with": []}
    load.wrk(url, 16, 2, RATE)
    for _ in range(rounds):
        tails["without"].append(_p99(url, seconds))
        _shadow(running, version)
        load.wrk(url, 16, 3, RATE)  # Until it is at work.
        tails["with"].append(_p99(url, seconds))
        report.figures["shadowed_requests"] = _report(running, version)["recordings"]
        running.cli("shadow", "end", "--application", "shaded")
        time.sleep(3)
    report.figures |= {"rounds": rounds, "seconds_each": seconds, "rate": RATE}
    for name, values in tails.items():
        report.figures[f"p99_ms_{name}"] = round(median(values), 2)
    report.ratios["p99_ratio"] = load.ratio(tails["with"], tails["without"])


def _p99(url: str, seconds: int) -> float:
    found = load.wrk(url, 16, seconds, RATE).p99
    assert found is not None
    return found


def _findings(running: Running, url: str, films: "Films", same: str, seeded: str, seconds: int, report: Report) -> None:
    found = {}
    for name, version in (("same", same), ("seeded", seeded)):
        _shadow(running, version)
        before = films.asked["/seen"]
        told = load.wrk(url, 16, seconds, RATE)
        wait_until(lambda version=version: _report(running, version)["recordings"] > RATE, 60, name)  # type: ignore[misc]
        time.sleep(3)
        found[name] = _report(running, version)
        running.cli("shadow", "end", "--application", "shaded")
        report.figures[f"{name}_live_writes"] = films.asked["/seen"] - before
        report.figures[f"{name}_requests"] = told.requests
        report.figures[f"{name}_shadowed"] = found[name]["recordings"]
    new = {name: {(one["place"], one["kind"]) for one in _new(told)} for name, told in found.items()}
    wrong = new["seeded"] - EXPECTED
    report.figures["writes_through"] = films.by["shadow"]
    report.figures["false_differences"] = len(new["same"])
    report.figures["seeded_found_share"] = round(len(new["seeded"] & EXPECTED) / len(EXPECTED), 3)
    report.figures["seeded_differences"] = len(EXPECTED)
    report.figures["seeded_others"] = sorted(f"{place} {kind}" for place, kind in wrong)
    report.figures["false_places"] = sorted(f"{place} {kind}" for place, kind in new["same"])


def _new(told: dict[str, Any]) -> list[dict[str, Any]]:
    return [one for one in told["comparison"]["groups"] if one["new"]]


def _shadow(running: Running, version: str) -> None:
    running.cli("shadow", "start", version, "--application", "shaded", "--time", "10m")


def _report(running: Running, version: str) -> dict[str, Any]:
    def look() -> dict[str, Any] | None:
        found = fetch_json(running, "/v1/replays?application=shaded&limit=1")
        return found[0] if found and found[0]["kind"] == "shadow" and found[0]["new"] == version else None

    return dict(wait_until(look, 60, "the shadow's report"))


def _deploy(running: Running, words: dict[str, str]) -> None:
    with tempfile.TemporaryDirectory() as folder:
        application = write_application(Path(folder) / "app", MAIN.format(**words), MANIFEST)
        running.cli("deploy", str(application), "--stack", "prod", "--strategy", "direct")


def _publish(running: Running, words: dict[str, str]) -> str:
    with tempfile.TemporaryDirectory() as folder:
        application = write_application(Path(folder) / "app", MAIN.format(**words), MANIFEST)
        running.cli("publish", str(application))
    numbers = [one["number"] for one in fetch_json(running, "/v1/applications/shaded/versions")]
    return str(max(numbers, key=lambda number: [int(part) for part in number.split(".")]))


def _register(running: Running, port: int) -> None:
    headers = {"authorization": f"Bearer {running.token}", "content-type": "application/json"}
    body = json.dumps({"urls": [f"http://127.0.0.1:{port}"]}).encode()
    got = fetch(running.port("control"), "/v1/services/films", headers, method="PUT", body=body)
    assert got.status == 200, got.body


class Films:
    """A service that counts what it is asked, and by whom it is written to."""

    def __init__(self) -> None:
        self.asked: Counter[str] = Counter()
        self.by: Counter[str] = Counter()
        self.port = 0


@contextmanager
def _films() -> Iterator[Films]:
    known = Films()

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"
        disable_nagle_algorithm = True

        def do_GET(self) -> None:
            known.asked[self.path] += 1
            body = self.rfile.read(int(self.headers.get("content-length", "0")))
            if body:
                known.by[json.loads(body)["by"]] += 1
            number = known.asked[self.path]
            content = json.dumps({"number": number, "films": [number * n % 97 for n in range(20)]}).encode()
            head = b"HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: %d\r\n\r\n" % len(content)
            self.wfile.write(head + content)

        do_POST = do_GET

        def log_message(self, *_: object) -> None:
            pass

    class Server(ThreadingHTTPServer):
        daemon_threads = True
        request_queue_size = 200

        def handle_error(self, request: Any, client_address: Any) -> None:
            pass  # The edge lets go of connections that it does not need.

    with Server(("127.0.0.1", 0), Handler) as server:
        known.port = server.server_address[1]
        threading.Thread(target=server.serve_forever, args=(0.05,), daemon=True).start()
        try:
            yield known
        finally:
            server.shutdown()

"""What one team, viewer or device does to telemetry costs nobody else: each attack, and beside it what must go on."""

import json
import struct
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from stagedoor.http.client import Client
from stagedoor.model import errors
from tests.harness.running import Running, fetch, platform, wait_until, write_application
from tests.integration.applications import script

SETTINGS = '[edge]\ntrusted_peers = ["127.0.0.1"]\ndevice = "header:x-device"\nmember = "cookie:member"\n'
GOOD = """
from stagedoor import Request, endpoint


@endpoint("GET", "/seen")
async def seen(request: Request) -> dict:
    print("a line of good")
    return {}
"""
EVIL = """
import os
import stat
import struct

from stagedoor import HTTPError, Request, Response, endpoint


@endpoint("GET", "/unseen")
async def unseen(request: Request) -> Response:
    return Response("hidden", 500, {"stagedoor-instance": request.headers.get("x-claim", "")})


@endpoint("GET", "/seen")
async def seen(request: Request) -> Response:
    print("a line of evil")
    return Response("shown", 500)


def find_ring() -> int:
    for number in map(int, os.listdir("/proc/self/fd")):
        try:
            status = os.fstat(number)
        except OSError:
            continue
        if number > 2 and stat.S_ISREG(status.st_mode) and status.st_size >= 3_900_000:
            return number
    raise HTTPError(404, "no ring")


@endpoint("GET", "/grow")
async def grow(request: Request) -> dict:
    os.ftruncate(find_ring(), 1_300_000_000)
    raise HTTPError(500, "so that it is kept")


@endpoint("GET", "/forge")
async def forge(request: Request) -> dict:
    ring = find_ring()
    os.pwrite(ring, b"SDR1" + struct.pack("<IQQ", 1 << 30, 0, 1 << 40), 0)
    raise HTTPError(500, "so that it is kept")
"""


class Scene:
    """A platform with a hostile team, its neighbor and a viewer."""

    def __init__(self, running: Running) -> None:
        self.running = running
        self.operator = Client(running.addresses["control"], running.token)
        self.viewer = self.client("viewer", "viewer")
        self.red = self.client("red", "developer", "--team", "red")
        self.blue = self.client("blue", "developer", "--team", "blue")

    def client(self, name: str, role: str, *options: str) -> Client:
        told = self.running.json("token", "create", name, "--role", role, *options)
        return Client(self.running.addresses["control"], told["token"])

    def health(self) -> dict[str, Any]:
        found: dict[str, Any] = self.operator.get("telemetry")
        return found

    def requests_of(self, application: str, endpoint: str) -> int:
        """How many requests of an endpoint are counted, errors or not."""
        answer = fetch(self.running.port("control"), "/v1/metrics", {"authorization": f"Bearer {self.running.token}"})
        lines = answer.body.decode().splitlines()
        return sum(
            int(line.rpartition(" ")[2])
            for line in lines
            if line.startswith("stagedoor_request_errors_total{")
            and f'application="{application}"' in line and f'endpoint="{endpoint}"' in line
        )  # fmt: skip

    @contextmanager
    def watching(self, by: Client, query: str, kind: str = "request") -> Iterator[list[tuple[str, dict[str, Any]]]]:
        """Messages as they come, while the block runs."""
        messages: list[tuple[str, dict[str, Any]]] = []
        stream = by.events("insight", query=query, kind=kind)
        messages.append(next(stream))

        def read() -> None:
            try:
                messages.extend(iter(stream.__next__, None))
            except (errors.Failure, OSError, ValueError, StopIteration, AttributeError):
                pass

        threading.Thread(target=read, daemon=True).start()
        yield messages


def seen_records(messages: list[tuple[str, dict[str, Any]]]) -> list[dict[str, Any]]:
    return [record for _, message in messages for record in message.get("records", ())]


@pytest.fixture(scope="module")
def scene(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Scene]:
    folder = tmp_path_factory.mktemp("telemetry-attacks")
    with platform(SETTINGS) as running:
        manifest = 'name = "{name}"\nteam = "{team}"\n'
        for name, team, code in (("good", "blue", GOOD), ("evil", "red", EVIL)):
            running.json("deploy", folder=write_application(folder / name, code, manifest.format(name=name, team=team)))
        yield Scene(running)


def test_a_filter_whose_constant_is_infinite_is_refused_and_the_store_goes_on(scene: Scene) -> None:
    for query, kind in (("status > 1.0e999", "request"), ("size(message) > 1.0e999", "log")):
        with pytest.raises(errors.Invalid, match="a number is at most"):
            next(scene.viewer.events("insight", query=query, kind=kind))
    with scene.watching(scene.viewer, "size(message) > 3", "log") as messages:
        assert scene.running.get("/good/seen").status == 200
        wait_until(lambda: seen_records(messages), 15, "a line that passes a filter that is right")
    wait_until(
        lambda: scene.operator.get("logs", query='message == "a line of good"')["lines"], 15, "the line in the store"
    )


def test_a_filter_that_fails_at_a_record_ends_its_watcher_and_no_other(scene: Scene) -> None:
    failing = f"(bytes.out {'* 900000000000000 ' * 25}) * 1.5 > 1.0"
    with (
        scene.watching(scene.viewer, failing) as ended,
        scene.watching(scene.blue, "status == 200") as others,
    ):
        scene.running.get("/good/seen")
        wait_until(lambda: ended[-1][0] == "ended", 10, "the end of the watcher")
        assert ended[-1][1]["code"] == "invalid" and "failed at a record" in ended[-1][1]["message"]
        scene.running.get("/good/seen")
        wait_until(lambda: len(seen_records(others)) >= 2, 10, "both requests at the other watcher")
    assert scene.health()["watchers_ended"] >= 1 and scene.health()["failed"] == ""


def test_a_pattern_that_backtracks_takes_no_time_live_and_in_the_store(scene: Scene) -> None:
    query = 'path.matches("a*a*a*a*a*a*a*b")'
    with (
        scene.watching(scene.viewer, query) as messages,
        scene.watching(scene.viewer, 'path.matches("/a{1000}")') as control,
    ):
        assert scene.running.get("/evil/" + "a" * 1500).status == 404
        scene.running.get("/evil/aab")
        wait_until(lambda: seen_records(messages) and seen_records(control), 10, "what passes the patterns")
        began = time.monotonic()
        scene.health()
        assert time.monotonic() - began < 3
    assert [record["path"] for record in seen_records(messages)] == ["/evil/aab"]
    stored = wait_until(lambda: scene.viewer.get("insight", "history", query=query)["records"], 15, "the same, stored")
    assert [record["path"] for record in stored] == ["/evil/aab"]
    for pattern, word in (("(a)\\\\1", "no references"), ("(?=a)", "no lookaround")):
        with pytest.raises(errors.Invalid, match=word):
            next(scene.viewer.events("insight", query=f'path.matches("{pattern}")'))


def test_an_endpoint_that_would_backtrack_is_refused_at_publish(scene: Scene, tmp_path: Path) -> None:
    code = """
from stagedoor import Request, endpoint
from stagedoor.runtime.router import Endpoint, router


@endpoint("GET", "/fine/{id}")
async def fine(request: Request) -> dict:
    return {}
"""
    forged = 'router.endpoints.append(Endpoint("GET", "/{a}{b}{c}{d}{e}{f}{g}{h}Z", fine, ""))\n'
    result = scene.running.cli("deploy", folder=script(tmp_path, "forged", code + forged), check=False)
    assert result.returncode != 0 and "8 parameters, and one is allowed" in result.stdout + result.stderr
    own = script(tmp_path, "declared", code + '\n\n@endpoint("GET", "/{a}.{b}")\nasync def two(request): return {}\n')
    result = scene.running.cli("deploy", folder=own, check=False)
    assert result.returncode != 0 and "one in a segment is allowed" in result.stdout + result.stderr
    scene.running.json("deploy", folder=script(tmp_path, "right", code))
    assert scene.running.get("/right/fine/7").status == 200
    wait_until(
        lambda: scene.operator.get("insight", "history", query='endpoint == "GET /fine/{id}"')["records"],
        15, "the endpoint of a path",
    )  # fmt: skip


def test_no_header_of_a_response_and_no_cookie_hides_a_request(scene: Scene) -> None:
    claims = ["\\]", "\\\\]", '"', '"]', "\\", '\\"]', "x" * 3000, "i1"]
    before, seen = scene.requests_of("evil", "GET /unseen"), scene.requests_of("evil", "GET /seen")
    for claim in claims:
        assert scene.running.get("/evil/unseen", headers={"x-claim": claim}).status == 500
        assert scene.running.get("/evil/seen", headers={"cookie": f"member={claim}", "x-device": claim}).status == 500
    wait_until(
        lambda: scene.requests_of("evil", "GET /unseen") - before == len(claims), 20, "all that a script answered"
    )
    wait_until(lambda: scene.requests_of("evil", "GET /seen") - seen == len(claims), 20, "all that a device asked")
    members = scene.operator.get("insight", "history", query='endpoint == "GET /seen" && member != ""', limit=1000)
    assert {"\\]", "\\\\]", "i1"} <= {record["member"] for record in members["records"]}


def test_a_path_longer_than_a_record_counts_for_its_application(scene: Scene) -> None:
    query = 'application == "evil" && status == 404 && path.startsWith("/evil/]]")'
    for letters in (1000, 6000):
        assert scene.running.get("/evil/" + "]" * letters).status == 404
    found = wait_until(
        lambda: len(rows := scene.operator.get("insight", "history", query=query)["records"]) == 2 and rows,
        15, "both requests",
    )  # fmt: skip
    assert all(set(record["path"].removeprefix("/evil/")) == {"]"} for record in found)


def test_one_token_takes_no_place_to_watch_from_an_operator(scene: Scene) -> None:
    viewer = scene.client("other-viewer", "viewer")
    streams = [viewer.events("insight", query="status > 1") for _ in range(10)]
    for stream in streams:
        next(stream)
    with pytest.raises(errors.TooMany, match="10 at once are allowed"):
        next(viewer.events("insight", query="status > 1"))
    with pytest.raises(errors.TooMany, match="10 at once are allowed"):
        next(viewer.lines("requests", follow=True, limit=0))
    assert next(scene.operator.events("insight", query="status > 1"))[0] == "seen"
    assert next(scene.blue.events("insight", query="status > 1"))[0] == "seen"
    for stream in streams:
        stream.close()
    streams.clear()

    def has_place() -> bool:
        try:
            next(viewer.events("insight", query="status > 1"))
        except errors.TooMany:
            return False
        return True

    wait_until(has_place, 10, "a place that was left")


def test_a_ring_that_a_script_forges_is_not_read_and_operators_know(scene: Scene, tmp_path: Path) -> None:
    def recorded(application: str, status: int) -> list[dict[str, Any]]:
        rows: list[dict[str, Any]] = scene.operator.get("recordings", application=application)
        return [row for row in rows if row["status"] == status]

    before = len(scene.health()["rings_refused"])
    scene.running.get("/evil/seen")
    wait_until(lambda: recorded("evil", 500), 15, "the recording of a request of an honest ring")
    assert scene.running.get("/evil/forge").status == 500
    wait_until(lambda: len(scene.health()["rings_refused"]) > before, 15, "the refused ring")
    scene.running.get("/good/seen")
    wait_until(lambda: recorded("good", 200), 15, "the neighbor's recording")
    assert "telemetry" in scene.running.cli("status").stdout
    wait_until(
        lambda: [one for one in scene.operator.get("activities", limit=50) if one["action"] == "ring_refused"],
        40, "the activity",
    )  # fmt: skip


def memory_of(process: int) -> int:
    line = next(line for line in Path(f"/proc/{process}/status").read_text().splitlines() if line.startswith("VmHWM"))
    return int(line.split()[1]) * 1024


def test_telemetry_reads_nothing_of_a_ring_that_grew(scene: Scene, tmp_path: Path) -> None:
    scene.running.json("deploy", folder=write_application(tmp_path / "huge", EVIL, 'name = "huge"\nteam = "red"\n'))
    process = scene.running.program("telemetry")["pid"]
    before = memory_of(process)
    assert scene.running.get("/huge/grow").status in (500, 502)
    scene.running.get("/huge/grow")
    time.sleep(1)
    assert memory_of(process) - before < 200 << 20


def otlp(kind: str, resource: dict[str, str], part: dict[str, Any]) -> bytes:
    """A body in JSON with one span or log record of a process with these attributes."""
    group, scope, name = {
        "traces": ("resourceSpans", "scopeSpans", "spans"), "logs": ("resourceLogs", "scopeLogs", "logRecords"),
    }[kind]  # fmt: skip
    attributes = [{"key": key, "value": {"stringValue": value}} for key, value in resource.items()]
    return json.dumps({group: [{"resource": {"attributes": attributes}, scope: [{name: [part]}]}]}).encode()


def send(by: Client, kind: str, resource: dict[str, str], part: dict[str, Any]) -> dict[str, Any]:
    """Sends it with the token of a client. Raises what is refused; returns the answer."""
    answer = by._send("POST", f"/v1/otlp/v1/{kind}", otlp(kind, resource, part))
    told: dict[str, Any] = json.loads(answer.read())
    return told


def log_record(text: str, level: str = "info", trace: str = "") -> dict[str, Any]:
    return {
        "timeUnixNano": str(time.time_ns()), "severityText": level, "body": {"stringValue": text}, "traceId": trace,
    }  # fmt: skip


def span(name: str, trace: str) -> dict[str, Any]:
    now = str(time.time_ns())
    return {"traceId": trace, "spanId": "1" * 16, "name": name, "startTimeUnixNano": now, "endTimeUnixNano": now}


def messages_of(scene: Scene, query: str) -> list[str]:
    return [line["message"] for line in scene.operator.get("logs", query=query)["lines"]]


def test_no_team_writes_into_the_logs_of_another(scene: Scene) -> None:
    named = {"stagedoor.application": "good"}
    with pytest.raises(errors.Forbidden, match="'good', which is no application of team red"):
        send(scene.red, "logs", named, log_record("forged by name"))
    with pytest.raises(errors.Forbidden):
        send(scene.red, "traces", named, span("forged", "a" * 32))
    # A service's name does not make a line one of an application that is called so.
    send(scene.red, "logs", {"service.name": "good"}, log_record("forged by service"))
    told = send(scene.red, "logs", {"stagedoor.application": "evil"}, log_record("forged level", "PLATFORM"))
    assert told["partialSuccess"]["rejectedLogRecords"] == 1
    assert send(scene.blue, "logs", named, log_record("its own")) == {}
    wait_until(lambda: "its own" in messages_of(scene, 'application == "good"'), 15, "the team's own line")
    wait_until(lambda: "forged by service" in messages_of(scene, 'instance == "good"'), 15, "the line of a process")
    assert not [text for text in messages_of(scene, 'application == "good"') if text.startswith("forged")]
    assert "forged level" not in messages_of(scene, "")
    wait_until(
        lambda: [one for one in scene.operator.get("activities", limit=50) if one["action"] == "otlp_refused"],
        15, "the activity",
    )  # fmt: skip


def test_spans_and_lines_of_one_team_do_not_join_a_trace_of_another(scene: Scene) -> None:
    identifier = scene.running.get("/good/seen").headers["stagedoor-request-id"]
    trace = identifier.replace("-", "")
    for by, name in ((scene.red, "of red"), (scene.blue, "of blue"), (scene.operator, "of an operator")):
        send(by, "traces", {"service.name": "process"}, span(name, trace))
        send(by, "logs", {"service.name": "process"}, log_record(name, trace=trace))

    def seen() -> dict[str, Any] | None:
        try:
            found: dict[str, Any] = scene.viewer.get("traces", identifier)
        except errors.Missing:
            return None
        names = {one["name"] for one in found["spans"]} | {line["message"] for line in found["logs"]}
        return found if {"of blue", "of an operator", "a line of good"} <= names else None

    found = wait_until(seen, 20, "the trace with what its own team reports")
    names = [one["name"] for one in found["spans"]] + [line["message"] for line in found["logs"]]
    assert "of red" not in names
    assert (names.count("of blue"), names.count("of an operator")) == (2, 2)


def test_bodies_that_are_hard_to_decode_keep_nobody_waiting(scene: Scene) -> None:
    now = time.time_ns()
    attributes = [{"key": f"k{n}", "value": {"stringValue": "a" * 30_000}} for n in range(128)]
    huge = span("huge", "b" * 32) | {"attributes": attributes}
    records = [log_record("many") | {"timeUnixNano": str(now)} for _ in range(9000)]
    many = json.dumps({"resourceLogs": [{"scopeLogs": [{"logRecords": records}]}]}).encode()
    too_many = json.dumps({"resourceLogs": [{"scopeLogs": [{"logRecords": [{}] * 60_000}]}]}).encode()
    longest, stop = [0.0], threading.Event()

    def look() -> None:
        while not stop.is_set():
            began = time.monotonic()
            scene.operator.get("telemetry")
            longest[0] = max(longest[0], time.monotonic() - began)

    def flood() -> None:
        for _ in range(3):
            for body in (otlp("traces", {}, huge), many):
                kind = "traces" if b"resourceSpans" in body[:20] else "logs"
                try:
                    scene.red._send("POST", f"/v1/otlp/v1/{kind}", body).read()
                except errors.TooMany:
                    pass

    watcher = threading.Thread(target=look)
    watcher.start()
    floods = [threading.Thread(target=flood) for _ in range(4)]
    for one in floods:
        one.start()
    with pytest.raises(errors.TooLarge, match="10000 spans or lines in one body"):
        scene.blue._send("POST", "/v1/otlp/v1/logs", too_many)
    assert send(scene.blue, "logs", {"stagedoor.application": "good"}, log_record("meanwhile")) == {}
    for one in floods:
        one.join()
    stop.set()
    watcher.join()
    assert longest[0] < 1.5, "a machine that is busy itself included"


def edge_record(number: int, path: str) -> bytes:
    """A record of the edge, as it waits in a file for a telemetry that starts."""
    end = time.time_ns() // 1000
    return json.dumps({
        "kind": "request", "id": f"01234567-89ab-4def-8123-{number:012x}", "end": end, "began": str(end - 1000),
        "stack": "test", "target": "b0|left@1.0.0|1", "status": 500, "ended": "--", "retries": "0", "in": 1, "out": 1,
        "queue_ms": 0, "connect_ms": 0, "answer_ms": 1, "total_ms": 1, "worker": 1, "seq": number, "door": "d",
        "instance": "i1", "told": "-", "method": "GET", "path": path,
    }).encode() + b"\n"  # fmt: skip


def test_a_record_that_ends_telemetry_again_is_set_aside_and_the_others_count(own: Running) -> None:
    own.stop()
    folder = own.data / "telemetry"
    records = [edge_record(number, f"/left/{'ends' if number == 3 else 'fine'}") for number in range(6)]
    (folder / "raw" / "000000900000.jsonl").write_bytes(b"".join(records))
    # As a telemetry leaves it that was ended at the fourth line, twice.
    (folder / "attempts").write_bytes(struct.pack("<qq", 900_000, 3))
    # And one of which every try ends it.
    (folder / "raw" / "000000900001.jsonl").write_bytes(edge_record(9, "/left/hopeless"))
    (folder / "attempts.json").write_text(json.dumps({"900001": {"count": 4, "lines": []}}))
    own.start()
    client = Client(own.addresses["control"], own.token)
    health = wait_until(lambda: (told := client.get("telemetry"))["set_aside"] and told, 20, "what was set aside")
    assert health["set_aside"] == {"records": 1, "files": 1} and health["failed"] == ""
    found = wait_until(
        lambda: client.get("insight", "history", query='application == "left"')["records"], 20, "the others"
    )
    assert [record["path"] for record in found] == ["/left/fine"] * 5
    kept = [json.loads(line) for line in (folder / "aside" / "records.jsonl").read_text().splitlines()]
    assert json.loads(kept[0]["item"])["path"] == "/left/ends"
    assert "2 records set aside" in own.cli("status").stdout
    assert 'stagedoor_telemetry_set_aside_total{part="records"} 1' in fetch(
        own.port("control"), "/v1/metrics", {"authorization": f"Bearer {own.token}"}
    ).body.decode()  # fmt: skip


def test_one_token_asks_the_store_so_much_at_once_and_others_are_answered(scene: Scene) -> None:
    answers: list[str] = []
    heavy = 'path.matches("[^a]{40}b") || path.matches("[^b]{40}c")'

    def ask() -> None:
        try:
            scene.viewer.get("insight", "history", query=heavy, limit=1000)
            answers.append("answered")
        except errors.Failure as error:
            answers.append(error.code)

    scene.running.get("/good/seen")
    seen = {"query": 'application == "good"'}
    wait_until(lambda: scene.blue.get("insight", "history", **seen)["records"], 15, "a request in the store")
    asking = [threading.Thread(target=ask) for _ in range(60)]
    for one in asking:
        one.start()
    began = time.monotonic()
    assert scene.blue.get("insight", "history", **seen)["records"]
    took = time.monotonic() - began
    for one in asking:
        one.join()
    assert took < 10
    assert set(answers) <= {"answered", "too_many"} and "answered" in answers


def test_a_query_names_the_bound_that_it_meets(scene: Scene) -> None:
    assert scene.red.post("query", body={"sql": "SELECT count(*) FROM requests"})["rows"]
    for sql, word in (
        ("SELECT list(range) FROM range(200000000)", "384MB of memory, which is the bound"),
        ("SELECT repeat('x', 20000000) FROM range(3)", ""),
        ("SELECT [r, r, r] FROM (SELECT list(range) AS r FROM range(3000000))", ""),
        ("SELECT " + "(" * 9000 + "1" + ")" * 9000, ""),
    ):
        try:
            answer = scene.red.post("query", body={"sql": sql})
        except (errors.Invalid, errors.TooLarge) as error:
            assert word in error.message
        else:
            assert not word and (answer["truncated"] or answer["rows"] == [[1]])
    assert scene.red.post("query", body={"sql": "SELECT 1"})["rows"] == [[1]]
    assert scene.health()["failed"] == ""

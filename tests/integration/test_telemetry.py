"""What a team sees of its own traffic: live, as traces, in logs, as figures; and what it may not see."""

import json
import os
import signal
import subprocess
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest

from stagedoor.http.client import Client
from stagedoor.model import errors
from tests.harness.running import COMMAND, Running, fetch, platform, wait_until
from tests.integration.applications import script
from tests.integration.services import Films, register, serving

HOME = """
import asyncio

from stagedoor import ApiError, Request, api, endpoint, log


@endpoint("GET", "/home/{number}")
async def home(request: Request) -> dict:
    log.info("choosing rows", password="hunter2", number=request.params["number"])
    print("a plain print")
    rows = await api.films.rows(limit=3, member=request.query.get("member"), fallback={"rows": []})
    film = await api.films.get("/films/7?token=s3cret-word&page=2")
    again = await api.films.get("/films/7?token=s3cret-word&page=2")
    return {"rows": rows, "film": film.status, "again": again.status}


@endpoint("GET", "/fails")
async def fails(request: Request) -> dict:
    raise RuntimeError("on purpose")


@endpoint("GET", "/slow")
async def slow(request: Request) -> dict:
    await asyncio.sleep(0.3)
    return {}


@endpoint("GET", "/flood")
async def flood(request: Request) -> dict:
    for number in range(20_000):  # More than is taken in several seconds, which a busy machine needs for them.
        print("noise", number)
    return {}
"""
ALONE = """
from stagedoor import Request, endpoint, log


@endpoint("GET", "/slow")
async def slow(request: Request) -> dict:
    log.info("slowly")
    return {}


@endpoint("GET", "/fails")
async def fails(request: Request) -> dict:
    raise RuntimeError("on purpose")
"""
MORE = 'services = ["films"]\n[telemetry]\npersonal = ["member"]\n'


class Seen:
    def __init__(self, running: Running, films: Films) -> None:
        self.running = running
        self.films = films
        self.client = Client(running.addresses["control"], running.token)
        self.first = ""

    def history(self, query: str, **said: Any) -> list[dict[str, Any]]:
        found: list[dict[str, Any]] = self.client.get("insight", "history", query=query, **said)["records"]
        return found

    def request(self, path: str, **headers: str) -> str:
        """The id of a request of a device."""
        got = fetch(self.running.port("test"), path, headers)
        return got.headers["stagedoor-request-id"]

    def trace(self, identifier: str) -> dict[str, Any]:
        found: dict[str, Any] = wait_until(lambda: self._trace(identifier), 30, f"the trace of {identifier}")
        return found

    def _trace(self, identifier: str) -> dict[str, Any] | None:
        try:
            found: dict[str, Any] = self.client.get("traces", identifier)
        except errors.Missing:
            return None
        return found


@pytest.fixture(scope="module")
def seen(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Seen]:
    folder = tmp_path_factory.mktemp("telemetry")
    with platform('[edge]\ntrusted_peers = ["127.0.0.1"]\ndevice = "header:x-device"\n') as running, serving() as films:
        register(running, "films", films)
        running.json("deploy", folder=script(folder, "tv", HOME, MORE))
        one = Seen(running, films)
        one.first = one.request("/tv/home/1?member=m1")
        yield one


def test_from_its_first_request_on_a_versions_endpoints_and_what_is_personal_are_known(seen: Seen) -> None:
    (record,) = wait_until(lambda: seen.history(f'id == "{seen.first}"'), 30, "its record")
    assert record["endpoint"] == "GET /home/{number}"
    assert "?limit=3&member=***" in [one["attributes"].get("query") for one in seen.trace(seen.first)["spans"]]


def test_a_request_is_seen_as_it_arrives_and_a_wrong_filter_is_refused_with_its_place(seen: Seen) -> None:
    query = 'path.startsWith("/tv/home/") && status == 200 && device.type == "tv" && duration > 0ms'
    messages = seen.client.events("insight", query=query)
    assert next(messages)[1]["records"] == []
    identifier = seen.request("/tv/home/live", **{"x-device": "tv-4711"})
    found = next(message["records"] for _, message in messages if message["records"])
    assert [(one["id"], one["device"], one["version"]) for one in found] == [(identifier, "tv-4711", "1.0.0")]
    with pytest.raises(errors.Invalid, match=r"no field 'statuss' \(at character 1\)"):
        list(seen.client.events("insight", query="statuss == 200"))
    with pytest.raises(errors.Invalid, match="100 are allowed"):
        seen.history(" || ".join(['path.matches("x")'] * 6))


def test_windows_are_counted_as_they_end_and_out_of_what_is_stored(seen: Seen) -> None:
    messages = seen.client.events("insight", query='application == "tv" | count(), p99(duration) by endpoint every 1s')
    next(messages)
    counted, deadline = 0, time.monotonic() + 30
    for number in range(5):
        seen.request(f"/tv/home/{number}")
    for _, message in messages:
        assert time.monotonic() < deadline
        rows = [row for window in message["windows"] for row in window["rows"]]
        counted += sum(int(row["figures"][0]) for row in rows if row["by"] == ["GET /home/{number}"])
        if counted >= 5:
            break
    windows = seen.client.get("insight", "history", query="count() by endpoint every 1h")["windows"]
    assert ["GET /home/{number}"] in [row["by"] for window in windows for row in window["rows"]]


def test_a_trace_has_calls_with_secrets_crossed_out_logs_and_what_others_report(seen: Seen) -> None:
    identifier = seen.request("/tv/home/trace?member=m1")
    call = wait_until(lambda: [o for o in seen.trace(identifier)["spans"] if o["name"] == "rows"], 30, "the call")[0]
    parent = next(head["traceparent"] for head in seen.films.heads[::-1] if identifier in head["stagedoor-request-id"])
    _report(seen.client, parent, int(call["at"] * 1e9))
    wait_until(lambda: seen.trace(identifier)["logs"], 30, "its log line")
    trace = seen.trace(identifier)
    names = {one["name"]: one for one in trace["spans"]}
    assert names["rows"]["attributes"]["query"] == "?limit=3&member=***"
    film = next(one for one in trace["spans"] if one["attributes"].get("path") == "/films/7")
    assert film["attributes"]["query"] == "?token=***&page=2"
    assert names["select films"]["parent"] in {one["id"] for one in trace["spans"] if one["kind"] == "call"}
    assert {(one["source"], one["target"]) for one in trace["edges"]} >= {("edge", "tv"), ("tv", "films")}
    (again,) = [one for one in trace["spans"] if one["kind"] == "reused"]
    assert (again["name"], again["notes"]) == ("films.film", ["answered by a call before"])
    assert again["parent"] == "script" and again["at"] >= film["at"]
    structured, printed = trace["logs"]
    assert (printed["level"], printed["message"]) == ("print", "a plain print")
    assert json.loads(structured["fields"]) == {"number": "trace", "password": "***"}
    assert "s3cret" not in json.dumps(trace) and "hunter2" not in json.dumps(trace)
    assert "choosing rows" in seen.running.cli("trace", identifier).stdout


def _report(client: Client, parent: str, at: int) -> None:
    """As the SDK of a service's process does it."""
    _, trace, span, _ = parent.split("-")
    request = ExportTraceServiceRequest()
    resource = request.resource_spans.add()
    resource.resource.attributes.add(key="service.name").value.string_value = "films-db"
    resource.scope_spans.add().spans.add(
        trace_id=bytes.fromhex(trace), span_id=bytes(range(8)), parent_span_id=bytes.fromhex(span), name="select films",
        kind=3, start_time_unix_nano=at, end_time_unix_nano=at + 1_000_000,
    )  # fmt: skip
    client._send("POST", "/v1/otlp/v1/traces", request.SerializeToString()).read()


def test_what_matters_is_kept_with_its_reason(seen: Seen) -> None:
    failed = seen.request("/tv/fails")
    seen.client.put("flags", "tv-77", body={"seconds": 60})
    wait_until(lambda: _kept(seen, failed) == "error", 30, "the reason of the failed one")

    def is_flagged() -> bool:
        """From some request on: the flag is learned beside what is asked."""
        seen.request("/tv/home/flag", **{"x-device": "tv-77"})
        return any(one["kept"] == "flagged" for one in seen.history('device == "tv-77"'))

    wait_until(is_flagged, 30, "the reason of the flagged one")
    seen.client.delete("flags", "tv-77")


def _kept(seen: Seen, identifier: str) -> str:
    found = seen.history(f'id == "{identifier}"')
    return str(found[0]["kept"]) if found else ""


def test_log_lines_are_searched_by_a_filter_with_their_context(seen: Seen) -> None:
    seen.request("/tv/home/logs")
    query = 'application == "tv" && message == "choosing rows"'
    found = wait_until(lambda: seen.client.get("logs", query=query)["lines"], 30, "the line")
    assert sum(lines for _, lines, _ in seen.client.get("logs", query=query)["histogram"]) >= len(found)
    around = seen.client.get("logs", "context", application="tv", instance=found[0]["instance"], at=found[0]["at"])
    printed = next(one for one in around if one["message"] == "a plain print")
    assert printed["level"] == "print" and printed["request"] in {one["request"] for one in found}
    said = seen.running.cli("logs", "tv", "--where", 'message.contains("rows")').stdout
    assert "choosing rows" in said and "plain print" not in said
    assert "hunter2" not in said


def test_a_flooding_script_is_told_so_and_others_lose_nothing(seen: Seen, tmp_path: Path) -> None:
    seen.running.json("deploy", folder=script(tmp_path, "quiet", HOME.replace("a plain print", "quietly"), MORE))
    seen.request("/tv/flood")
    seen.request("/quiet/home/1")
    limit = 'application == "tv" && level == "platform"'
    found = wait_until(lambda: seen.client.get("logs", query=limit)["lines"], 30, "the line that says so")
    assert any("left out" in one["message"] for one in found)
    quiet = 'application == "quiet" && message == "quietly"'
    assert wait_until(lambda: seen.client.get("logs", query=quiet)["lines"], 30, "the quiet one's line")
    assert seen.client.get("telemetry")["log_lines_limited"] >= 1000


def test_charts_and_prometheus_tell_the_same_requests(seen: Seen) -> None:
    for number in range(5):
        seen.request(f"/tv/home/{number}")

    def points() -> list[Any]:
        series = seen.client.get("charts", application="tv", endpoint="GET /home/{number}")["series"]
        return next(one["points"] for one in series if one["name"] == "p99")

    wait_until(points, 30, "a point of the chart")
    assert [one["version"] for one in seen.client.get("charts", application="tv")["marks"]] == ["1.0.0"]
    with pytest.raises(errors.Invalid, match="calls are not counted by endpoint"):
        seen.client.get("charts", of="calls", application="tv", endpoint="GET /home/{number}")

    def cpu() -> list[Any]:
        seen.request("/tv/home/6")  # Until some are of the same minute as a look at what instances used.
        series = seen.client.get("charts", application="tv")["series"]
        return next(one["points"] for one in series if one["name"] == "cpu_per_request")

    assert 0 < wait_until(cpu, 20, "what a request costs")[-1][1] < 1
    told = seen.running.cli("metrics").stdout
    labels = 'application="tv",version="1.0.0",stack="test",endpoint="GET /home/{number}"'
    assert f"stagedoor_requests_total{{{labels}}}" in told
    assert f'stagedoor_request_duration_seconds_bucket{{{labels},le="+Inf"}}' in told
    dashboard = seen.running.json("metrics", "--grafana")
    families = {line.split(" ")[2] for line in told.splitlines() if line.startswith("# TYPE")}
    for panel in dashboard["panels"]:
        for one in panel.get("targets", ()):
            assert any(family in one["expr"] for family in families), one["expr"]


def test_a_query_sees_the_rows_of_the_askers_team_and_no_file(seen: Seen) -> None:
    wait_until(lambda: seen.history('application == "tv"'), 30, "a record")
    made = seen.running.json(
        "token", "create", "other", "--role", "developer", "--team", "elsewhere", "--expires", "1h"
    )
    other = Client(seen.running.addresses["control"], made["token"])
    sql = "SELECT count(*) FROM requests WHERE application = 'tv'"
    assert seen.client.post("query", body={"sql": sql})["rows"][0][0] > 0
    assert other.post("query", body={"sql": sql})["rows"] == [[0]]
    for wrong in (
        "SELECT * FROM read_text('/etc/passwd')", "SELECT * FROM '/etc/passwd'", "SELECT * FROM glob('/*')",
        "COPY (SELECT 1) TO '/tmp/stagedoor-query'", "ATTACH '/tmp/x.db'", "SET memory_limit='64GB'",
        "SELECT 1; SELECT 2", "INSTALL httpfs", "SELECT * FROM duckdb_settings()", "SELECT * FROM main.requests",
        "WITH requests AS (SELECT * FROM read_csv('/etc/passwd')) SELECT * FROM requests", "SELEC 1",
        "SELECT * FROM query('SELECT 1')", "SELECT * FROM information_schema.tables", "PRAGMA database_list",
    ):  # fmt: skip
        with pytest.raises((errors.Invalid, errors.Forbidden)):
            seen.client.post("query", body={"sql": wrong})
    with pytest.raises(errors.TooLarge, match="longer than"):
        seen.client.post("query", body={"sql": "SELECT count(*) FROM range(10000000000000) a, range(1000) b"})
    assert seen.client.post("query", body={"sql": "SELECT 1 AS one"})["rows"] == [[1]]
    assert "weight" in seen.running.cli("query", "--tables").stdout


def test_who_still_uses_what_is_told(seen: Seen) -> None:
    seen.request("/tv/home/1", **{"x-device": "tv-1"})
    found = wait_until(lambda: seen.client.get("usage", fields="line,device_type"), 30, "usage")
    assert ["tv/v1", "tv"] in [one["by"] for one in found]
    assert "tv/v1" in seen.running.cli("usage").stdout
    by_team = seen.client.get("usage", fields="team,application", query='application == "tv"')
    assert [one["by"] for one in by_team] == [["tests", "tv"]]


def test_a_recipe_finds_the_calls_that_a_policy_refused(seen: Seen) -> None:
    seen.running.cli("service", "off", "films", "rows", "--reason", "to be seen", "--yes")
    try:
        identifier = seen.request("/tv/home/refused")
    finally:
        seen.running.cli("service", "on", "films", "rows")

    def found() -> list[dict[str, Any]]:
        listed: list[dict[str, Any]] = seen.running.json("trace", "--recipe", "throttled")
        return [one for one in listed if one["id"] == identifier]

    (call,) = wait_until(found, 30, "the call")
    assert (call["kind"], call["service"]) == ("call", "films") and call["refused"]
    assert "breaker" in seen.running.cli("trace", "--recipe", "list").stdout


def test_two_requests_and_two_versions_are_compared(seen: Seen) -> None:
    left, right = seen.request("/tv/home/1"), seen.request("/tv/slow")
    seen.trace(left), seen.trace(right)
    found = seen.client.get("traces", "compare", left=left, right=right)["differences"]
    assert {one["verdict"] for one in found if one["target"] == "films"} == {"gone"}
    assert "rows" in seen.running.cli("trace", "--compare", "1.0.0", "1.0.0", "--application", "tv").stdout


# A platform of its own: what is killed, and who is sent what


@contextmanager
def collector() -> Iterator[tuple[int, dict[str, list[bytes]]]]:
    """What takes OTLP over HTTP, as a collector does."""
    got: dict[str, list[bytes]] = {}

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["content-length"]))
            got.setdefault(self.path, []).append(body)
            self.send_response(200)
            self.send_header("content-length", "0")
            self.end_headers()

        def log_message(self, *_: object) -> None:
            pass

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True).start()
        yield server.server_address[1], got
        server.shutdown()


def test_what_others_told_and_what_is_personal_outlive_a_kill(tmp_path: Path) -> None:
    with platform() as running, serving() as films:
        register(running, "films", films)
        running.json("deploy", folder=script(tmp_path, "tv", HOME, MORE))
        seen = Seen(running, films)
        identifier = seen.request("/tv/home/1?member=m1")
        call = wait_until(lambda: [o for o in seen.trace(identifier)["spans"] if o["name"] == "rows"], 30, "the call")[
            0
        ]
        heads = [head for head in films.heads if identifier in head["stagedoor-request-id"]]
        _report(seen.client, heads[0]["traceparent"], int(call["at"] * 1e9))
        os.kill(running.program("telemetry")["pid"], signal.SIGKILL)
        # The first ones may go the way of the program that is gone.
        for _ in range(30):
            seen.request("/tv/home/2?member=m2")
            time.sleep(0.1)

        def spans(of: str) -> list[dict[str, Any]]:
            try:
                return list(seen.client.get("traces", of)["spans"])
            except errors.Failure:
                return []

        wait_until(lambda: "select films" in [one["name"] for one in spans(identifier)], 20, "the span that was told")
        found = wait_until(lambda: seen.history('path == "/tv/home/2"'), 20, "a request after the kill")
        assert {record["endpoint"] for record in found} == {"GET /home/{number}"}
        calls = [one for record in found for one in spans(record["id"]) if one["name"] == "rows"]
        assert {one["attributes"]["query"] for one in calls} == {"?limit=3&member=***"}


def test_a_killed_telemetry_costs_no_request_and_what_is_lost_is_counted(tmp_path: Path) -> None:
    with collector() as (port, got), platform(f'[telemetry]\ncollector = "http://127.0.0.1:{port}"\n') as running:
        client = Client(running.addresses["control"], running.token)
        running.json("deploy", folder=script(tmp_path, "tv", ALONE))
        count = 0
        for number in range(400):
            assert running.get("/tv/slow" if number % 100 == 0 else "/tv/fails").status in (200, 500)
            count += 1
            if number == 200:
                os.kill(running.program("telemetry")["pid"], signal.SIGKILL)

        def all_seen() -> bool:
            try:
                rows = client.get("charts", application="tv")["series"]
                step = client.get("charts", application="tv")["step"]
                told = client.get("telemetry")
            except errors.Failure:
                return False
            rates = next(one["points"] for one in rows if one["name"] == "rate")
            return bool(sum(rate for _, rate in rates) * step + told["edge_dropped"] + told["lost"] >= count - 0.5)

        wait_until(all_seen, 60, "every request to be counted, or counted as lost")
        wait_until(lambda: {"/v1/traces", "/v1/logs", "/v1/metrics"} <= set(got), 90, "the collector to get everything")
        sent = ExportTraceServiceRequest.FromString(got["/v1/traces"][-1])
        names = {one.key: one.value.string_value for one in sent.resource_spans[0].resource.attributes}
        assert (names["service.name"], names["service.version"]) == ("tv", "1.0.0")


def test_insight_on_the_command_line_shows_what_comes(seen: Seen) -> None:
    command = [*COMMAND, "insight", 'path == "/tv/home/cli"']
    with subprocess.Popen(command, env=seen.running.environment, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        stop = threading.Event()

        def ask() -> None:
            while not stop.wait(0.2):
                seen.request("/tv/home/cli")

        asking = threading.Thread(target=ask)
        asking.start()
        line = process.stdout.readline()
        stop.set()
        asking.join()
        process.terminate()
    assert "/tv/home/cli" in line
    assert "GET /home/{number}" in seen.running.cli("insight", "count() by endpoint every 1h", "--since", "1h").stdout

"""What others tell: log lines, OTLP, and what is crossed out of all of it; what was lost is counted."""

import asyncio
import gzip
import json
import os
import threading
import time
import tracemalloc
from pathlib import Path
from typing import Any

import pytest
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest

from stagedoor.http.otlp import unpack
from stagedoor.model.errors import Failure, Forbidden, Invalid, TooLarge, TooMany
from stagedoor.model.otlp import OtlpRequest
from stagedoor.model.redaction import Redaction
from stagedoor.telemetry import otlp
from stagedoor.telemetry.counted import Counted
from stagedoor.telemetry.lines import Line, Reader
from stagedoor.telemetry.otlp_intake import OtlpIntake

NOW = time.time()


@pytest.mark.parametrize(
    ("said", "left"),
    [
        (b'"query":"?token=abc&limit=3"', b'"query":"?token=***&limit=3"'),
        (b'"query":"?limit=3&access_token=a.b-c"', b'"query":"?limit=3&access_token=***"'),
        (b'"query":"?user.email=a@b.c&Password=x y"', b'"query":"?user.email=***&Password=*** y"'),
        (b'"query":"?member=m1&tokens=3"', b'"query":"?member=***&tokens=3"'),
        (b'"path":"/token=abc"', b'"path":"/token=abc"'),
    ],
)
def test_secret_and_personal_parameters_are_crossed_out(said: bytes, left: bytes) -> None:
    redaction = Redaction()
    redaction.learn(["member"])
    assert redaction.clean(said) == left


# Log lines


class Logs:
    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.redaction = Redaction()
        (folder / "logs" / "tv").mkdir(parents=True)
        self.reader = self.again()

    def again(self) -> Reader:
        return Reader(self.folder / "logs", self.folder / "logs.json", self.redaction)

    def write(self, content: bytes, instance: str = "i1") -> list[Line]:
        with (self.folder / "logs" / "tv" / f"{instance}.log").open("ab") as file:
            file.write(content)
        return self.reader.look()


@pytest.fixture
def logs(tmp_path: Path) -> Logs:
    return Logs(tmp_path)


def test_a_structured_line_and_a_print_are_both_lines(logs: Logs) -> None:
    told = {"at": NOW, "level": "warning", "message": "slow", "request_id": "r1", "rows": 5, "password": "hunter2"}
    one, two = logs.write(json.dumps(told).encode() + b"\nplain text\n")
    assert (one.level, one.message, one.request, one.time) == ("warning", "slow", "r1", NOW)
    assert json.loads(one.fields) == {"rows": 5, "password": "***"}
    assert (two.level, two.message, two.application, two.instance) == ("print", "plain text", "tv", "i1")


@pytest.mark.parametrize(
    "content",
    [
        b"\xff\xfe\x00binary\x01\n", b"\x1b[31mred\x1b[0m \x1b]0;title\x07\n", b'{"message": ' + b"[" * 5000 + b"\n",
        b'{"message": "half \\ud800", "level": "\\ud800", "request_id": "\\ud800", "\\ud800": "\\ud800"}\n',
        b'{"at": 1e300, "message": "of the future"}\n', b'{"at": "x", "level": {"a": 1}, "message": ["m"]}\n',
        b"x" * 200_000 + b"\n", b'{"message": "m", "deep": "' + b"y" * 100_000 + b'"}\n',
    ],
)  # fmt: skip
def test_whatever_a_script_writes_is_bounded_and_shown_as_text(logs: Logs, content: bytes) -> None:
    (one,) = logs.write(content)
    assert (one.message + one.level + one.request + one.fields).encode()
    assert len(one.message) <= 8000 and len(one.fields) <= 8000 and len(one.level) <= 20
    assert not any(ord(char) < 32 for char in one.message.replace("\t", ""))
    assert abs(one.time - time.time()) < 86_400


def test_a_line_is_read_once_whatever_dies_in_between(logs: Logs) -> None:
    assert [one.message for one in logs.write(b"one\ntw")] == ["one"]
    logs.reader.save()
    logs.reader = logs.again()
    assert [one.message for one in logs.write(b"o\n")] == ["two"]
    assert logs.write(b"") == []


def test_a_flood_is_limited_told_so_and_takes_nothing_from_others(logs: Logs) -> None:
    (logs.folder / "logs" / "tv" / "i2.log").write_bytes(b"quiet\n")
    found = logs.write(b"noise\n" * 50_000)
    assert [one.message for one in found if one.instance == "i2"] == ["quiet"]
    loud = [one for one in found if one.instance == "i1"]
    assert len(loud) == 2001 and loud[-1].level == "platform"
    assert "48000 lines left out" in loud[-1].message and logs.reader.limited == 48_000
    assert [one.message for one in logs.write(b"after\n")] == ["after"]


# OTLP


def message(**fields: Any) -> bytes:
    request = ExportTraceServiceRequest()
    resource = request.resource_spans.add()
    resource.resource.attributes.add(key="service.name").value.string_value = "films"
    usual = {
        "trace_id": bytes(range(16)), "span_id": bytes(range(8)), "name": "select", "kind": 3,
        "start_time_unix_nano": int(NOW * 1e9), "end_time_unix_nano": int(NOW * 1e9) + 5_000_000,
    }  # fmt: skip
    span = resource.scope_spans.add().spans.add(**usual | fields)
    span.attributes.add(key="db.password").value.string_value = "hunter2"
    span.attributes.add(key="url").value.string_value = "http://x/?token=abc"
    return request.SerializeToString()


def read(body: bytes, kind: str = "application/x-protobuf", what: str = "traces", **sender: Any) -> otlp.Told:
    usual: dict[str, Any] = {"owner": "red", "sender": "red", "applications": ("tv",), "services": ("films",)}
    return otlp.read(what, OtlpRequest(body, kind, **usual | sender), NOW, Redaction())


def test_a_span_becomes_a_row_without_its_secrets() -> None:
    ((_, trace, span, parent, _, service, name, kind, took, _, attributes, sender),) = read(message()).rows
    assert sender == "red"
    assert (trace, span, parent) == (bytes(range(16)).hex(), bytes(range(8)).hex(), "")
    assert (service, name, kind, took) == ("films", "select", "client", 5000)
    assert json.loads(attributes) == {"db.password": "***", "url": "http://x/?token=***"}


def test_json_has_its_ids_in_hexadecimal() -> None:
    span = {
        "traceId": bytes(range(16)).hex(), "spanId": bytes(range(8)).hex(), "name": "n",
        "startTimeUnixNano": str(int(NOW * 1e9)), "endTimeUnixNano": str(int(NOW * 1e9)), "someday": "new",
    }  # fmt: skip
    body = json.dumps({"resourceSpans": [{"scopeSpans": [{"spans": [span]}]}]}).encode()
    assert read(body, "application/json").rows[0][1] == bytes(range(16)).hex()


@pytest.mark.parametrize(
    "fields",
    [
        {"trace_id": b"short"}, {"span_id": b""}, {"end_time_unix_nano": 1},
        {"start_time_unix_nano": int((NOW + 4000) * 1e9), "end_time_unix_nano": int((NOW + 4001) * 1e9)},
        {"start_time_unix_nano": int((NOW - 90_000) * 1e9), "end_time_unix_nano": int((NOW - 89_999) * 1e9)},
    ],
)  # fmt: skip
def test_what_cannot_be_is_left_out_and_counted(fields: dict[str, Any]) -> None:
    told = read(message(**fields))
    assert (told.rows, told.rejected) == ([], 1) and told.why


@pytest.mark.parametrize(
    ("body", "kind", "what"),
    [
        (b"\xff\xff\xff", "application/x-protobuf", "traces"), (b"{", "application/json", "traces"),
        (b'{"resourceSpans": 5}', "application/json", "traces"), (b"[" * 100_000, "application/json", "traces"),
        (b'{"resourceSpans":[{"scopeSpans":[{"spans":[{"traceId":"zz"}]}]}]}', "application/json", "traces"),
        (b"", "application/x-protobuf", "profiles"), (b"x" * (5 << 20), "application/x-protobuf", "logs"),
    ],
)  # fmt: skip
def test_broken_and_huge_bodies_are_refused(body: bytes, kind: str, what: str) -> None:
    with pytest.raises(Failure):
        read(body, kind, what)


def test_a_small_body_that_holds_a_huge_one_is_refused() -> None:
    with pytest.raises(TooLarge):
        unpack(gzip.compress(bytes(50 << 20)), "gzip")
    with pytest.raises(Invalid):
        unpack(b"no gzip", "gzip")
    with pytest.raises(Invalid):
        unpack(b"", "br")
    assert unpack(gzip.compress(b"fine"), "gzip") == b"fine"


def test_attributes_without_end_are_cut() -> None:
    request = ExportTraceServiceRequest.FromString(message())
    span = request.resource_spans[0].scope_spans[0].spans[0]
    for number in range(500):
        span.attributes.add(key=f"k{number}").value.string_value = "v" * 1000
    (row,) = read(request.SerializeToString()).rows
    assert len(row[-2]) <= 4000 and json.loads(row[-2])


def lines(severity: str = "info", application: str = "", service: str = "films", body: str = "a line") -> bytes:
    known = {"service.name": service} | ({"stagedoor.application": application} if application else {})
    attributes = [{"key": key, "value": {"stringValue": value}} for key, value in known.items()]
    record = {"timeUnixNano": str(int(NOW * 1e9)), "severityText": severity, "body": {"stringValue": body}}
    return json.dumps({
        "resourceLogs": [{"resource": {"attributes": attributes}, "scopeLogs": [{"logRecords": [record]}]}]
    }).encode()  # fmt: skip


def test_a_team_speaks_for_its_own_applications_alone() -> None:
    (row,) = read(lines(application="tv"), "application/json", "logs").rows
    assert (row[1], row[-1]) == ("tv", "red")
    for what, body in (("logs", lines(application="good")), ("traces", span_of("good"))):
        with pytest.raises(Forbidden, match="names 'good', which is no application of team red"):
            read(body, "application/json", what)
        assert read(body, "application/json", what, sender="*").rows
    # A service's name is none of an application unless nobody else's application is called so.
    columns = [read(lines(service=name), "application/json", "logs").rows[0][1] for name in ("films", "tv", "good")]
    assert columns == ["films", "tv", ""]


def span_of(application: str) -> bytes:
    span = {
        "traceId": "a" * 32, "spanId": "1" * 16, "name": "n", "kind": "SPAN_KIND_CLIENT", "status": {"code": 2},
        "startTimeUnixNano": int(NOW * 1e9), "endTimeUnixNano": str(int(NOW * 1e9)),
        "attributes": [{"key": "n", "value": {"arrayValue": {"values": [{"intValue": "7"}, {"boolValue": True}]}}}],
    }  # fmt: skip
    attributes = [{"key": "stagedoor.application", "value": {"stringValue": application}}]
    return json.dumps({
        "resourceSpans": [{"resource": {"attributes": attributes}, "scopeSpans": [{"spans": [span]}]}]
    }).encode()  # fmt: skip


def test_numbers_kinds_and_values_in_json_are_read() -> None:
    (row,) = read(span_of("tv"), "application/json").rows
    assert (row[4], row[7], row[9], json.loads(row[10])) == ("tv", "client", "error", {"n": [7, True]})


def test_nobody_outside_writes_lines_of_the_platform() -> None:
    for severity in ("platform", "PLATFORM", "Platform"):
        told = read(lines(severity), "application/json", "logs")
        assert (told.rows, told.rejected) == ([], 1) and "platform's own" in told.why
    assert read(lines("WARN"), "application/json", "logs").rows[0][3] == "warn"


def delimited(number: int, content: bytes) -> bytes:
    length, size = bytearray(), len(content)
    while size > 0x7F:
        length.append(size & 0x7F | 0x80)
        size >>= 7
    return bytes([number << 3 | 2, *length, size]) + content


@pytest.mark.parametrize(
    ("body", "kind"),
    [
        (delimited(1, delimited(2, b"\x12\x00" * 2_000_000)), "application/x-protobuf"),
        (delimited(1, b"\x12\x00" * 2_000_000), "application/x-protobuf"),
        (b"\x0a\x00" * 2_000_000, "application/x-protobuf"),
        (delimited(1, b"\x08\x00" * 2_000_000), "application/x-protobuf"),
        (b'{"resourceSpans":[' + b"{}," * 1_300_000 + b"{}]}", "application/json"),
        (b'{"resourceSpans":[{"scopeSpans":[{"spans":[' + b"0," * 1_900_000 + b"0]}]}]}", "application/json"),
    ],
)  # fmt: skip
def test_a_body_of_millions_of_parts_is_refused_quickly_and_in_little_memory(body: bytes, kind: str) -> None:
    assert len(body) <= 4 << 20
    tracemalloc.start()
    began = time.process_time()
    try:
        with pytest.raises(TooLarge, match=r"which is the bound|fields around"):
            read(body, kind)
        assert tracemalloc.get_traced_memory()[1] < 150 << 20
    finally:
        tracemalloc.stop()
    assert time.process_time() - began < 8, "a second or so without the measuring"


def test_a_span_with_huge_attributes_costs_one_look_at_each() -> None:
    request = ExportTraceServiceRequest.FromString(message())
    span = request.resource_spans[0].scope_spans[0].spans[0]
    for number in range(30):
        span.attributes.add(key=f"k{number}").value.string_value = "a" * 30_000
    began = time.process_time()
    (row,) = read(request.SerializeToString()).rows
    assert time.process_time() - began < 0.5
    assert json.loads(row[-2]).keys() == {"db.password", "url"}
    span.attributes.add(key="more").value.string_value = "a" * 1_000_000
    told = read(request.SerializeToString())
    assert (told.rows, told.rejected) == ([], 1) and "1048576 bytes" in told.why


def test_each_token_has_places_for_what_it_sends() -> None:
    async def run() -> None:
        intake, gate = OtlpIntake(Redaction()), threading.Event()
        intake._thread.submit(gate.wait)
        sent = {name: OtlpRequest(message(), "", name, name) for name in ("red", "blue")}
        waiting = [asyncio.ensure_future(intake.read("traces", sent["red"])) for _ in range(4)]
        await asyncio.sleep(0)
        with pytest.raises(TooMany, match="red has 4 bodies waiting already"):
            await intake.read("traces", sent["red"])
        other = asyncio.ensure_future(intake.read("traces", sent["blue"]))
        await asyncio.sleep(0)
        gate.set()
        assert [len(told.rows) for told in await asyncio.gather(*waiting, other)] == [1] * 5
        assert (await intake.read("traces", sent["red"])).rows

    asyncio.run(run())


# Counting what was lost


def test_lost_records_are_counted_once_two_looks_agree(tmp_path: Path) -> None:
    counted = Counted(tmp_path / "counted.json")
    counted.compare({"7": 100}, 3, {7: 97})
    assert counted.dropped == 0
    counted.compare({"7": 200}, 0, {7: 190})
    assert counted.dropped == 0
    counted.compare({"7": 300}, 0, {7: 290})
    assert counted.dropped == 10
    counted.compare({"7": 400, "8": 50}, 0, {7: 400, 8: 50})
    assert counted.dropped == 10


def test_what_was_lost_while_nobody_was_there_is_counted_after_a_restart(tmp_path: Path) -> None:
    before = Counted(tmp_path / "counted.json")
    before.compare({"7": 100}, 0, {7: 100})
    before.save({7: 100})
    after = Counted(tmp_path / "counted.json")
    lines = after.recall()
    for _ in range(2):
        after.compare({"7": 250}, 0, lines + lines.__class__({7: 120}))
    assert after.dropped == 30
    assert os.listdir(tmp_path) == ["counted.json"]

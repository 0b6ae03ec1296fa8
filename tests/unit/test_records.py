"""Lines of the edge: escapes are undone exactly, and what is damaged counts for its application all the same."""

import json
from collections import Counter
from pathlib import Path
from typing import Any

import pytest

from stagedoor.telemetry import records
from stagedoor.telemetry.counted import Counted
from stagedoor.telemetry.intake import undo_escapes
from stagedoor.telemetry.records import CallRecord, RequestRecord, decode

HEAD = (
    '{"kind":"request","id":"01234567-89ab-4def-8123-0123456789ab","end":1795423000000000,"began":"1795422999990000",'
    '"stack":"test","target":"b1|tv@1.2.0|3","status":500,"ended":"--","retries":"0","in":10,"out":100,"queue_ms":0,'
    '"connect_ms":0,"answer_ms":9,"total_ms":10,"worker":7,"seq":1'
)
CALL_HEAD = '{"kind":"call","end":3000000,"us":1000000,"holder":"d1|tv@1.2.0|i1|prod","status":503,"worker":7,"seq":3'


def line(instance: bytes = b"i1", path: bytes = b"/tv/home", member: bytes = b"-") -> bytes:
    texts = b',"door":"door-0","instance":"%b","member":"%b","told":"-","method":"GET","path":"%b"}\n'
    return HEAD.encode() + texts % (instance, member, path)


def as_json(text: str) -> bytes:
    return json.dumps(text).encode()[1:-1]


def as_syslog(text: str) -> bytes:
    return "".join(f"\\{letter}" if letter in '"\\]' else letter for letter in text).encode()


TEXTS = ["\\]", "]", "\\\\]", '"]', "\\", "\\\\", 'a\\"]b', "[x]", "\\]" * 50, "é\\]", "\x01\\]"]


@pytest.mark.parametrize("text", TEXTS)
def test_what_anybody_writes_into_a_header_is_read_as_it_was_written(text: str) -> None:
    (one,) = decode(undo_escapes(line(instance=as_json(text), member=as_json(text))))
    assert isinstance(one, RequestRecord)
    assert (one.instance, one.member, one.status, one.path) == (text, text, 500, "/tv/home")


@pytest.mark.parametrize("text", [text for text in TEXTS if text.isprintable()])
def test_what_anybody_writes_into_a_path_is_read_as_it_was_written(text: str) -> None:
    (one,) = decode(undo_escapes(line(path=b"/" + as_syslog(text))))
    assert one.path == "/" + text


DAMAGED: dict[str, tuple[bytes, dict[str, Any]]] = {
    "an escape that JSON does not know": (line(instance=b"\\]"), {"status": 500}),
    "a quote within a text": (line(member=b'a"b'), {"status": 500}),
    "bytes that are no text": (line(path=b"/\xff\xfe"), {"path": "/\ufffd\ufffd"}),
    "cut within the path": (line(path=b"/" + b"p" * 100)[:-40] + b"\n", {"status": 500}),
    "cut within an escape": (line(path=b"/a\\")[:-3] + b"\n", {"status": 500}),
    "cut at the first text": (HEAD.encode() + b',"door":"do\n', {"status": 500}),
    "half of a character": (line(member=b"\\ud800"), {"status": 500}),
}


def test_a_line_of_the_ring_counts_what_it_dropped_and_is_no_damaged_record() -> None:
    content = line() + b"23 events dropped\n1 event dropped\n<133>Nov 30 edge: 7 events dropped \n" + line()
    assert records.take_out_drops(content) == (line() * 2, 31)
    assert records.take_out_drops(line() * 2) == (line() * 2, 0)


@pytest.mark.parametrize("words", [b"9 events dropped", b"\\n9 events dropped\\n", b'"}\n{"kind": "9 events dropped'])
def test_nobody_else_can_say_that_records_were_dropped(words: bytes) -> None:
    content = line(path=b"/" + words)
    assert records.take_out_drops(content) == (content, 0)


def test_what_rings_say_outlives_telemetry_and_is_not_counted_twice(tmp_path: Path) -> None:
    counted = Counted(tmp_path / "counted.json")
    counted.announced += 5
    counted.compare({"1": 10}, 0, {1: 10})
    for _ in range(2):
        counted.compare({"1": 20}, 0, {1: 17})
    assert (counted.dropped, counted.lost) == (3, 5)
    counted.save({1: 17})
    after = Counted(tmp_path / "counted.json")
    after.recall()
    assert after.lost == 5


@pytest.mark.parametrize("name", DAMAGED)
def test_a_damaged_line_counts_for_its_application_with_how_it_ended(name: str) -> None:
    content, expected = DAMAGED[name]
    unreadable: Counter[str] = Counter()
    damaged, whole = decode(content + line(), unreadable)
    assert isinstance(damaged, RequestRecord) and records.owner(damaged) == "tv"
    assert {key: getattr(damaged, key) for key in expected} == expected
    assert (damaged.worker, whole.path, unreadable) == (7, "/tv/home", {"tv": 1})


def test_a_damaged_line_of_a_call_counts_for_its_caller() -> None:
    unreadable: Counter[str] = Counter()
    texts = b',"name":"rows","refused":"-","id":"\\]","service":"films","path":"/x"}\n'
    (one,) = decode(CALL_HEAD.encode() + texts, unreadable)
    assert isinstance(one, CallRecord) and (records.owner(one), one.status, one.path) == ("tv", 503, "(unreadable)")
    assert unreadable == {"tv": 1}


def test_a_line_of_which_nothing_is_known_counts_against_the_platform() -> None:
    unreadable: Counter[str] = Counter()
    assert decode(b"x\n" + line() + b'{"kind":"request"}\n', unreadable) == decode(line())
    assert unreadable == {"": 2}

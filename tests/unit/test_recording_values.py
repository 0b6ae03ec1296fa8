"""Recordings as values: HAR and back, what is crossed out, what is kept, how much is worth keeping."""

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from stagedoor.decide import keep
from stagedoor.model import har
from stagedoor.model.errors import Invalid, Missing
from stagedoor.model.recording import Birth, Called, Divergence, Kept, Outcome, Recording
from stagedoor.model.redaction import Redaction
from stagedoor.telemetry.recordings.shelf import Shelf, Wanted

heads = st.lists(
    st.tuples(st.from_regex(r"[a-z][a-z-]{0,10}", fullmatch=True), st.from_regex(r"[!-~]{1,12}", fullmatch=True)),
    max_size=4,
).map(lambda pairs: "".join(f"{name}: {value}\r\n" for name, value in pairs).encode())
calls = st.builds(
    Called, service=st.sampled_from(["films", "members"]), verb=st.just("GET"),
    target=st.from_regex(rb"/[a-z]{0,8}(\?[a-z]=[0-9])?", fullmatch=True), head=heads, body=st.binary(max_size=20),
    at=st.integers(0, 10**6), ended=st.integers(-1, 10**6), turn=st.integers(0, 9), order=st.integers(0, 9),
    status=st.sampled_from([200, 404, -1, 0]), answer_head=heads, answer=st.binary(max_size=20),
    error=st.text(max_size=5),
)  # fmt: skip
readings = st.dictionaries(
    st.sampled_from(["time", "urandom", "random"]), st.lists(st.floats(0, 1e9) | st.binary(max_size=9), max_size=3)
)
recordings = st.builds(
    Recording, id=st.just("r1"), began=st.floats(1e9, 2e9), method=st.just("POST"), target=st.just(b"/a?b=1"),
    head=heads, body=st.binary(max_size=30), took=st.integers(0, 10**6), status=st.just(200), answer_head=heads,
    answer=st.binary(max_size=30), calls=st.lists(calls, max_size=3), readings=readings,
    birth=st.builds(Birth, seed=st.integers(0, 2**32), calls=st.lists(calls, max_size=1), readings=readings),
)  # fmt: skip


@given(recordings)
def test_har_and_back_is_the_same(one: Recording) -> None:
    assert har.read(json.loads(json.dumps(har.write(one, application="a")))) == one


@given(recordings)
def test_what_the_runtime_writes_is_what_others_read(one: Recording) -> None:
    packed = msgspec.msgpack.encode(one)
    assert msgspec.msgpack.decode(packed, type=Recording, strict=False) == one


@pytest.mark.parametrize(
    ("harm", "words"),
    [
        (lambda log: log.pop("_stagedoor"), "was not written by Stagedoor"),
        (lambda log: log["_stagedoor"].update(format=2), "format 2; this version reads 1"),
        (lambda log: log["entries"].clear(), "is damaged"),
        (lambda log: log["entries"][0]["request"].pop("method"), "is damaged: KeyError: 'method'"),
        (lambda log: log["entries"][0]["response"]["content"].update(encoding="base64", text="a"), "is damaged"),
    ],
)
def test_a_har_that_is_none_says_why(harm: Any, words: str) -> None:
    document = har.write(Recording("r1", 1e9, "GET", b"/", b""))
    harm(document["log"])
    with pytest.raises(Invalid, match=words):
        har.read(document)


@pytest.mark.parametrize(
    ("before", "after"),
    [
        (b'{"password": "x y", "n": 1}', b'{"password": "***", "n": 1}'),
        (b'{"user_token":"a\\"b"}', b'{"user_token":"***"}'),
        (b'{"pin": 1234, "code": "DE"}', b'{"pin": 0, "code": "DE"}'),
        (b'{"secret": {"a": "b", "n": 3, "ok": true}}', b'{"secret": {"a": "***", "n": 0, "ok": true}}'),
        (b"name=x&password=geheim&n=1", b"name=x&password=***&n=1"),
        (b"eyJhbGciOiJub25l.eyJzdWIiOiIx.sig and text", b"*** and text"),
        (b'"see https://a/?api_key=k1&x=1"', b'"see https://a/?api_key=***&x=1"'),
        (b' \n{"password": "x"}', b' \n{"password": "***"}'),
        (b'data: {"token": "x", "n": 1}\n\n', b'data: {"token": "***", "n": 1}\n\n'),
        (b"-----BEGIN RSA PRIVATE KEY-----\nMIIB\n-----END RSA PRIVATE KEY-----\nrest", b"***\nrest"),
        (b'{"title": "Secret of the unicorn"}', b'{"title": "Secret of the unicorn"}'),
        (b'{"accessToken": {"value": "v", "n": 7}}', b'{"accessToken": {"value": "***", "n": 0}}'),
        (b"BeArEr\tabcdefgh12 stays out", b"*** stays out"),
    ],
)
def test_secrets_go_and_the_rest_stays_byte_for_byte(before: bytes, after: bytes) -> None:
    assert Redaction().body(before) == after


@pytest.mark.parametrize(
    "piece", [b"-", b"eyJ", b"eyJaaaaaaaa.", b"?-", b'"', b'"password":"-', b"&token", b"bearer ", b"-----BEGIN A"]
)
def test_nothing_that_is_sent_takes_longer_than_it_is_long(piece: bytes) -> None:
    """In a process of its own, which is given as much CPU as a hundred times the usual: a figure would need a bench."""
    code = (
        "import resource, sys; resource.setrlimit(resource.RLIMIT_CPU, (5, 6))\n"
        "from stagedoor.model.redaction import Redaction\n"
        "piece = bytes.fromhex(sys.argv[1])\n"
        'content = (b\'["password":"\' + piece * (400_000 // len(piece)))\n'
        "one = Redaction(); one.body(content); one.head(content); one.clean(content)"
    )
    source = str(Path(__file__).parents[2] / "src")
    done = subprocess.run([sys.executable, "-c", code, piece.hex()], env={"PYTHONPATH": source}, check=False)
    assert done.returncode == 0


def test_header_lines_lose_their_values() -> None:
    redaction = Redaction()
    redaction.learn(("shoe-size",))
    location = b"location: https://a/cb?access_token=abc&x=1\r\n"
    assert redaction.head(location + b"a: b\r\n") == b"location: https://a/cb?access_token=***&x=1\r\na: b\r\n"
    lines = b"host: a\r\nCookie: s=1; t=2\r\nauthorization: Basic abc\r\nx-api-key: 7\r\nshoe-size: 44\r\n"
    assert redaction.head(lines) == (
        b"host: a\r\nCookie: ***\r\nauthorization: ***\r\nx-api-key: ***\r\nshoe-size: ***\r\n"
    )


def test_an_outcome_is_crossed_out_like_its_recording() -> None:
    apart = Divergence("differs", "films POST /a body", '{"token": "***"}', '{"token": "t"}')
    one = Outcome("r", 200, b"set-cookie: a=b\r\n", b'{"token": "t"}', divergences=(apart,))
    crossed = Redaction().outcome(one)
    assert (crossed.head, crossed.body) == (b"set-cookie: ***\r\n", b'{"token": "***"}')
    assert crossed.divergences[0].asked == '{"token": "***"}'


@pytest.mark.parametrize(
    ("said", "reason"),
    [
        ({"flagged": True, "status": 500}, "flagged"),
        ({"status": 503}, "error"),
        ({"status": 0}, "error"),
        ({"degraded": True}, "degraded"),
        ({"cohort": True}, "canary"),
        ({"slow": True}, "slow"),
        ({}, "share"),
    ],
)
def test_a_recording_is_kept_for_a_reason(said: dict[str, Any], reason: str) -> None:
    usual = {"status": 200, "flagged": False, "degraded": False, "retried": False, "cohort": False, "slow": False}
    assert keep.recorded(**(usual | said)) == reason


def test_a_share_is_the_same_for_whoever_asks() -> None:
    ids = [f"request-{number}" for number in range(4000)]
    chosen = {one for one in ids if keep.is_shadowed(one, 0.25)}
    assert 900 < len(chosen) < 1100
    assert chosen < {one for one in ids if keep.is_shadowed(one, 0.5)}
    assert all(keep.is_shadowed(one, 1.0) for one in ids)


def kept(number: int, reason: str = "error", at: float = 1000.0, until: float = 1e10) -> Kept:
    return Kept(
        f"r{number}", at + number, "tv", "1.0.0", "prod", "GET /a", "GET", "/tv/a", 200, 0.01, "tv-1", "i1", reason,
        until, 100, 0,
    )  # fmt: skip


def recording(number: int) -> Recording:
    return Recording(f"r{number}", 1e9, "GET", b"/a", b"", answer=bytes([number % 256]) * 1000)


def sealed(identifier: str, content: bytes) -> bytes:
    return identifier.encode() + b"|" + content[::-1]


def opened(identifier: str, content: bytes) -> bytes:
    owner, _, rest = content.partition(b"|")
    if owner != identifier.encode():
        raise ValueError("it is another's")
    return rest[::-1]


def shelf(folder: Path, most: int = 10**9) -> Shelf:
    return Shelf(folder, most, sealed, opened)


def test_what_is_kept_is_found_after_a_restart(tmp_path: Path) -> None:
    one = shelf(tmp_path)
    one.add([(kept(number), recording(number)) for number in range(5)])
    with (tmp_path / "kept-0.index").open("ab") as index:
        index.write(b'{"kept": {"id": "cut in the mi')
    again = shelf(tmp_path)
    assert [each.id for each in again.find(Wanted(application="tv", limit=3))] == ["r4", "r3", "r2"]
    assert again.read("r3") == recording(3)
    assert again.find(Wanted(version="2.0.0")) == []
    with pytest.raises(Missing, match="there is no recording of the request 'r9'"):
        again.read("r9")


def test_a_damaged_one_says_so(tmp_path: Path) -> None:
    one = shelf(tmp_path)
    one.add([(kept(1), recording(1)), (kept(2), recording(2))])
    file = tmp_path / "kept-0.recordings"
    content = bytearray(file.read_bytes())
    content[len(content) // 4] ^= 0xFF
    file.write_bytes(content)
    with pytest.raises(Invalid, match="the recording of 'r1' is damaged"):
        one.read("r1")
    assert one.read("r2") == recording(2)
    newer = recording(7)
    newer.format = 9
    one.add([(kept(7), newer)])
    with pytest.raises(Invalid, match="has format 9"):
        one.read("r7")


def test_time_and_room_end_and_what_is_there_to_be_compared_goes_first(tmp_path: Path) -> None:
    shelf(tmp_path).add([(kept(1, "share", at=7200), recording(1)), (kept(2, "error"), recording(2))])
    one = shelf(tmp_path, most=shelf(tmp_path).size() - 1)
    one.tidy(2000.0)
    assert [each.id for each in one.find(Wanted())] == ["r2"]
    one.tidy(1e11)
    assert (one.find(Wanted()), one.size()) == ([], 0)
    assert list(tmp_path.iterdir()) == []

"""Output of instances: what a line may say, what is read of it and when, and what stays on disk."""

import asyncio
import fcntl
import json
import os
import threading
import time
from collections.abc import AsyncIterator, Iterator
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from stagedoor import logfiles, untrusted
from stagedoor.decide import disk, output
from stagedoor.logfiles import PLATFORM, SCRIPT, Position
from stagedoor.main.held_outputs import MAX_ENDED, HeldOutputs
from stagedoor.model.redaction import Redaction
from stagedoor.oci.logs import Logs, _read_on
from stagedoor.oci.output import guard, lines, pipes
from stagedoor.oci.output.guard import Guard
from stagedoor.oci.output.reader import About, Disk, InstanceReader
from stagedoor.oci.output.writer import LogFile, LogLimits, trim
from stagedoor.telemetry.lines import Reader

NOW, BORN = 2000.0, 1000.0


def stored(text: bytes) -> dict[str, Any]:
    fields: dict[str, Any] = json.loads(lines.store(text, NOW, BORN).content)
    return fields


# A line


def test_what_a_script_prints_is_a_line_with_a_time() -> None:
    assert stored(b"plain") == {"at": NOW, "level": "print", "message": "plain"}
    assert stored(b'{"a": 1}') == {"at": NOW, "level": "print", "message": '{"a": 1}'}


def test_a_structured_line_keeps_what_it_says() -> None:
    line = {"at": 1500.5, "level": "warning", "message": "slow", "request_id": "r1", "rows": [1, {"a": None}]}
    assert stored(json.dumps(line).encode()) == line
    assert stored(b'{"message": "half \\ud800"}')["message"] == "half \ud800"
    ours = {"at": 1500.0, "level": "warning", "message": "lost", "event": "request_lost"}
    assert stored(json.dumps(ours).encode()) == ours


@pytest.mark.parametrize(
    "claim",
    [
        {"level": "platform"}, {"level": "platform", "event": "ended", "cause": "the operator"},
        {"level": "info", "event": "ended", "cause": "the operator"}, {"event": "throttled"}, {"event": "forged"},
    ],
)  # fmt: skip
def test_what_only_the_platform_says_is_taken_off_and_counted(claim: dict[str, str]) -> None:
    line = lines.store(json.dumps({"message": "m", **claim}).encode(), NOW, BORN)
    assert line.forged
    assert json.loads(line.content) == {"message": "m", "at": NOW, "level": "info"}


def test_a_line_never_says_where_it_comes_from() -> None:
    line = stored(b'{"message": "m", "level": "info", "instance": "i0", "application": "other"}')
    assert line == {"at": NOW, "level": "info", "message": "m"}


@pytest.mark.parametrize("at", [0, -1, BORN - 1, NOW + 2, 1e300, "1500", True, None, [1]])
def test_a_time_lies_between_the_birth_of_the_instance_and_now(at: object) -> None:
    assert stored(json.dumps({"message": "m", "at": at}).encode())["at"] == NOW


@pytest.mark.parametrize("level", ["Platform", "PLATFORM", "platform ", "loud", 5, None, ["platform"]])
def test_a_level_that_nobody_knows_becomes_info(level: object) -> None:
    assert stored(json.dumps({"message": "m", "level": level}).encode())["level"] == "info"


@given(st.binary(max_size=300))
def test_whatever_is_written_is_one_line_of_json_that_is_not_the_platforms(text: bytes) -> None:
    content = lines.store(text.replace(b"\n", b""), NOW, BORN).content
    assert content.endswith(b"\n") and content.count(b"\n") == 1
    assert json.loads(content)["level"] in lines.LEVELS


@pytest.mark.parametrize("levels", [31, 32, 33, 900, 20_000])
@pytest.mark.parametrize("key", [b"d", b"message", b"at", b"level"])
def test_deep_nesting_is_text_and_reaches_no_decoder(levels: int, key: bytes) -> None:
    nested = b"[" * (levels - 1) + b"]" * (levels - 1)
    outcomes: list[dict[str, Any]] = []

    def store() -> None:
        outcomes.append(stored(b'{"message": "x", "%s": %s}' % (key, nested)))
        outcomes.append(stored(b'{"message": "x", "a": %s' % nested))

    # With a stack as small as a program may have: it ends the whole test run when anything recurses.
    before = threading.stack_size(262_144)
    thread = threading.Thread(target=store)
    thread.start()
    threading.stack_size(before)
    thread.join()
    whole, cut = outcomes
    assert (whole["level"] == "print") == (levels > 32 or key == b"message")
    assert cut["level"] == "print"


@pytest.mark.parametrize(
    ("text", "deep"),
    [
        ('{"a": "' + "[" * 100 + '"}', False), ('{"a": "\\\\' + "[" * 100 + '"}', False),
        ('{"a": "\\"' + "[" * 100 + '"}', False), ('["\\\\", ' + "[" * 40, True), ("[]" * 100, False), ("[" * 33, True),
        ('{"a":' * 33, True), ('"' + "\\" * 99_999, False), ("\\" + '"\\' * 30_000 + "[" * 40, False),
    ],
)  # fmt: skip
def test_brackets_count_outside_of_texts_alone(text: str, deep: bool) -> None:
    assert untrusted.nests_too_deep(text) == deep == untrusted.nests_too_deep(text.encode())


def test_no_other_encoding_hides_brackets() -> None:
    hidden = '{"\u2200": ' + "[" * 50 + "]" * 50 + "}"
    with pytest.raises(ValueError, match="nests deeper than 32"):
        untrusted.decode_json(hidden)
    for encoding in ("utf-16-le", "utf-32-be"):
        with pytest.raises(ValueError):
            untrusted.decode_json(hidden.encode(encoding))
    assert untrusted.decode_json('{"\u2200": [1]}'.encode()) == {"\u2200": [1]}


@given(st.recursive(st.none() | st.text(), lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner)))
def test_what_nests_little_is_decoded(value: object) -> None:
    def depth(part: object) -> int:
        parts = part.values() if isinstance(part, dict) else part if isinstance(part, list) else None
        return 0 if parts is None else 1 + max(map(depth, parts), default=0)

    text = json.dumps(value, ensure_ascii=False)
    for levels in range(6):
        assert untrusted.nests_too_deep(text, levels) == (depth(value) > levels)
    assert untrusted.decode_json(text) == value


# How much is read


def test_a_flood_is_read_at_its_rate_after_a_burst() -> None:
    budget = output.begin(0.0, 1000)
    assert budget.left == 2000
    budget = output.spend(budget, 2500, 1)
    assert output.pause(budget, 1000) == pytest.approx(0.532)
    assert output.earn(budget, 0.6, 1000).left == pytest.approx(68)
    assert output.earn(budget, 100.0, 1000).left == 2000
    assert output.begin(0.0, 0).left == 2 * output.UNLIMITED_RATE


def test_short_lines_cost_more_than_their_bytes() -> None:
    budget = output.begin(0.0, 1000)
    assert output.spend(budget, 100, 50).left == 2000 - 100 - 50 * output.LINE_COST


def test_logs_stop_before_the_disk_is_full_and_go_on_with_some_room() -> None:
    total = 10_000_000_000
    assert disk.reserve(total) == 500_000_000
    assert disk.decide(total, 500_000_000, writes_logs=True).writes_logs
    full = disk.decide(total, 499_999_999, writes_logs=True)
    assert not full.writes_logs and "500000000 are kept in reserve" in full.reason
    assert not disk.decide(total, 600_000_000, writes_logs=False).writes_logs
    assert disk.decide(total, 625_000_000, writes_logs=False).writes_logs
    assert disk.reserve(100_000_000) == 64_000_000 and disk.reserve(10**14) == 10**9


# Pipes and their reader


@pytest.fixture
def limits(tmp_path: Path) -> LogLimits:
    return LogLimits(tmp_path / "logs", 1_000_000, 86_400.0)


class Instance:
    """One that writes, and what reads it."""

    def __init__(self, limits: LogLimits, rate: int = 0) -> None:
        self.limits = limits
        self.pipe = pipes.make()
        self.writing = pipes.open_writer(self.pipe)
        self.rate = rate
        self.disk = Disk()
        self.done = threading.Event()
        self.reader = self.read()

    def read(self) -> InstanceReader:
        about = About("tv", self.rate, time.time() - 10)
        self.guard = Guard(self.limits.folder.parent / "reading")
        pipe = os.dup(self.pipe)
        reader = InstanceReader("i1", about, pipe, self.limits, self.disk, self.guard, lambda name: self.done.set())
        reader.start()
        return reader

    def write(self, content: bytes) -> int:
        return os.write(self.writing, content)

    def drain(self, *, ended: bool = False) -> list[str]:
        assert self.reader.drain(ended=ended).wait(10)
        return self.messages()

    def messages(self, kind: str = SCRIPT) -> list[str]:
        path = logfiles.path_of(self.limits.folder, "tv", "i1", kind)
        if not path.exists():
            return []
        return [json.loads(line)["message"] for line in logfiles.split(path.read_bytes())]

    def end(self) -> None:
        assert self.reader.drain(ended=True).wait(10)
        self.reader.join(10)
        os.close(self.writing)
        os.close(self.pipe)


@pytest.fixture
def instance(limits: LogLimits) -> Iterator[Instance]:
    made = Instance(limits)
    yield made
    made.end()


def test_lines_are_in_the_log_once_it_is_drained(instance: Instance) -> None:
    instance.write(b"one\ntwo\n")
    assert instance.drain() == ["one", "two"]
    instance.write(b"three\n\nfo")
    assert instance.drain() == ["one", "two", "three"]
    instance.write(b"ur\n")
    assert instance.drain() == ["one", "two", "three", "four"]
    instance.write(b"without an end")
    assert instance.drain(ended=True)[-1] == "without an end"
    instance.reader.join(10)
    assert instance.done.is_set()


def test_what_is_not_in_the_log_yet_waits_for_the_next_reader(instance: Instance) -> None:
    instance.disk.writes_logs = False
    instance.reader.drain(ended=False).wait(10)
    peek = pipes.Peek(os.dup(instance.pipe))
    instance.write(b"kept\n")
    assert peek.look() == b"kept\n" == peek.look()
    peek.close()  # As one that is killed before it took what it saw.
    assert pipes.waiting(instance.pipe) == 5
    instance.disk.writes_logs = True
    assert instance.drain()[-1] == "kept"
    assert pipes.waiting(instance.pipe) == 0


def test_a_line_that_never_ends_is_shown_in_parts(instance: Instance) -> None:
    instance.write(b"x" * 100_000 + b"\n")
    assert [len(part) for part in instance.drain()] == [65_536, 34_464]


def test_what_a_script_sets_on_its_end_changes_no_line(instance: Instance) -> None:
    fcntl.fcntl(instance.writing, fcntl.F_SETFL, os.O_DIRECT)  # Each write is a packet, and may block.
    fcntl.fcntl(instance.writing, fcntl.F_SETPIPE_SZ, 65_536)
    for part in (b"a", b"b", b"c\n"):
        instance.write(part)
        instance.drain()
    assert instance.drain() == ["abc"]


def test_a_script_that_ends_its_own_end_ends_nothing(instance: Instance) -> None:
    instance.write(b"last\n")
    os.close(instance.writing)
    assert instance.drain() == ["last"]
    instance.writing = pipes.open_writer(instance.pipe)
    instance.write(b"again\n")
    assert instance.drain() == ["last", "again"]


def test_on_a_full_disk_nothing_is_read_and_of_what_ended_the_loss_is_counted(instance: Instance) -> None:
    instance.disk.writes_logs = False
    instance.write(b"one\ntwo\n")
    assert instance.drain(ended=True) == []
    instance.reader.join(10)
    assert instance.messages(PLATFORM) == ["2 lines were dropped: the disk was full"]


def test_a_forged_line_is_told_of_once(instance: Instance) -> None:
    instance.write(b'{"message": "m", "level": "platform"}\n' * 3)
    assert instance.drain() == ["m"] * 3
    assert len(instance.messages(PLATFORM)) == 1


def test_both_ends_are_held_and_an_upgrade_takes_them_over() -> None:
    held = HeldOutputs()
    _, pipe = held.answer({"do": "make", "instance": "i1"})
    assert pipe is not None
    writing = pipes.open_writer(pipe)
    os.write(writing, b"kept\n")
    os.close(writing)
    held.answer({"do": "describe", "instance": "i1", "about": {"application": "tv"}})
    after = HeldOutputs.inherit(json.loads(json.dumps(held.legacy())))
    content, _ = after.answer({"do": "list"})
    assert json.loads(content) == {"i1": {"application": "tv", "ended": False}}
    _, taken = after.answer({"do": "take", "instance": "i1"})
    assert taken is not None and os.read(taken, 100) == b"kept\n"
    after.close()


def test_what_nobody_reads_to_its_end_is_bounded_and_what_nobody_became_goes() -> None:
    held = HeldOutputs()
    for name in ("pooled", "lives", "died"):
        held.answer({"do": "make", "instance": name})
    for name in ("lives", "died"):
        held.answer({"do": "describe", "instance": name, "about": {"application": "tv"}})
    held.answer({"do": "keep", "instances": ["lives"]})
    # What is told late does not bring back what has ended.
    held.answer({"do": "describe", "instance": "died", "about": {"application": "tv", "ended": False}})
    assert json.loads(held.answer({"do": "list"})[0]) == {
        "lives": {"application": "tv", "ended": False}, "died": {"application": "tv", "ended": True},
    }  # fmt: skip
    for number in range(MAX_ENDED + 5):
        held.answer({"do": "make", "instance": f"e{number}"})
        held.answer({"do": "describe", "instance": f"e{number}", "about": {"application": "tv", "ended": True}})
    names = json.loads(held.answer({"do": "list"})[0])
    assert len(names) == MAX_ENDED + 1 and "lives" in names and "died" not in names
    with pytest.raises(KeyError):
        held.answer({"do": "take", "instance": "died"})
    held.close()


# Output that ends or fails its reader

CULPRIT = b'{"message": "culprit"}'


class Died(BaseException):
    """The death of the program, with the mark as it was on disk."""


def death(folder: Path, pipe: int, limits: LogLimits) -> bool:
    """Starts the reading of what is in the pipe, which dies at the culprit. Returns whether it died."""
    mark = folder / "reading" / "mark"

    def store(text: bytes, now: float, born: float) -> lines.Stored:
        if b"culprit" in text:
            raise Died(mark.read_bytes())
        return store_line(text, now, born)

    store_line = lines.store
    watched = Guard(folder / "reading")
    reader = InstanceReader("i1", About("tv"), os.dup(pipe), limits, Disk(), watched, lambda name: None)
    peek = pipes.Peek(os.dup(pipe))
    try:
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(lines, "store", store)
            while reader._read(peek, is_drain=True, ended=False):
                pass
    except Died as died:
        mark.write_bytes(died.args[0])
        return True
    finally:
        peek.close()
        reader._close()
        watched.close()
    return False


@pytest.fixture
def held() -> Iterator[int]:
    pipe = pipes.make()
    yield pipe
    os.close(pipe)


def in_log(limits: LogLimits, kind: str = SCRIPT) -> list[str]:
    path = logfiles.path_of(limits.folder, "tv", "i1", kind)
    return [json.loads(line)["message"] for line in logfiles.split(path.read_bytes())] if path.exists() else []


def read_until_steady(tmp_path: Path, held: int, limits: LogLimits) -> int:
    """Starts the reading again until it ends of itself. Returns how often it died."""
    deaths = 0
    while death(tmp_path, held, limits):
        deaths += 1
        assert deaths < 10, "it crash-loops"
    return deaths


def test_a_line_that_ends_the_reader_is_taken_out_and_the_others_stay(
    tmp_path: Path, held: int, limits: LogLimits
) -> None:
    os.write(held, b"before\n" + CULPRIT + b"\nafter\n")
    assert read_until_steady(tmp_path, held, limits) == 2
    assert in_log(limits) == ["before", "after"] and pipes.waiting(held) == 0
    assert in_log(limits, PLATFORM) == ["1 lines were dropped: reading them failed"]
    assert "culprit" in (tmp_path / "reading" / "aside").read_text()


def test_a_script_that_ends_the_reader_again_and_again_is_not_read_any_more(
    tmp_path: Path, held: int, limits: LogLimits
) -> None:
    deaths = 0
    for _ in range(20):
        os.write(held, (CULPRIT + b"\n") * 50)
        deaths += read_until_steady(tmp_path, held, limits)
        assert pipes.waiting(held) == 0
    assert deaths <= output.MAX_STRIKES * output.MAX_DEATHS
    assert (tmp_path / "reading" / "aside").stat().st_size <= guard.MAX_ASIDE_BYTES
    # Another application is read meanwhile.
    assert Guard(tmp_path / "reading").treat("i2", "radio") == output.Treatment()


def test_a_kill_in_the_middle_of_a_piece_costs_no_line(tmp_path: Path, held: int, limits: LogLimits) -> None:
    for _ in range(2):
        killed = Guard(tmp_path / "reading")
        with killed.read("i1", "tv"):
            content = (tmp_path / "reading" / "mark").read_bytes()
        (tmp_path / "reading" / "mark").write_bytes(content)
    os.write(held, b"one\ntwo\n")
    assert not death(tmp_path, held, limits)
    assert in_log(limits) == ["one", "two"] and in_log(limits, PLATFORM) == []
    # Who was read without a fault is not suspected any more.
    assert Guard(tmp_path / "reading").treat("i1", "tv") == output.Treatment()


def test_a_piece_that_cannot_be_read_is_taken_out_at_once(instance: Instance, monkeypatch: pytest.MonkeyPatch) -> None:
    instance.write(b"first\n")
    instance.drain()
    with monkeypatch.context() as patch:
        patch.setattr(InstanceReader, "_parse", lambda *_: 1 / 0)
        instance.write(b"a\nb\n")
        instance.drain()
    instance.write(b"last\n")
    assert instance.drain() == ["first", "last"]
    assert instance.messages(PLATFORM) == ["2 lines were dropped: reading them failed"]


def test_a_piece_that_takes_too_long_is_known(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    watched = Guard(tmp_path / "reading")
    assert not watched.hangs()
    with watched.read("i1", "tv"):
        assert not watched.hangs()
        monkeypatch.setattr(guard, "MAX_PIECE_S", -1.0)
        assert watched.hangs()
    assert not watched.hangs()


def test_suspicion_grows_from_care_to_the_line_the_piece_and_the_application() -> None:
    once = output.add_death(output.Suspicion(), -1)
    assert output.treat(once, [], NOW) == output.Treatment(line_by_line=True) and not once.is_proven
    twice = output.add_death(once, 7)
    assert output.treat(twice, [], NOW) == output.Treatment(line_by_line=True, without=[7]) and twice.is_proven
    assert output.treat(output.add_death(twice, 9), [], NOW).drops_all
    strikes: list[float] = []
    for _ in range(output.MAX_STRIKES):
        assert not output.treat(output.Suspicion(), strikes, NOW).drops_all
        strikes = output.add_strike(strikes, NOW)
    assert output.treat(output.Suspicion(), strikes, NOW).drops_all
    assert not output.treat(output.Suspicion(), strikes, NOW + output.STRIKE_S).drops_all


# Files


def test_a_log_stays_within_its_limit_and_says_when_lines_went(limits: LogLimits) -> None:
    file = LogFile(limits, "tv", "i1")
    line = b"x" * 999 + b"\n"
    complete = [file.append(line * 100) for _ in range(30)]
    folder = limits.folder / "tv"
    assert sum(path.stat().st_size for path in folder.iterdir()) <= limits.size
    assert complete[0] and not all(complete)
    (folder / "i1.log").unlink()
    file.append(line)
    assert (folder / "i1.log").read_bytes() == line
    file.close()


def test_readers_go_on_over_a_rotation(limits: LogLimits) -> None:
    file = LogFile(LogLimits(limits.folder, 131_072, 1.0), "tv", "i1")
    path = logfiles.path_of(limits.folder, "tv", "i1")
    position, seen = Position(), b""
    for number in range(300):
        file.append(b"%d " % number + b"x" * 1000 + b"\n")
        if number % 20 == 0:
            for part in logfiles.unread(path, position):
                content = part.path.read_bytes()[part.offset : part.end]
                seen += content
                position = Position(part.inode, part.end)
    numbers = [int(line.split()[0]) for line in seen.splitlines()]
    assert numbers == list(range(numbers[-1] + 1)) and numbers[-1] == 280
    file.close()


def put(limits: LogLimits, instance: str, size: int, age: float, kind: str = SCRIPT) -> Path:
    path = logfiles.path_of(limits.folder, "tv", instance, kind)
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(b"x" * 99 + b"\n" * (size - 99))
    os.utime(path, (time.time() - age,) * 2)
    return path


def test_only_logs_of_ended_instances_go_by_age(limits: LogLimits) -> None:
    living, silent = put(limits, "i1", 100, 10 * 86_400), put(limits, "i1", 100, 10 * 86_400, PLATFORM)
    old, young = put(limits, "i2", 100, 10 * 86_400), put(limits, "i3", 100, 3600)
    # One file that is young keeps what belongs to it.
    both = put(limits, "i4", 100, 10 * 86_400), put(limits, "i4", 100, 3600, PLATFORM)
    trim(limits, lambda instance: instance == "i1")
    assert living.exists() and silent.exists() and young.exists() and all(path.exists() for path in both)
    assert not old.exists()


def test_an_application_that_ends_without_end_keeps_so_many_logs(limits: LogLimits) -> None:
    paths = [put(limits, f"i{number}", 400_000, 1000 - number) for number in range(50)]
    trim(limits, lambda instance: False)
    left = [path for path in paths if path.exists()]
    assert left == paths[-len(left) :] and len(left) in (39, 40)  # As blocks are counted.


def test_blocks_beyond_the_end_of_a_file_count(limits: LogLimits) -> None:
    """A version before this one let a container allocate what its size does not show."""
    path = put(limits, "i1", 1000, 0)
    os.posix_fallocate(os.open(path, os.O_WRONLY), 0, 1000)
    with path.open("r+b") as stream:
        import ctypes

        libc = ctypes.CDLL(None, use_errno=True)
        libc.fallocate.argtypes = [ctypes.c_int, ctypes.c_int, ctypes.c_longlong, ctypes.c_longlong]
        if libc.fallocate(stream.fileno(), 1, 0, 4_000_000):
            pytest.skip("this disk allocates nothing ahead")
    assert path.stat().st_size == 1000 and path.stat().st_blocks * 512 > limits.size
    trim(limits, lambda instance: True)
    assert path.stat().st_blocks * 512 <= limits.size


# Reading them


class NoOutputs:
    def __getattr__(self, name: str) -> Any:
        raise AssertionError(name)


def test_lines_of_both_come_together_by_time_and_each_says_who_wrote_it(limits: LogLimits) -> None:
    logs = Logs(limits.folder, NoOutputs())
    file = LogFile(limits, "tv", "i1")
    for at, text in ((1.0, "first"), (3.0, "third")):
        file.append(json.dumps({"at": at, "level": "info", "message": text, "instance": "i9"}).encode() + b"\n")
    file.append(b'{"at": 3.5, "level": "platform", "message": "of an older version"}\nplain\n')
    own = logfiles.path_of(limits.folder, "tv", "i1", PLATFORM)
    own.write_text('{"at": 2.0, "level": "platform", "message": "second"}\n')
    entries = logs.tail("tv", "i1", 10)
    assert [(entry.get("message", entry.get("line")), entry.get("level")) for entry in entries] == [
        ("first", "info"), ("second", "platform"), ("third", "info"), ("of an older version", "info"), ("plain", None),
    ]  # fmt: skip
    assert {entry["instance"] for entry in entries} == {"i1"} and logs.instances("tv") == ["i1"]
    assert logs.words("tv", "i1", 2) == ["second", "of an older version", "plain"]
    file.close()


SEPARATORS = "a\u2028b\u2029c\x85d\x0be\x0cf\x1cg\x1dh\x1ei"


def test_only_a_line_feed_ends_a_line(instance: Instance, limits: LogLimits, tmp_path: Path) -> None:
    logs = Logs(limits.folder, NoOutputs())
    path = logfiles.path_of(limits.folder, "tv", "i1")
    messages = [SEPARATORS, '{"message": "x' + SEPARATORS, "plain"]
    structured = json.dumps({"message": SEPARATORS + "!"}, ensure_ascii=False)
    instance.write("\n".join((*messages, structured, "")).encode())
    instance.drain()
    expected = [*messages, SEPARATORS + "!"]
    assert [entry["message"] for entry in logs.tail("tv", "i1", 10)] == expected
    lines, position = _read_on(path, Position())
    assert [json.loads(line)["message"] for line in lines] == expected and position.offset == path.stat().st_size
    assert len(Reader(limits.folder, tmp_path / "journal", Redaction()).look()) == len(expected)


def test_only_a_line_feed_ends_a_line_of_a_stream() -> None:
    async def parts() -> AsyncIterator[bytes]:
        content = f"{SEPARATORS}\n\r{SEPARATORS}\nrest".encode()
        for at in range(0, len(content), 3):
            yield content[at : at + 3]

    async def read() -> list[str]:
        return [line.decode() async for line in untrusted.split_lines(parts())]

    assert asyncio.run(read()) == [SEPARATORS, "\r" + SEPARATORS, "rest"]


def test_telemetry_believes_the_platforms_file_alone(limits: LogLimits, tmp_path: Path) -> None:
    reader = Reader(limits.folder, tmp_path / "journal", Redaction())
    put(limits, "i1", 100, 0).write_text('{"message": "forged", "level": "platform"}\n')
    put(limits, "i1", 100, 0, PLATFORM).write_text('{"message": "own", "level": "platform"}\n')
    assert sorted((line.level, line.message, line.instance) for line in reader.look()) == [
        ("info", "forged", "i1"), ("platform", "own", "i1"),
    ]  # fmt: skip
    reader.save()
    assert Reader(limits.folder, tmp_path / "journal", Redaction()).look() == []


def test_telemetry_reads_on_over_a_rotation_and_from_an_older_journal(limits: LogLimits, tmp_path: Path) -> None:
    path = put(limits, "i1", 100, 0)
    path.write_text("one\ntwo\n")
    (tmp_path / "journal").write_text('{"tv/i1.log": 4}')
    reader = Reader(limits.folder, tmp_path / "journal", Redaction())
    assert [line.message for line in reader.look()] == ["two"]
    with path.open("a") as stream:
        stream.write("three\n")
    path.replace(path.with_name("i1.log.1"))
    path.write_text("four\n")
    assert [line.message for line in reader.look()] == ["three", "four"]

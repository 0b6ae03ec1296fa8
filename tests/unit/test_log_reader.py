"""Reading what instances print: nothing is lost or claimed, whoever dies, and nothing ends the reader for others."""

import asyncio
import fcntl
import json
import os
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest

from stagedoor import logfiles, untrusted
from stagedoor.decide import suspicion
from stagedoor.logfiles import PLATFORM, SCRIPT, Position
from stagedoor.main.held_outputs import MAX_ENDED, HeldOutputs
from stagedoor.model.redaction import Redaction
from stagedoor.oci.logs import Logs, _read_on
from stagedoor.oci.output import guard, lines, pipes
from stagedoor.oci.output.guard import Guard
from stagedoor.oci.output.reader import About, InstanceReader, LogSpace
from stagedoor.oci.output.writer import LogLimits
from stagedoor.telemetry.lines import Reader
from tests.unit.log_parts import Instance, NoOutputs

NOW = 2000.0


@pytest.fixture
def limits(tmp_path: Path) -> LogLimits:
    return LogLimits(tmp_path / "logs", 1_000_000, 86_400.0)


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
    reader = InstanceReader("i1", About("tv"), os.dup(pipe), limits, LogSpace(), watched, lambda name: None)
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
    assert deaths <= suspicion.MAX_STRIKES * suspicion.MAX_DEATHS
    assert (tmp_path / "reading" / "aside").stat().st_size <= guard.MAX_ASIDE_BYTES
    # Another application is read meanwhile.
    assert Guard(tmp_path / "reading").treat("i2", "radio") == suspicion.Treatment()


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
    assert Guard(tmp_path / "reading").treat("i1", "tv") == suspicion.Treatment()


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
    once = suspicion.add_death(suspicion.Suspicion(), -1)
    assert suspicion.treat(once, [], NOW) == suspicion.Treatment(line_by_line=True) and not once.is_proven
    twice = suspicion.add_death(once, 7)
    assert suspicion.treat(twice, [], NOW) == suspicion.Treatment(line_by_line=True, without=[7]) and twice.is_proven
    assert suspicion.treat(suspicion.add_death(twice, 9), [], NOW).drops_all
    strikes: list[float] = []
    for _ in range(suspicion.MAX_STRIKES):
        assert not suspicion.treat(suspicion.Suspicion(), strikes, NOW).drops_all
        strikes = suspicion.add_strike(strikes, NOW)
    assert suspicion.treat(suspicion.Suspicion(), strikes, NOW).drops_all
    assert not suspicion.treat(suspicion.Suspicion(), strikes, NOW + suspicion.STRIKE_S).drops_all


# What ends a line

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

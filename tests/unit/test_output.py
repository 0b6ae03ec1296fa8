"""What an instance prints: each line is of the request that wrote it, whatever else prints meanwhile."""

import asyncio
import fcntl
import json
import os
from collections.abc import Iterator
from itertools import zip_longest
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from stagedoor.runtime import context
from stagedoor.runtime.log import log
from stagedoor.runtime.output import open_output
from stagedoor.runtime.request import Request


class Tape:
    """An output that is read back."""

    def __init__(self, path: Path, secrets: dict[str, str]) -> None:
        self.path = path
        self.descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_APPEND)
        self.output = open_output(self.descriptor, secrets)

    def print(self, *words: object, **options: Any) -> None:
        print(*words, **options, file=self.output)

    @property
    def lines(self) -> list[str]:
        return self.path.read_text().splitlines()

    @property
    def told(self) -> list[tuple[str, str]]:
        """(request, message) of structured lines."""
        return [(one["request_id"], one["message"]) for one in map(json.loads, self.lines)]


@pytest.fixture
def tape(tmp_path: Path) -> Iterator[Tape]:
    made = Tape(tmp_path / "lines", {"key": "s3cret-word"})
    yield made
    os.close(made.descriptor)


def request(identifier: str) -> Request:
    return Request("GET", b"/", [(b"stagedoor-request-id", identifier.encode())], b"")


async def within(identifier: str, *steps: Any) -> None:
    context.current.set(request(identifier))
    for step in steps:
        step()
        await asyncio.sleep(0)


def test_outside_of_requests_a_line_stays_as_it_is(tape: Tape) -> None:
    tape.print("plain", 7)
    assert tape.lines == ["plain 7"]


def test_lines_of_requests_that_print_by_turns_are_kept_apart(tape: Tape) -> None:
    async def both() -> None:
        await asyncio.gather(
            within("a", lambda: tape.print("one", end=" "), lambda: tape.print("half\nand", "whole")),
            within("b", lambda: tape.print("an", end="other "), lambda: tape.print("half")),
        )

    asyncio.run(both())
    assert tape.told == [("a", "one half"), ("a", "and whole"), ("b", "another half")]


def test_what_a_script_structures_itself_keeps_its_words(tape: Tape) -> None:
    line = {"message": "rows", "level": "warning", "rows": 3}
    steps = [lambda: tape.print(json.dumps(line)), lambda: tape.print("{'no': 'json'}"), lambda: tape.print('{"a": 1}')]
    asyncio.run(within("a", *steps))
    assert json.loads(tape.lines[0]) == {"request_id": "a", **line}
    assert [message for _, message in tape.told] == ["rows", "{'no': 'json'}", '{"a": 1}']


def test_a_line_without_an_end_is_there_when_it_is_flushed_and_secrets_are_not(tape: Tape) -> None:
    asyncio.run(within("a", lambda: tape.print("s3cret-word", end="", flush=True), lambda: tape.print("begun", end="")))
    tape.output.flush()
    assert tape.told == [("a", "[secret key]"), ("a", "begun")]


def test_lines_that_never_end_are_not_kept_for_ever(tape: Tape) -> None:
    for number in range(150):
        asyncio.run(within(str(number), lambda: tape.print("begun", end="")))
    assert [request for request, _ in tape.told] == [str(number) for number in range(50)]


def test_what_cannot_be_encoded_is_written_all_the_same(tape: Tape) -> None:
    tape.print("\ud800")
    asyncio.run(within("a", lambda: tape.print("\ud800")))
    assert len(tape.lines) == 2


def test_a_log_line_with_half_a_surrogate_pair_fails_nobody(capsys: pytest.CaptureFixture[str]) -> None:
    log.info("said", word="\ud800")
    assert json.loads(capsys.readouterr().out)["word"] == "\ud800"


def test_no_form_of_a_secret_is_shown_by_a_line_that_becomes_json(tmp_path: Path) -> None:
    secret = 'p\u00e4"ssw\\ord1'
    made = Tape(tmp_path / "lines", {"key": secret})

    def tell() -> None:
        made.print(secret)
        made.print(json.dumps({"message": secret}))
        made.print(json.dumps({"x": secret}, ensure_ascii=False))

    asyncio.run(within("a", tell))
    tell()
    os.close(made.descriptor)
    text = made.path.read_text()
    assert text.count("[secret key]") == 6 and "ssw" not in text


def test_a_line_that_never_ends_is_written_in_parts(tape: Tape) -> None:
    asyncio.run(within("a", *[lambda: tape.print("x" * 1000, end="")] * 20))
    assert [len(message) for _, message in tape.told] == [9000, 9000]


# A pipe that nobody reads fast enough


class Pipe:
    """An output with room for little, of which a test reads as much as it likes."""

    def __init__(self, rate: int = 0) -> None:
        self.reading, self.writing = os.pipe2(os.O_NONBLOCK)
        fcntl.fcntl(self.writing, fcntl.F_SETPIPE_SZ, 4096)
        self.output = open_output(self.writing, rate=rate)

    def read(self) -> bytes:
        try:
            return os.read(self.reading, 1 << 20)
        except BlockingIOError:
            return b""

    def close(self) -> None:
        os.close(self.reading)
        os.close(self.writing)


@pytest.fixture
def pipe() -> Iterator[Pipe]:
    made = Pipe()
    yield made
    made.close()


def test_a_full_pipe_drops_whole_lines_says_how_many_and_blocks_nobody(pipe: Pipe) -> None:
    for number in range(100):
        print(f"{number} {'x' * 100}", file=pipe.output)
    before = pipe.read().decode()
    assert before.endswith("\n") and {len(line.split()) for line in before.splitlines()} == {2}
    print("after", file=pipe.output)
    notice, after = pipe.read().decode().splitlines()
    taken = len(before.splitlines())
    assert json.loads(notice)["message"] == f"{100 - taken} lines of output were dropped: the platform was slow to read"
    assert json.loads(notice)["level"] == "warning" and after == "after"


def test_a_line_that_the_pipe_took_in_part_is_finished_before_others(pipe: Pipe) -> None:
    print("a" * 6000 + "\n" + "b" * 10, file=pipe.output)
    first = pipe.read()
    assert 0 < len(first) < 6000
    print("next", file=pipe.output)
    lines = (first + pipe.read()).decode().splitlines()
    assert lines[0] == "a" * 6000 and lines[-1] == "next" and len(lines) == 3
    assert "1 lines of output were dropped" in lines[1]


@given(
    writes=st.lists(
        st.text(st.sampled_from("ab\n"), max_size=9).map(lambda text: text.replace("a", "a" * 700)), max_size=60
    ),
    reads=st.lists(st.booleans(), max_size=60),
)
@settings(deadline=None)
def test_whatever_is_written_and_read_by_turns_no_line_is_another_one(writes: list[str], reads: list[bool]) -> None:
    pipe = Pipe()
    try:
        taken = b""
        for text, reads_now in zip_longest(writes, reads, fillvalue=None):
            if text:
                pipe.output.write(text)
            if reads_now:
                taken += pipe.read()
        pipe.output.write("\n")
        for _ in range(20):
            pipe.output.buffer.raw.flush()  # type: ignore[attr-defined]
            taken += pipe.read()
        written = set("".join([*writes, "\n"]).split("\n"))
        for line in taken.decode().splitlines():
            whole = line in written or "lines of output were dropped" in line
            assert whole or any(other.startswith(line) for other in written)
    finally:
        pipe.close()


def test_a_pipe_without_a_reader_fails_nobody(pipe: Pipe) -> None:
    os.close(pipe.reading)
    print("into nothing", file=pipe.output)
    pipe.reading = os.open(os.devnull, os.O_RDONLY)

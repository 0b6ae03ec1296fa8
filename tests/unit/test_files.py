"""Files and folders that several writers put in place at once."""

import os
import threading
from collections.abc import Callable
from pathlib import Path

import pytest

from stagedoor import files

WRITERS, ROUNDS = 8, 250


def run_at_once(work: Callable[[int], None]) -> list[BaseException]:
    """Runs `work` in several threads that start together; returns what they raised."""
    barrier = threading.Barrier(WRITERS)
    errors: list[BaseException] = []

    def run(number: int) -> None:
        barrier.wait()
        try:
            work(number)
        except BaseException as error:
            errors.append(error)

    threads = [threading.Thread(target=run, args=(number,)) for number in range(WRITERS)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return errors


def test_writers_of_one_file_never_break_each_other(tmp_path: Path) -> None:
    target = tmp_path / "resolved.txt"
    contents = [f"{number}\n" * 2000 for number in range(WRITERS)]

    def write(number: int) -> None:
        for _ in range(ROUNDS):
            files.replace_file(target, contents[number])
            assert target.read_text() in contents

    assert run_at_once(write) == []
    assert list(tmp_path.iterdir()) == [target]


def test_a_file_that_cannot_be_replaced_stays_and_nothing_else_is_left(tmp_path: Path) -> None:
    (tmp_path / "target").mkdir()
    (tmp_path / "target" / "kept").write_text("kept")
    with pytest.raises(OSError):
        files.replace_file(tmp_path / "target", "new")
    assert [path.name for path in tmp_path.iterdir()] == ["target"]
    assert (tmp_path / "target" / "kept").read_text() == "kept"


@pytest.mark.parametrize("durable", [False, True])
def test_a_replaced_file_has_the_mode_asked_for(tmp_path: Path, durable: bool) -> None:
    files.replace_file(tmp_path / "private", b"key", mode=0o600, durable=durable)
    assert (tmp_path / "private").stat().st_mode & 0o777 == 0o600
    assert (tmp_path / "private").read_bytes() == b"key"


def test_the_first_of_several_folders_wins_and_the_others_leave_nothing(tmp_path: Path) -> None:
    placed: list[bool] = []

    def place(number: int) -> None:
        unfinished = tmp_path / f".unfinished-{number}"
        unfinished.mkdir()
        (unfinished / "content").write_text("same")
        placed.append(files.place_folder(unfinished, tmp_path / "layer"))

    assert run_at_once(place) == []
    assert sorted(placed) == [False] * (WRITERS - 1) + [True]
    assert [path.name for path in tmp_path.iterdir()] == ["layer"]


def test_a_folder_does_not_replace_a_file(tmp_path: Path) -> None:
    (tmp_path / "unfinished").mkdir()
    (tmp_path / "layer").write_text("a file")
    with pytest.raises(OSError):
        files.place_folder(tmp_path / "unfinished", tmp_path / "layer")
    assert (tmp_path / "layer").read_text() == "a file"


def test_what_a_killed_writer_left_goes_once_it_is_old(tmp_path: Path) -> None:
    old, fresh, other = tmp_path / ".key.1234.new", tmp_path / ".key.5678.new", tmp_path / "key"
    for path in (old, fresh, other):
        path.write_text("content")
    os.utime(old, (0, 0))
    files.remove_unfinished(tmp_path)
    assert sorted(path.name for path in tmp_path.iterdir()) == [".key.5678.new", "key"]
    files.remove_unfinished(tmp_path / "absent")

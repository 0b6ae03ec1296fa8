"""Files of logs: their bounds, and how they are read on while they grow and rotate."""

import json
import os
import time
from pathlib import Path

import pytest

from stagedoor import logfiles
from stagedoor.logfiles import PLATFORM, SCRIPT, Position
from stagedoor.model.redaction import Redaction
from stagedoor.oci.logs import Logs
from stagedoor.oci.output.writer import LogFile, LogLimits, trim
from stagedoor.telemetry.lines import Reader
from tests.unit.log_parts import NoOutputs


@pytest.fixture
def limits(tmp_path: Path) -> LogLimits:
    return LogLimits(tmp_path / "logs", 1_000_000, 86_400.0)


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

"""A backup as a file: a gzipped tar of the database's rows, the sources, the layers and the settings, with sums.

The sums come last, so that a file without them is one that was cut. Keys are not in it: who finds a backup reads no
secret.
"""

import gzip
import hashlib
import io
import json
import os
import tarfile
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any

from stagedoor.model.errors import Invalid

FORMAT = 1
_HEAD, _SUMS = "backup.json", "sums.json"
_BLOCK = 1 << 20
Row = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Head:
    """What a backup says of itself: the Stagedoor that made it, and its revision of the tables."""

    stagedoor: str
    revision: str
    made_at: float
    format: int = FORMAT


class _Hashing(io.RawIOBase):
    """A file that is summed while it is read."""

    def __init__(self, file: IO[bytes]) -> None:
        super().__init__()
        self._file = file
        self.sum = hashlib.sha256()

    def read(self, size: int = -1) -> bytes:
        data = self._file.read(size)
        self.sum.update(data)
        return data


def write(stream: IO[bytes], head: Head, tables: Mapping[str, Iterable[Row]], files: Mapping[str, Path]) -> None:
    """Writes a whole backup. `files`: folders and files by their names in it."""
    sums: dict[str, str] = {}
    with (
        gzip.GzipFile(fileobj=stream, mode="wb", compresslevel=1, mtime=0) as packed,
        tarfile.open(fileobj=packed, mode="w|") as archive,
    ):
        _add(archive, sums, _HEAD, json.dumps({name: getattr(head, name) for name in Head.__slots__}).encode())
        for name, rows in tables.items():
            content = b"".join(json.dumps(dict(row)).encode() + b"\n" for row in rows)
            _add(archive, sums, f"database/{name}.jsonl", content)
        for name, path in sorted(files.items()):
            for member, file in _walk(name, path):
                _add_file(archive, sums, member, file)
        _add(archive, {}, _SUMS, json.dumps(sums).encode())


def _walk(name: str, path: Path) -> Iterator[tuple[str, Path]]:
    if not path.is_dir():
        yield name, path
        return
    for here, folders, files in os.walk(path):
        folders.sort()
        for file in sorted(files):
            found = Path(here) / file
            yield f"{name}/{found.relative_to(path).as_posix()}", found


def _add(archive: tarfile.TarFile, sums: dict[str, str], name: str, content: bytes) -> None:
    entry = tarfile.TarInfo(name)
    entry.size = len(content)
    sums[name] = hashlib.sha256(content).hexdigest()
    archive.addfile(entry, io.BytesIO(content))


def _add_file(archive: tarfile.TarFile, sums: dict[str, str], name: str, path: Path) -> None:
    # Contents alone, whatever links led to them: what is restored leads nowhere else.
    state = path.stat()
    entry = tarfile.TarInfo(name)
    entry.size, entry.mode, entry.mtime = state.st_size, state.st_mode & 0o755, int(state.st_mtime)
    with path.open("rb") as file:
        hashing = _Hashing(file)
        archive.addfile(entry, hashing)
    sums[name] = hashing.sum.hexdigest()


def unpack(file: Path, target: Path, check: Callable[[Head], None]) -> Head:
    """Unpacks a backup into an empty folder, checked to its last byte. `check` sees what it is first.

    Raises Invalid that says what is wrong; the caller removes the folder then.
    """
    try:
        with gzip.open(file) as packed, tarfile.open(fileobj=packed, mode="r|") as archive:
            head = _unpack(archive, target, check)
            while packed.read(_BLOCK):
                pass  # To the last byte, so that a file without its end is noticed.
            return head
    except (tarfile.TarError, EOFError, OSError, gzip.BadGzipFile) as error:
        if isinstance(error, OSError) and error.errno:
            raise Invalid(f"{file.name} cannot be read or unpacked: {error.strerror}") from None
        raise Invalid(
            f"{file.name} is cut or damaged: {error or 'it ends too early'}", hint="use another; nothing was restored"
        ) from None


def _unpack(archive: tarfile.TarFile, target: Path, check: Callable[[Head], None]) -> Head:
    head: Head | None = None
    sums: dict[str, str] = {}
    told: dict[str, str] | None = None
    for entry in archive:
        if head is None:
            head = _read_head(archive, entry, sums)
            check(head)
        elif entry.name == _SUMS:
            told = json.loads(_content(archive, entry))
        else:
            sums[entry.name] = _extract(archive, entry, target)
    if head is None or told is None:
        raise Invalid("the backup is cut: its end is missing", hint="use another; nothing was restored")
    wrong = sorted(name for name in told.keys() | sums.keys() if told.get(name) != sums.get(name))
    if wrong:
        raise Invalid(f"the backup is damaged: {wrong[0]} is not what was written", hint="use another")
    return head


def _read_head(archive: tarfile.TarFile, entry: tarfile.TarInfo, sums: dict[str, str]) -> Head:
    if entry.name != _HEAD:
        raise Invalid("this is no backup of Stagedoor", hint="`stagedoor backup FILE` writes one")
    content = _content(archive, entry)
    sums[_HEAD] = hashlib.sha256(content).hexdigest()
    head = Head(**json.loads(content))
    if head.format > FORMAT:
        raise Invalid(
            f"the backup is of a newer Stagedoor, {head.stagedoor}", hint="restore it with that version or a newer one"
        )
    return head


def _content(archive: tarfile.TarFile, entry: tarfile.TarInfo) -> bytes:
    file = archive.extractfile(entry)
    if file is None:
        raise Invalid(f"the backup is damaged: {entry.name} is no file")
    return file.read()


def _extract(archive: tarfile.TarFile, entry: tarfile.TarInfo, target: Path) -> str:
    """Writes one file below `target`; its sum. Raises Invalid for a name that leads elsewhere, or what is no file."""
    place = target / entry.name
    file = archive.extractfile(entry) if entry.isreg() else None
    if file is None or ".." in Path(entry.name).parts or not place.is_relative_to(target):
        raise Invalid(f"the backup is damaged: {entry.name!r} does not belong in it")
    place.parent.mkdir(parents=True, exist_ok=True)
    found = hashlib.sha256()
    with place.open("xb") as copy:
        while block := file.read(_BLOCK):
            found.update(block)
            copy.write(block)
    place.chmod(entry.mode & 0o755 | 0o644)
    os.utime(place, (entry.mtime, entry.mtime))
    return found.hexdigest()


def read_tables(folder: Path) -> dict[str, list[dict[str, Any]]]:
    """The rows of an unpacked backup, by table."""
    return {
        file.stem: [json.loads(line) for line in file.read_text().splitlines()]
        for file in sorted((folder / "database").glob("*.jsonl"))
    }

"""Unpacks an upload that nobody vouches for: plain files and folders inside the target, within limits, or nothing."""

import gzip
import hashlib
import io
import tarfile
import zlib
from pathlib import Path, PurePosixPath
from typing import BinaryIO, cast

from stagedoor.model.errors import Invalid, TooLarge
from stagedoor.model.quantity import say_size

_MOST_FILES = 10_000
_LONGEST_PATH = 400
_CHUNK = 1 << 20
_HEADERS = 16 << 20  # Room for the headers of as many files as are allowed.


def unpack(archive: Path, target: Path, limit: int) -> None:
    """`limit` is of the content's bytes once unpacked. Raises Invalid, TooLarge; the caller removes `target`."""
    total = count = 0
    try:
        with (
            gzip.open(archive) as content,
            tarfile.open(fileobj=_Bounded(cast(BinaryIO, content), limit), mode="r|") as entries,
        ):
            for entry in entries:
                count += 1
                if count > _MOST_FILES:
                    raise TooLarge(f"the source has more than {_MOST_FILES} files")
                path = _check(entry)
                if entry.isdir():
                    (target / path).mkdir(parents=True, exist_ok=True)
                    continue
                total += entry.size
                if total > limit:
                    raise TooLarge(f"the source is larger than {say_size(limit)} unpacked")
                _write(entries, entry, target / path)
    except (tarfile.TarError, EOFError, zlib.error, OSError) as error:
        if isinstance(error, OSError) and error.errno is not None:
            raise
        raise Invalid(f"the upload is no gzipped tar: {error}") from None


class _Bounded(io.RawIOBase):
    """A stream that ends with TooLarge: whatever an archive holds, also in its headers, is counted."""

    def __init__(self, stream: BinaryIO, limit: int) -> None:
        super().__init__()
        self._stream = stream
        self._limit = limit
        self._left = limit + _HEADERS

    def readable(self) -> bool:
        return True

    def read(self, size: int = -1) -> bytes:
        content = self._stream.read(size)
        self._left -= len(content)
        if self._left < 0:
            raise TooLarge(f"the source is larger than {say_size(self._limit)} unpacked")
        return content


def _check(entry: tarfile.TarInfo) -> PurePosixPath:
    path = PurePosixPath(entry.name)
    if entry.issym() or entry.islnk():
        raise Invalid(f"the archive holds a link, {entry.name!r}; only plain files are allowed")
    if not (entry.isfile() or entry.isdir()):
        raise Invalid(f"the archive holds {entry.name!r}, which is neither a file nor a folder")
    if path.is_absolute() or ".." in path.parts or "\\" in entry.name or "\0" in entry.name:
        raise Invalid(f"the archive holds the path {entry.name!r}, which leads out of the source")
    if len(entry.name) > _LONGEST_PATH:
        raise Invalid(f"the archive holds a path of {len(entry.name)} characters; {_LONGEST_PATH} are allowed")
    return path


def _write(entries: tarfile.TarFile, entry: tarfile.TarInfo, path: Path) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    content = entries.extractfile(entry)
    if content is None:
        raise Invalid(f"the archive's file {entry.name!r} has no content")
    if path.exists():
        raise Invalid(f"the archive holds {entry.name!r} twice")
    with path.open("wb") as stream:
        while chunk := content.read(_CHUNK):
            stream.write(chunk)
    path.chmod(0o755 if entry.mode & 0o100 else 0o644)


def digest(folder: Path, without: str = "") -> str:
    """A hash over the paths, modes and contents below `folder`, leaving out the file `without`."""
    total = hashlib.sha256()
    for path in sorted(one for one in folder.rglob("*") if one.is_file()):
        name = path.relative_to(folder).as_posix()
        if name == without:
            continue
        content = hashlib.sha256(path.read_bytes()).hexdigest()
        total.update(f"{name}\0{path.stat().st_mode & 0o100}\0{content}\n".encode())
    return total.hexdigest()

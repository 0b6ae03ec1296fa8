"""Files and folders that appear whole: a reader sees the old content or the new, however many writers there are."""

import errno
import os
import shutil
import tempfile
from pathlib import Path


def replace_file(path: Path, content: bytes | str, *, mode: int = 0o644, durable: bool = False) -> None:
    """Replaces `path` with `content` in one step; the last of several writers wins.

    Each call writes a temporary file with a name of its own: a name that two writers share lets one of them move the
    other's half-written file, or find its own gone. `durable` returns only after the content and the name are on disk.

    Raises OSError; then `path` is as it was and no temporary file is left.
    """
    descriptor, temporary = tempfile.mkstemp(prefix=f".{path.name}.", suffix=".new", dir=path.parent)
    try:
        with os.fdopen(descriptor, "wb") as stream:
            os.fchmod(stream.fileno(), mode)
            stream.write(content.encode() if isinstance(content, str) else content)
            stream.flush()
            if durable:
                os.fsync(stream.fileno())
        os.replace(temporary, path)
    except BaseException:
        Path(temporary).unlink(missing_ok=True)
        raise
    if durable:
        _sync_folder(path.parent)


def place_folder(unfinished: Path, target: Path) -> bool:
    """Moves a finished folder to its place; False when another writer put the same there first.

    The folder that lost is removed. Raises OSError; then `unfinished` is still there.
    """
    try:
        os.replace(unfinished, target)
    except OSError as error:
        if error.errno not in (errno.ENOTEMPTY, errno.EEXIST) or not target.is_dir():
            raise
        shutil.rmtree(unfinished)
        os.utime(target)  # In use again, so a sweep by age leaves it alone.
        return False
    return True


def _sync_folder(folder: Path) -> None:
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)

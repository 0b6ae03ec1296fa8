"""Files and folders that appear whole: a reader sees the old content or the new, however many writers there are."""

import errno
import os
import shutil
import stat
import tempfile
import time
from contextlib import suppress
from pathlib import Path

_UNFINISHED_AGE_S = 600.0
PRIVATE_MODE = 0o600
# Of programs that write what containers read: their users are others than the platform's.
SHARED_UMASK = 0o022
_FOLDER_MODE, _FILE_MODE, _PROGRAM_MODE = 0o755, 0o644, 0o755


def replace_file(path: Path, content: bytes | str, *, mode: int = PRIVATE_MODE, durable: bool = False) -> None:
    """Replaces `path` with `content` in one step; the last of several writers wins.

    Each call writes a temporary file with a name of its own: a name that two writers share lets one of them move the
    other's half-written file, or find its own gone. `durable` returns only after the content and the name are on disk.

    Raises OSError; then `path` is as it was and no temporary file is left.
    """
    descriptor, temporary = tempfile.mkstemp(prefix=f".{path.name}.", suffix=".new", dir=path.parent)
    try:
        with os.fdopen(descriptor, "wb") as stream:
            stream.write(content.encode() if isinstance(content, str) else content)
            stream.flush()
            if durable:
                os.fsync(stream.fileno())
        Path(temporary).chmod(mode)  # Made for its owner alone, so it is never more open than asked for.
        os.replace(temporary, path)
    except BaseException:
        Path(temporary).unlink(missing_ok=True)
        raise
    if durable:
        _sync_folder(path.parent)


def update_file(path: Path, text: str, mode: int = PRIVATE_MODE) -> None:
    """Replaces `path` unless it holds `text` with this mode already. Raises OSError."""
    if not path.exists() or stat.S_IMODE(path.stat().st_mode) != mode or path.read_text() != text:
        replace_file(path, text, mode=mode)


def remove_unfinished(folder: Path) -> None:
    """Removes what writers left in `folder` that were killed in the middle of `replace_file`."""
    for temporary in folder.glob(".*.new"):
        with suppress(OSError):
            if time.time() - temporary.stat().st_mtime > _UNFINISHED_AGE_S:
                temporary.unlink()


def place_folder(unfinished: Path, target: Path) -> bool:
    """Moves a finished folder to its place; False when another writer put the same there first.

    The folder that lost is removed. Raises OSError; then `unfinished` is still there.
    """
    try:
        os.replace(unfinished, target)
    except OSError as error:
        if error.errno not in (errno.ENOTEMPTY, errno.EEXIST) or not target.is_dir():
            raise
        os.utime(target)  # In use again, so a sweep by age leaves it alone.
        shutil.rmtree(unfinished)
        return False
    return True


def make_shared_folder(folder: Path) -> None:
    """Makes a folder, and its parents, that users of containers can read, whatever the umask is. Raises OSError."""
    missing = [path for path in (folder, *folder.parents) if not path.exists()]
    folder.mkdir(parents=True, exist_ok=True)
    for path in missing:
        path.chmod(_FOLDER_MODE)


def share_tree(folder: Path) -> None:
    """Lets users of containers read all that is below `folder`; who may reach `folder` its parents say.

    Links stay as they are. Raises OSError.
    """
    for here, _, names in os.walk(folder):
        Path(here).chmod(_FOLDER_MODE)
        for name in names:
            path = Path(here, name)
            if not path.is_symlink():
                path.chmod(_PROGRAM_MODE if path.stat().st_mode & stat.S_IXUSR else _FILE_MODE)


def _sync_folder(folder: Path) -> None:
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)

"""Keeps what the platform writes to its own user: nobody else of the machine reads the data folder.

Only what a container's user must read is more open, and says so where it is written (`files.share_tree`).
"""

import os
import stat
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

UMASK = 0o077
FOLDER_MODE = 0o700
_OTHERS = 0o077
# Users of containers read these; the data folder keeps everybody else away.
_SHARED = ("sources", "layers")


def set_umask() -> None:
    """Makes this process, and all that it starts, write for its own user alone."""
    os.umask(UMASK)


def close_folder(data: Path) -> None:
    """Takes the rights of others from the data folder and from what an older Stagedoor left open in it.

    What belongs to another user stays as it is: the platform did not write it. Raises OSError for the folder itself.
    """
    data.chmod(FOLDER_MODE)
    for path in _own_paths(data):
        with suppress(FileNotFoundError):  # Programs of an upgrade go on writing.
            _close(path)


def _own_paths(data: Path) -> Iterator[Path]:
    for here, folders, names in os.walk(data):
        if Path(here) == data:
            folders[:] = [name for name in folders if name not in _SHARED]
        yield from (Path(here, name) for name in (*folders, *names))


def _close(path: Path) -> None:
    state = path.lstat()
    mode = stat.S_IMODE(state.st_mode)
    if state.st_uid == os.geteuid() and mode & _OTHERS and not stat.S_ISLNK(state.st_mode):
        path.chmod(mode & ~_OTHERS)

"""One process at a time on a data folder."""

import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO

from stagedoor.main import private
from stagedoor.main.paths import Paths
from stagedoor.model.errors import Conflict, Unavailable
from stagedoor.sql.reserve import DiskReserve


def prepare(paths: Paths) -> IO[str]:
    """The data folder, locked for this process and closed to other users. Raises Unavailable, Conflict."""
    try:
        private.set_umask()
        paths.data.mkdir(parents=True, exist_ok=True)
        private.close_folder(paths.data)
        DiskReserve(paths.data).make_room()
        (paths.data / "log").mkdir(exist_ok=True)
        lock = (paths.data / "lock").open("a+")
        probe = paths.data / ".probe"
        probe.write_bytes(b"0" * 65536)
        probe.unlink()
    except OSError as error:
        raise Unavailable(
            f"the data folder {paths.data} cannot be written: {error.strerror}",
            hint="free space, mount it writable, or use --data with another folder",
        ) from None
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        lock.seek(0)
        holder = lock.read().strip() or "unknown"
        raise Conflict(
            f"a platform runs on {paths.data} already, process {holder}",
            hint="stop it, or use --data with another folder",
        ) from None
    lock.truncate(0)
    lock.write(str(os.getpid()))
    lock.flush()
    return lock


@contextmanager
def alone(data: Path) -> Iterator[Paths]:
    """The folder's paths, while no platform can start on it. Raises Conflict when one runs."""
    paths = Paths.of(data)
    lock = prepare(paths)
    try:
        yield paths
    finally:
        lock.close()

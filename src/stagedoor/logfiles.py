"""Where the log of an instance is on disk: who writes which file, and how one that was rotated is read on.

    APPLICATION/INSTANCE.log        what the script printed, written by the program `logs` alone
    APPLICATION/INSTANCE.log.1      the older part of it, since the last rotation
    APPLICATION/INSTANCE.platform   what the platform says of the instance: no container can write there

No container has a descriptor of any of them.
"""

import json
import os
import re
import time
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

SCRIPT, FORMER, PLATFORM = ".log", ".log.1", ".platform"
PLATFORM_LEVEL = "platform"
MAX_PLATFORM_BYTES = 262_144  # Above it only the end of the instance is still noted.
_NAME = re.compile(r"[a-z0-9][a-z0-9-]*")


def path_of(folder: Path, application: str, instance: str, kind: str = SCRIPT) -> Path:
    """Returns the path of a log. Raises ValueError for a name that would lead elsewhere."""
    if not _NAME.fullmatch(application) or not _NAME.fullmatch(instance):
        raise ValueError(f"{application!r}, {instance!r} name no log")
    return folder / application / f"{instance}{kind}"


def note(folder: Path, application: str, instance: str, message: str, *, event: str, **fields: object) -> None:
    """Appends a line of the platform's own. A full disk loses it: nothing else may fail for that."""
    path = path_of(folder, application, instance, PLATFORM)
    line = {"at": round(time.time(), 3), "level": PLATFORM_LEVEL, "message": message, "event": event, **fields}
    with suppress(OSError):
        descriptor = open_to_append(path)
        try:
            if event == "ended" or os.fstat(descriptor).st_size < MAX_PLATFORM_BYTES:
                os.write(descriptor, json.dumps(line).encode() + b"\n")
        finally:
            os.close(descriptor)


def split(content: bytes) -> list[str]:
    """Returns the lines of a stored piece. Only a line feed ends one: a message may hold every other separator."""
    lines = content.decode(errors="replace").split("\n")
    return lines if lines[-1] else lines[:-1]


def open_to_append(path: Path) -> int:
    """Opens `path`, which is made with its folder when it is not there. Raises OSError."""
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    return os.open(path, os.O_WRONLY | os.O_CREAT | os.O_APPEND | os.O_CLOEXEC, 0o600)


@dataclass(frozen=True, slots=True)
class Position:
    """How far a file was read: `inode` says which file it was, 0 for one that nobody has read yet."""

    inode: int = 0
    offset: int = 0


@dataclass(frozen=True, slots=True)
class Part:
    """Bytes of a file that nobody has read yet: from `offset` to `end`."""

    path: Path
    inode: int
    offset: int
    end: int


def unread(path: Path, position: Position) -> list[Part]:
    """Returns what was written since `position`, the oldest first, also of a file that was rotated."""
    try:
        state = path.stat()
    except OSError:
        return []
    if position.inode in (0, state.st_ino):
        offset = position.offset if position.offset <= state.st_size else 0
        return [Part(path, state.st_ino, offset, state.st_size)] if state.st_size > offset else []
    parts = []
    former = path.with_name(path.name + FORMER.removeprefix(SCRIPT))
    with suppress(OSError):
        rotated = former.stat()
        if rotated.st_ino == position.inode and rotated.st_size > position.offset:
            parts.append(Part(former, rotated.st_ino, position.offset, rotated.st_size))
    if state.st_size:
        parts.append(Part(path, state.st_ino, 0, state.st_size))
    return parts

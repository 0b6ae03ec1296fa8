"""Mounts that reach a running container: the kernel's own calls, for which Python has no names.

Node lives in a mount namespace of its own. What it mounts below a shared folder propagates to the container that is
bound there; nothing of it is ever seen by the machine, and all of it goes with node's last process.
Man pages: mount_namespaces(7), open_tree(2), mount_setattr(2), move_mount(2).
"""

import ctypes
import os
import platform
import sys
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path

# On Windows the module can be imported, so that the command line can be; nothing in it works there.
_libc = ctypes.CDLL(None if sys.platform != "win32" else "msvcrt", use_errno=True)

_CLONE_NEWNS = 0x20000
_NOSUID, _NODEV, _BIND, _REC = 0x2, 0x4, 0x1000, 0x4000
_PRIVATE, _SLAVE, _SHARED = 1 << 18, 1 << 19, 1 << 20
_DETACH = 2
# The same numbers on every architecture.
_OPEN_TREE, _MOVE_MOUNT, _MOUNT_SETATTR = 428, 429, 442
_AT_FDCWD, _AT_EMPTY_PATH, _AT_RECURSIVE = -100, 0x1000, 0x8000
_TREE_CLONE, _TREE_CLOEXEC = 0x1, 0o2000000
_FROM_EMPTY_PATH = 0x4
_ATTR_RDONLY, _ATTR_NOSUID, _ATTR_NODEV = 0x1, 0x2, 0x4


class _Attributes(ctypes.Structure):
    _fields_ = [(name, ctypes.c_uint64) for name in ("set", "clear", "propagation", "namespace")]


def own_namespace() -> None:
    """From now on this process sees new mounts of the machine, and the machine none of its own. Raises OSError."""
    _check(_libc.unshare(_CLONE_NEWNS))
    _mount(None, Path("/"), None, _REC | _SLAVE)


def share(folder: Path) -> None:
    """What is mounted below `folder` propagates to whoever is bound to it as a slave."""
    _mount(folder, folder, None, _BIND)
    _mount(None, folder, None, _SHARED)


def release(folder: Path) -> None:
    """Ends the propagation: containers keep what they have, nothing is left here. Harmless when nothing was."""
    with suppress(OSError):
        _mount(None, folder, None, _PRIVATE)
    for path in (*folder.iterdir(), folder):
        while _libc.umount2(os.fsencode(path), _DETACH) == 0:
            pass


def attach(source: Path, target: Path) -> None:
    """A read-only view of the folder `source` at `target`; its flags are set before anybody can see it."""
    place(detached(source), target)


def detached(source: Path) -> int:
    """A descriptor of a read-only view of the folder `source` that stands nowhere yet."""
    tree = _call(_OPEN_TREE, _AT_FDCWD, os.fsencode(source), _TREE_CLONE | _TREE_CLOEXEC | _AT_RECURSIVE)
    try:
        wanted = _Attributes(_ATTR_RDONLY | _ATTR_NOSUID | _ATTR_NODEV)
        size = ctypes.sizeof(wanted)
        _call(_MOUNT_SETATTR, tree, b"", _AT_EMPTY_PATH | _AT_RECURSIVE, ctypes.byref(wanted), size)
    except OSError:
        os.close(tree)
        raise
    return tree


def place(tree: int, target: Path) -> None:
    """Puts what `detached` made at `target`, and closes its descriptor."""
    try:
        _call(_MOVE_MOUNT, tree, b"", _AT_FDCWD, os.fsencode(target), _FROM_EMPTY_PATH)
    finally:
        os.close(tree)


def attach_memory(target: Path, options: Sequence[str]) -> None:
    """Mounts an empty file system in memory at `target`."""
    _mount(Path("tmpfs"), target, "tmpfs", _NOSUID | _NODEV, ",".join(options))


def propagates() -> bool:
    """Whether this kernel has the calls (5.12 or newer)."""
    release = platform.release().split(".")
    try:
        return (int(release[0]), int(release[1])) >= (5, 12)
    except (IndexError, ValueError):
        return False


def _mount(source: Path | None, target: Path, kind: str | None, flags: int, data: str | None = None) -> None:
    _check(
        _libc.mount(
            None if source is None else os.fsencode(source),
            os.fsencode(target),
            None if kind is None else kind.encode(),
            ctypes.c_ulong(flags),
            None if data is None else data.encode(),
        )
    )


def _call(number: int, *arguments: object) -> int:
    return _check(_libc.syscall(number, *arguments))


def _check(result: int) -> int:
    if result < 0:
        number = ctypes.get_errno()
        raise OSError(number, os.strerror(number))
    return result

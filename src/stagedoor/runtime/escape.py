"""Tries to get out of the container, and to use more than its limits: what `stagedoor doctor` shows.

Each attempt says what it got. It holds when that is a refusal; an attempt that succeeds is a hole.
"""

import ctypes
import fcntl
import os
import platform
import signal
import socket
from collections.abc import Callable
from pathlib import Path
from typing import Any

_libc = ctypes.CDLL(None, use_errno=True)
_CLONE_NEWUSER, _CLONE_NEWNS = 0x10000000, 0x20000
# Numbers of calls without a function in the C library; other machines than these are not told.
_CALLS = {
    "x86_64": {"bpf": 321, "io_uring_setup": 425, "keyctl": 250, "perf_event_open": 298, "userfaultfd": 323,
               "init_module": 175, "kexec_load": 246, "process_vm_readv": 310, "open_by_handle_at": 304},
    "aarch64": {"bpf": 280, "io_uring_setup": 425, "keyctl": 219, "perf_event_open": 241, "userfaultfd": 282,
                "init_module": 105, "kexec_load": 104, "process_vm_readv": 270, "open_by_handle_at": 265},
}  # fmt: skip
_MOST = 100_000
_ICMP, _KEEP_SIZE = 1, 1


class _Held(Exception):
    """What stopped the attempt."""


def run(wanted: dict[str, Any], report: Callable[[dict[str, object]], None]) -> None:
    """`wanted`: paths of the machine that must not be seen, and the limits of this container."""
    attempts: dict[str, Callable[[], str]] = {
        "read the machine's files": lambda: _read_any(["/etc/shadow", "/root", "/home", *wanted["hidden"]]),
        "see other processes": _see_processes,
        "read the platform's environment": _read_environment,
        "write outside /tmp": lambda: _write_any(["/x", "/app/x", "/usr/lib/x", "/stagedoor/x"]),
        "become root": lambda: _say(os.setuid, 0),
        "mount a file system": lambda: _call(_libc.mount, b"none", b"/tmp", b"tmpfs", 0, None),
        "make a user namespace": lambda: _call(_libc.unshare, _CLONE_NEWUSER),
        "make a mount namespace": lambda: _call(_libc.unshare, _CLONE_NEWNS),
        "enter another namespace": lambda: _call(_libc.setns, os.open("/proc/1/ns/net", os.O_RDONLY), 0),
        "change the root": lambda: _say(os.chroot, "/tmp"),
        "trace a process": _trace,
        "make a device": lambda: _say(os.mknod, "/tmp/memory", 0o20666, os.makedev(1, 1)),
        "open a device": lambda: _read_any(["/dev/mem", "/dev/kmsg", "/dev/sda", "/dev/vda"]),
        "change the kernel's settings": lambda: _write_any(["/proc/sys/kernel/core_pattern", "/proc/sysrq-trigger"]),
        "change its own limits": lambda: _read_any(["/sys/fs/cgroup"]),
        "listen to raw packets": lambda: _open_socket(socket.AF_PACKET, socket.SOCK_RAW),
        "talk to the kernel by netlink": lambda: _open_socket(socket.AF_NETLINK, socket.SOCK_RAW),
        "open a socket for pings": lambda: _open_socket(socket.AF_INET, socket.SOCK_DGRAM, _ICMP),
        "open a socket of rare protocols": lambda: _open_socket(socket.AF_INET, socket.SOCK_SEQPACKET),
        "open a socket of raw TCP": lambda: _open_socket(socket.AF_INET, socket.SOCK_RAW, socket.IPPROTO_TCP),
        "watch who reads the machine's files": lambda: _call(_libc.inotify_init1, 0),
        "ask a folder who reads in it": _ask_folder,
        "set disk aside unseen": lambda: _set_aside("/tmp/aside"),
        "pin memory of the machine": lambda: _call(_libc.mlock, ctypes.create_string_buffer(1 << 23), 1 << 23),
        "be spared when memory is short": _be_spared,
        "reach the machine's network": lambda: _connect(("127.0.0.1", int(wanted["port"]))),
        "reach another network": lambda: _connect(("192.0.2.1", 80)),
        "reach other sockets": lambda: _connect_any(wanted["sockets"]),
        "start more processes than allowed": lambda: _fork_without_end(int(wanted["processes"])),
        "open more files than allowed": lambda: _open_without_end(int(wanted["files"])),
        "fill more disk than allowed": lambda: _fill_disk("/tmp/full", int(wanted["tmp"])),
        "fill more shared memory than allowed": lambda: _fill_disk("/dev/shm/full", int(wanted["shared"])),
        "make more files than allowed": lambda: _make_files(_MOST),
        "use more memory than allowed": lambda: _fill_memory(int(wanted["memory"])),
    }
    numbers = _CALLS.get(platform.machine(), {})
    for name, number in numbers.items():
        attempts[f"call {name}"] = lambda number=number: _call(_libc.syscall, number, 0, 0, 0, 0, 0)  # type: ignore[misc]
    report({"attempts": [_try(name, attempt) for name, attempt in attempts.items()]})


def _try(name: str, attempt: Callable[[], str]) -> dict[str, Any]:
    try:
        return {"attempt": name, "held": False, "got": attempt()}
    except _Held as held:
        return {"attempt": name, "held": True, "got": str(held)}
    except OSError as error:
        return {"attempt": name, "held": True, "got": error.strerror or str(error)}


def _say(function: Callable[..., object], *arguments: object) -> str:
    function(*arguments)
    return "it was done"


def _call(function: Any, *arguments: Any) -> str:
    result = function(*arguments)
    if result < 0:
        raise OSError(ctypes.get_errno(), os.strerror(ctypes.get_errno()))
    return f"it was done: {result}"


def _read_any(paths: list[str]) -> str:
    said = ""
    for path in paths:
        try:
            if Path(path).is_dir():
                if found := list(Path(path).iterdir()):
                    return f"{found[0]} is seen"
                continue
            with open(path, "rb") as stream:
                return f"{path} begins with {stream.read(16)!r}"
        except OSError as error:
            said = said or f"{error.strerror}"
    raise _Held(said or "nothing is there")


def _write_any(paths: list[str]) -> str:
    said = ""
    for path in paths:
        try:
            with open(path, "w") as stream:
                stream.write("x")
            return f"{path} was written"
        except OSError as error:
            said = said or f"{error.strerror}"
    raise _Held(said)


def _be_spared() -> str:
    with open("/proc/self/oom_score_adj", "w") as stream:
        stream.write("0")
    return Path("/proc/self/oom_score_adj").read_text()


def _see_processes() -> str:
    pids = [int(path.name) for path in Path("/proc").iterdir() if path.name.isdigit()]
    if pids != [1]:
        return f"processes {pids}"
    raise _Held("it sees itself alone")


def _read_environment() -> str:
    names = {entry.split(b"=")[0].decode() for entry in Path("/proc/1/environ").read_bytes().split(b"\0") if entry}
    foreign = {name for name in names | set(os.environ) if name.startswith("STAGEDOOR") or "TOKEN" in name}
    if foreign:
        return ", ".join(sorted(foreign))
    raise _Held(f"it holds {', '.join(sorted(names))}")


def _trace() -> str:
    child = os.fork()
    if child == 0:
        signal.pause()
    try:
        return _call(_libc.ptrace, 16, child, 0, 0)
    finally:
        os.kill(child, signal.SIGKILL)
        os.waitpid(child, 0)


def _ask_folder() -> str:
    folder = os.open("/usr/lib", os.O_RDONLY)
    try:
        fcntl.fcntl(folder, fcntl.F_NOTIFY, fcntl.DN_ACCESS)
    finally:
        os.close(folder)
    return "it tells"


def _set_aside(path: str) -> str:
    with open(path, "wb") as stream:
        try:
            return _call(_libc.fallocate, stream.fileno(), _KEEP_SIZE, ctypes.c_long(0), ctypes.c_long(4096))
        finally:
            Path(path).unlink()


def _make_files(most: int) -> str:
    made = 0
    try:
        while made < most:
            Path(f"/dev/shm/{made}").mkdir()
            made += 1
    except OSError as error:
        raise _Held(f"{error.strerror} after {made}") from None
    finally:
        for number in range(made):
            Path(f"/dev/shm/{number}").rmdir()
    return f"{made} were made"


def _open_socket(family: int, kind: int, protocol: int = 0) -> str:
    socket.socket(family, kind, protocol).close()
    return "it was opened"


def _connect(address: tuple[str, int]) -> str:
    with socket.socket() as connection:
        connection.settimeout(1)
        connection.connect(address)
    return "it was reached"


def _connect_any(paths: list[str]) -> str:
    said = ""
    for path in paths:
        with socket.socket(socket.AF_UNIX) as connection:
            try:
                connection.connect(path.replace("@", "\0", 1) if path.startswith("@") else path)
                return f"{path} was reached"
            except OSError as error:
                said = said or f"{error.strerror}"
    raise _Held(said)


def _fork_without_end(limit: int) -> str:
    children: list[int] = []
    try:
        while len(children) < _MOST:
            child = os.fork()
            if child == 0:
                signal.pause()
            children.append(child)
    except OSError as error:
        if len(children) < limit:
            raise _Held(f"{error.strerror} after {len(children)}, the limit is {limit}") from None
    finally:
        for child in children:
            os.kill(child, signal.SIGKILL)
            os.waitpid(child, 0)
    return f"{len(children)} were started, the limit is {limit}"


def _open_without_end(limit: int) -> str:
    opened: list[int] = []
    try:
        while len(opened) < _MOST:
            opened.append(os.open("/", os.O_RDONLY))
    except OSError as error:
        if len(opened) < limit:
            raise _Held(f"{error.strerror} after {len(opened)}, the limit is {limit}") from None
    finally:
        for descriptor in opened:
            os.close(descriptor)
    return f"{len(opened)} were opened, the limit is {limit}"


def _fill_disk(path: str, limit: int) -> str:
    written = 0
    try:
        with open(path, "wb", buffering=0) as stream:
            while written <= limit * 2:
                written += stream.write(b"x" * 1_000_000)
    except OSError as error:
        if written <= limit + 4096:  # Whole pages.
            raise _Held(f"{error.strerror} after {written} bytes, the limit is {limit}") from None
    finally:
        Path(path).unlink(missing_ok=True)
    return f"{written} bytes were written, the limit is {limit}"


def _fill_memory(limit: int) -> str:
    """In a child: whoever takes too much is killed."""
    child = os.fork()
    if child == 0:
        taken = bytearray(limit * 2)
        for place in range(0, len(taken), 4096):
            taken[place] = 1
        os._exit(0)
    status = os.waitpid(child, 0)[1]
    if os.WIFSIGNALED(status):
        raise _Held(f"killed by signal {os.WTERMSIG(status)} within its {limit} bytes")
    return "the memory was given"

"""A container makes the system calls that are listed here, with the arguments that are listed here, and no others.

The list is written out again, so that whoever changes the filter changes what is promised.
"""

import ctypes
import os
import platform
from collections.abc import Iterator
from functools import cache
from typing import Any

import pytest

from stagedoor.oci.runc import Engine
from tests.harness.containers import engine, run_inside

_ALLOWED_NAMES = """
    accept accept4 access alarm arch_prctl bind brk capget capset chdir chmod chown clock_getres clock_gettime
    clock_nanosleep close close_range connect copy_file_range creat dup dup2 dup3 epoll_create epoll_create1 epoll_ctl
    epoll_pwait epoll_pwait2 epoll_wait eventfd eventfd2 execve execveat exit exit_group faccessat faccessat2 fchdir
    fchmod fchmodat fchown fchownat fdatasync fgetxattr flistxattr flock fork fstat fstatfs fsync ftruncate futex
    futex_waitv get_robust_list getcpu getcwd getdents getdents64 getegid geteuid getgid getgroups getitimer getpeername
    getpgid getpgrp getpid getppid getpriority getrandom getresgid getresuid getrlimit getrusage getsid getsockname
    getsockopt gettid gettimeofday getuid getxattr kill landlock_add_rule landlock_create_ruleset landlock_restrict_self
    lchown lgetxattr link linkat listen listxattr llistxattr lseek lstat madvise mincore mkdir mkdirat mknod mknodat
    mlock mlock2 mlockall mprotect mremap msync munlock munlockall munmap nanosleep newfstatat open openat openat2 pause
    pidfd_open pidfd_send_signal pipe pipe2 poll ppoll pread64 preadv prlimit64 pselect6 pwrite64 pwritev read readlink
    readlinkat readv recvfrom recvmmsg recvmsg rename renameat renameat2 restart_syscall rmdir rseq rt_sigaction
    rt_sigpending rt_sigprocmask rt_sigqueueinfo rt_sigreturn rt_sigsuspend rt_sigtimedwait rt_tgsigqueueinfo
    sched_get_priority_max sched_get_priority_min sched_getaffinity sched_getparam sched_getscheduler sched_setaffinity
    sched_yield seccomp select sendfile sendmmsg sendmsg sendto set_robust_list set_tid_address setgid setgroups
    setitimer setpgid setpriority setregid setresgid setresuid setreuid setrlimit setsid setuid shutdown sigaltstack
    signalfd signalfd4 stat statfs statx symlink symlinkat sysinfo tgkill time timer_create timer_delete
    timer_getoverrun timer_gettime timer_settime timerfd_create timerfd_gettime timerfd_settime times tkill truncate
    umask uname unlink unlinkat utime utimensat utimes vfork wait4 waitid write writev
"""
ALLOWED = set(_ALLOWED_NAMES.split())
# Allowed with some arguments: those with which every number is tried are not among them.
CONDITIONAL = {
    "clone", "fcntl", "ioctl", "memfd_create", "mmap", "prctl", "preadv2", "pwritev2", "setsockopt", "socket",
    "socketpair",
}  # fmt: skip
ANSWERED = {"clone3": "ENOSYS", "fallocate": "EOPNOTSUPP", "fadvise64": "done", "readahead": "done"}
REFUSED = {"EPERM", "ENOSYS"}
# The kernel refuses these itself to who has no right, after the filter has let them pass.
REFUSED_BY_KERNEL = {"setgroups"}
# Part of the kernel's own probes: it passes them by every filter, and takes them from its own code alone.
NEVER_FILTERED = {"uretprobe": {"signal 4", "EPERM"}, "uprobe": {"ENXIO", "EPERM"}}
_UNKNOWN = {"x86_64": {335: "uretprobe", 336: "uprobe"}}
_NUMBERS = 600
_X32 = 0x4000_0000
_AUDIT_ARCHITECTURES = {"x86_64": 0xC000_003E, "aarch64": 0xC000_00B7}

TRY = r"""
import ctypes, errno, mmap, signal

libc = ctypes.CDLL(None, use_errno=True)
shared = mmap.mmap(-1, 4096)
NOTHING = 2**64 - 1


def attempt(number, *arguments):
    shared[:8] = NOTHING.to_bytes(8, "little")
    child = os.fork()
    if child == 0:
        signal.setitimer(signal.ITIMER_REAL, 0.3)
        result = libc.syscall(ctypes.c_long(number), *map(ctypes.c_long, arguments))
        shared[:8] = (ctypes.get_errno() if result == -1 else 0).to_bytes(8, "little")
        os._exit(0)
    status = os.waitpid(child, 0)[1]
    if os.WIFSIGNALED(status):
        return f"signal {os.WTERMSIG(status)}"
    code = int.from_bytes(shared[:8], "little")
    name = "ended" if code == NOTHING else errno.errorcode.get(code, str(code)) if code else "done"
    return "EOPNOTSUPP" if name == "ENOTSUP" else name


"""


@pytest.fixture(scope="module")
def made() -> Iterator[Engine]:
    with engine() as value:
        yield value


@cache
def name_of(number: int) -> str:
    """As libseccomp has it; empty for a number without a name."""
    library = ctypes.CDLL("libseccomp.so.2")
    library.seccomp_syscall_resolve_num_arch.restype = ctypes.c_char_p
    name = library.seccomp_syscall_resolve_num_arch(_AUDIT_ARCHITECTURES[platform.machine()], number)
    return name.decode() if name else _UNKNOWN.get(platform.machine(), {}).get(number, "")


def number_of(name: str) -> int:
    return next(number for number in range(_NUMBERS) if name_of(number) == name)


def is_as_listed(name: str, outcome: str) -> bool:
    if name in NEVER_FILTERED:
        return outcome in NEVER_FILTERED[name]
    if name in ANSWERED:
        return outcome == ANSWERED[name]
    if name in ALLOWED:
        # ENOSYS of an allowed call is the kernel's: an operation that the call does not have.
        return outcome not in REFUSED - {"ENOSYS"} or name in REFUSED_BY_KERNEL
    return outcome in REFUSED


def test_every_number_of_a_call_is_answered_as_listed(made: Engine) -> None:
    code = f"report({{number: attempt(number, *[-1] * 6) for number in range({_NUMBERS})}})"
    outcomes = {int(number): outcome for number, outcome in run_inside(made, TRY + code).items()}
    assert len(outcomes) == _NUMBERS
    wrong = {
        f"{number} {name_of(number)}": outcome
        for number, outcome in outcomes.items()
        if not is_as_listed(name_of(number), outcome)
    }
    assert wrong == {}
    # The same probe outside: the kernel has these, and it is the filter that refuses them.
    assert outcomes[number_of("inotify_init")] == "EPERM" and outcomes[number_of("splice")] == "EPERM"


@pytest.mark.skipif(platform.machine() != "x86_64", reason="other machines have one kind of calls")
def test_calls_of_another_kind_end_the_process(made: Engine) -> None:
    code = f"""
    gate = mmap.mmap(-1, 4096, prot=7)
    gate.write(b"\\xb8\\x14\\0\\0\\0\\xcd\\x80\\xc3")  # mov eax, 20 (getpid of 32 bits); int 0x80; ret
    child = os.fork()
    if child == 0:
        ctypes.CFUNCTYPE(ctypes.c_int)(ctypes.addressof(ctypes.c_char.from_buffer(gate)))()
        os._exit(0)
    status = os.waitpid(child, 0)[1]
    report([os.WIFSIGNALED(status), *(attempt({_X32} + number, *[0] * 6) for number in (39, 101, 520))])
    """.replace("\n    ", "\n")
    assert run_inside(made, TRY + code) == [True, "signal 31", "signal 31", "signal 31"]


def conditions() -> dict[str, tuple[str, list[int], bool]]:
    """What is tried: the call, its arguments, whether the filter lets it pass."""
    internet, internet6, unix, netlink, packet, alg, vsock = 2, 10, 1, 16, 17, 38, 40
    stream, datagram, raw, reliable, sequential, dccp = 1, 2, 3, 4, 5, 6
    nonblocking, cloexec = 0x800, 0x80000
    upper = 1 << 32
    sockets = {
        "a TCP socket": ([internet, stream, 0], True),
        "a TCP socket by its number": ([internet, stream | nonblocking | cloexec, 6], True),
        "a UDP socket": ([internet6, datagram | cloexec, 17], True),
        "a Unix socket": ([unix, stream | cloexec, 0], True),
        "a Unix datagram socket": ([unix, datagram, 0], True),
        "ICMP": ([internet, datagram, 1], False),
        "ICMP of version 6": ([internet6, datagram, 58], False),
        "raw packets": ([internet, raw, 1], False),
        "raw TCP": ([internet, raw, 6], False),
        "reliable datagrams": ([internet, reliable, 0], False),
        "SCTP": ([internet, sequential, 0], False),
        "SCTP by its number": ([internet, stream, 132], False),
        "MPTCP": ([internet, stream, 262], False),
        "UDP-Lite": ([internet, datagram, 136], False),
        "UDP as a stream": ([internet, stream, 17], False),
        "DCCP": ([internet, dccp, 0], False),
        "packets of old": ([internet, 10, 0], False),
        "sequential packets of Unix": ([unix, sequential, 0], False),
        "raw Unix": ([unix, raw, 0], False),
        "a protocol of Unix": ([unix, stream, 1], False),
        "netlink": ([netlink, raw, 0], False),
        "packets": ([packet, raw, 0], False),
        "ciphers of the kernel": ([alg, sequential, 0], False),
        "the hypervisor": ([vsock, stream, 0], False),
        "another spelling of netlink": ([netlink + upper, raw, 0], False),
        "another spelling of ICMP": ([internet + upper, datagram, 1], False),
        "another spelling of a type": ([internet, raw + upper, 1], False),
        "a flag beside the type": ([internet, stream | 0x10, 0], False),
    }
    probes = {f"socket: {name}": ("socket", arguments, allowed) for name, (arguments, allowed) in sockets.items()}
    probes |= {
        "clone: a process": ("clone", [17, 0, 0, 0, 0], True),
        **{
            f"clone: a namespace {bit:#x}": ("clone", [17 | bit, 0, 0, 0, 0], False)
            for bit in (0x2000000, 0x4000000, 0x8000000, 0x10000000, 0x20000000, 0x40000000, 0x20000, 0x80)
        },
        "fcntl: its flags": ("fcntl", [1, 3, 0], True),
        "fcntl: a lock": ("fcntl", [1, 6, 0], True),
        "fcntl: news of a directory": ("fcntl", [1, 1026, 1], False),
        "fcntl: news, spelled otherwise": ("fcntl", [1, 1026 + upper, 1], False),
        "fcntl: a lease": ("fcntl", [1, 1024, 0], False),
        "ioctl: a terminal's size": ("ioctl", [1, 0x5413, 0], True),
        "ioctl: to type on a terminal": ("ioctl", [1, 0x5412, 0], False),
        "ioctl: the console": ("ioctl", [1, 0x541C, 0], False),
        "ioctl: to type, spelled otherwise": ("ioctl", [1, 0x5412 + upper, 0], False),
        "ioctl: extents of a file": ("ioctl", [1, 0xC020660B, 0], False),
        "ioctl: to freeze a file system": ("ioctl", [1, 0xC0045877, 0], False),
        "prctl: its name": ("prctl", [15, 0, 0, 0, 0], True),
        "prctl: no new privileges": ("prctl", [38, 1, 0, 0, 0], True),
        "prctl: its memory's borders": ("prctl", [35, 1, 0, 0, 0], False),
        "prctl: core scheduling": ("prctl", [62, 0, 0, 0, 0], False),
        "mmap: memory": ("mmap", [0, 4096, 3, 0x22, -1, 0], True),
        "mmap: a huge page": ("mmap", [0, 1 << 21, 3, 0x40022, -1, 0], False),
        "memfd_create: for this process": ("memfd_create", [0, 3], True),
        "memfd_create: of huge pages": ("memfd_create", [0, 4], False),
        "memfd_create: of huger pages": ("memfd_create", [0, 4 | 30 << 26], False),
        "preadv2: plain": ("preadv2", [-1, 0, 0, 0, 0, 0], True),
        "preadv2: what is cached": ("preadv2", [-1, 0, 0, 0, 0, 8], False),
        "setsockopt: an address again": ("setsockopt", [-1, 1, 2, 0, 0], True),
        "setsockopt: no delay": ("setsockopt", [-1, 6, 1, 0, 0], True),
        "setsockopt: a packet filter": ("setsockopt", [-1, 1, 26, 0, 0], False),
        "setsockopt: a program": ("setsockopt", [-1, 1, 50, 0, 0], False),
        "setsockopt: of packets": ("setsockopt", [-1, 263, 1, 0, 0], False),
        "socketpair: of Unix": ("socketpair", [unix, stream, 0, 0], True),
        "socketpair: of sequential packets": ("socketpair", [unix, sequential, 0, 0], False),
    }
    return probes


def test_a_call_with_conditions_passes_with_these_arguments_alone(made: Engine) -> None:
    probes = conditions()
    assert {call for call, _, _ in probes.values()} == CONDITIONAL - {"pwritev2"}
    numbered = {name: (number_of(call), *arguments) for name, (call, arguments, _) in probes.items()}
    outcomes = run_inside(made, TRY + f"report({{name: attempt(*call) for name, call in {numbered!r}.items()}})")
    wrong = {
        name: outcomes[name] for name, (_, _, allowed) in probes.items() if (outcomes[name] != "EPERM") is not allowed
    }
    assert wrong == {}


ORDINARY = r"""
import asyncio, concurrent.futures, ctypes, fcntl, multiprocessing, os, shutil, socket, sqlite3, ssl, subprocess, sys
import tempfile, threading, uuid
sys.path.insert(0, "/packages")
done = []


def square(number):
    return number * number


# Python's own, and SQLite's, way to set space aside falls back to writing.
with open("/tmp/space", "wb") as file:
    os.posix_fallocate(file.fileno(), 0, 100_000)
    os.posix_fadvise(file.fileno(), 0, 0, os.POSIX_FADV_DONTNEED)
done.append(["fallocate", os.stat("/tmp/space").st_size])
database = sqlite3.connect("/tmp/database")
database.execute("PRAGMA journal_mode=WAL")
database.execute("CREATE TABLE t (x)")
database.executemany("INSERT INTO t VALUES (?)", [(number,) for number in range(1000)])
database.commit()
done.append(["sqlite3", database.execute("SELECT sum(x) FROM t").fetchone()[0]])
done.append(["subprocess", subprocess.run([sys.executable, "-S", "-c", "print(6 * 7)"], capture_output=True,
             text=True, check=True).stdout.strip()])
with multiprocessing.get_context("fork").Pool(2) as pool:
    done.append(["multiprocessing", pool.map(square, [1, 2, 3])])
from multiprocessing import shared_memory
block = shared_memory.SharedMemory(create=True, size=100_000)
block.buf[:3] = b"abc"
done.append(["shared memory", bytes(block.buf[:3]).decode()])
block.close()
block.unlink()
with concurrent.futures.ThreadPoolExecutor(4) as pool:
    done.append(["threads", list(pool.map(square, [4, 5]))])


async def talk():
    async def answer(reader, writer):
        writer.write(await reader.readline())
        await writer.drain()
        writer.close()

    answers = []
    for start, connect in (
        (asyncio.start_server(answer, "127.0.0.1", 0), lambda s: asyncio.open_connection(*s.sockets[0].getsockname())),
        (asyncio.start_unix_server(answer, "/tmp/s"), lambda s: asyncio.open_unix_connection("/tmp/s")),
    ):
        server = await start
        reader, writer = await connect(server)
        writer.write(b"hello\n")
        answers.append((await reader.readline()).decode().strip())
        writer.close()
        server.close()
    process = await asyncio.create_subprocess_exec(sys.executable, "-S", "-c", "print(1)", stdout=subprocess.PIPE)
    answers.append((await process.communicate())[0].decode().strip())
    return answers


done.append(["asyncio", asyncio.run(talk())])
done.append(["ssl", ssl.create_default_context().verify_mode == ssl.CERT_REQUIRED])
with open("/tmp/lock", "w") as file:
    fcntl.flock(file, fcntl.LOCK_EX)
    fcntl.lockf(file, fcntl.LOCK_EX)
shutil.copyfile("/tmp/space", "/tmp/copy")
shutil.copytree("/tmp", "/dev/shm/copy", ignore=lambda *_: ["s", "database-shm", "database-wal"])
with tempfile.TemporaryFile() as file, socket.socketpair()[0] as ours:
    file.write(b"x")
done.append(["files", os.stat("/tmp/copy").st_size])
import numpy
done.append(["numpy", float((numpy.ones((200, 200)) @ numpy.ones((200, 200))).sum())])
report(done)
"""


def test_ordinary_packages_work_with_these_calls(made: Engine) -> None:
    import numpy

    packages = os.path.dirname(os.path.dirname(numpy.__file__))
    outcomes: dict[str, Any] = dict(run_inside(made, ORDINARY, memory=300_000_000, mounts={"/packages": packages}))
    assert outcomes == {
        "fallocate": 100_000, "sqlite3": 499_500, "subprocess": "42", "multiprocessing": [1, 4, 9],
        "shared memory": "abc", "threads": [16, 25], "asyncio": ["hello", "hello", "1"], "ssl": True,
        "files": 100_000, "numpy": 8_000_000.0,
    }  # fmt: skip

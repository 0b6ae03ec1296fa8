"""Lists the system calls that a script may make: those that a Python program needs. Every other call is refused.

Three tables hold all of it: `ALLOWED` by name, `CONDITIONS` by name and arguments, `ANSWERED` with an answer of our
own. Arguments are compared with what is allowed, never with what is not: the kernel ignores the upper half of many
registers, so that a forbidden value has many spellings. seccomp(2); the form is the OCI runtime specification's.
"""

import errno
from collections.abc import Mapping
from typing import Any, NamedTuple

ARCHITECTURES = {"x86_64": "X86_64", "aarch64": "AARCH64"}

_FILES = """
    access chdir chmod chown close close_range copy_file_range creat dup dup2 dup3 faccessat faccessat2 fchdir fchmod
    fchmodat fchown fchownat fdatasync fgetxattr flistxattr flock fstat fstatfs fsync ftruncate getcwd getdents
    getdents64 getxattr lchown lgetxattr link linkat listxattr llistxattr lseek lstat mkdir mkdirat mknod mknodat
    newfstatat open openat openat2 pipe pipe2 pread64 preadv pwrite64 pwritev read readlink readlinkat readv rename
    renameat renameat2 rmdir sendfile stat statfs statx symlink symlinkat truncate umask unlink unlinkat utime utimensat
    utimes write writev
"""
_MEMORY = "brk madvise mincore mlock mlock2 mlockall mprotect mremap msync munlock munlockall munmap"
_PROCESSES = """
    arch_prctl capget capset execve execveat exit exit_group fork vfork getcpu getegid geteuid getgid getgroups getpgid
    getpgrp getpid getppid getpriority getresgid getresuid getrlimit getrusage getsid gettid getuid kill pidfd_open
    pidfd_send_signal prlimit64 rseq rt_sigaction rt_sigpending rt_sigprocmask rt_sigqueueinfo rt_sigreturn
    rt_sigsuspend rt_sigtimedwait rt_tgsigqueueinfo sched_getaffinity sched_get_priority_max sched_get_priority_min
    sched_getparam sched_getscheduler sched_setaffinity sched_yield setgid setgroups setpgid setpriority setregid
    setresgid setresuid setreuid setrlimit setsid setuid set_robust_list get_robust_list set_tid_address sigaltstack
    signalfd signalfd4 sysinfo tgkill times tkill uname wait4 waitid
"""
_TIME = """
    alarm clock_getres clock_gettime clock_nanosleep getitimer gettimeofday nanosleep pause setitimer time timer_create
    timer_delete timer_getoverrun timer_gettime timer_settime timerfd_create timerfd_gettime timerfd_settime
"""
_WAITING = """
    epoll_create epoll_create1 epoll_ctl epoll_pwait epoll_pwait2 epoll_wait eventfd eventfd2 futex futex_waitv poll
    ppoll pselect6 restart_syscall select
"""
_SOCKETS = """
    accept accept4 bind connect getpeername getsockname getsockopt listen recvfrom recvmmsg recvmsg sendmmsg sendmsg
    sendto shutdown
"""
_OTHERS = "getrandom landlock_create_ruleset landlock_add_rule landlock_restrict_self seccomp"

ALLOWED = frozenset(" ".join((_FILES, _MEMORY, _PROCESSES, _TIME, _WAITING, _SOCKETS, _OTHERS)).split())

_EVERY_BIT = 0xFFFF_FFFF_FFFF_FFFF


class Argument(NamedTuple):
    """One argument of a call: its bits under `mask` are those of `value`."""

    position: int
    value: int
    mask: int = _EVERY_BIT


def _one_of(position: int, values: tuple[int, ...]) -> tuple[tuple[Argument, ...], ...]:
    return tuple((Argument(position, value),) for value in values)


def _without(position: int, bits: int) -> tuple[tuple[Argument, ...], ...]:
    return ((Argument(position, 0, bits),),)


# New namespaces, in the flags of clone: time, cgroup, uts, ipc, user, pid, net, mount.
_NEW_NAMESPACES = 0x80 | 0x2000000 | 0x4000000 | 0x8000000 | 0x10000000 | 0x20000000 | 0x40000000 | 0x20000
_MAP_HUGETLB = 0x40000
_MEMFD_FLAGS = 0x1 | 0x2 | 0x8 | 0x10  # CLOEXEC, ALLOW_SEALING, NOEXEC_SEAL, EXEC: all but huge pages.
_RWF_NOWAIT = 0x8

# Without the leases and F_NOTIFY, by which a directory tells who reads in it.
_FCNTL_COMMANDS = (0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 15, 16, 36, 37, 38, 1030, 1031, 1032, 1033, 1034)
# Terminals' settings are read and set, descriptors set; of an interface its name, index, address, mask and flags.
_IOCTL_REQUESTS = (
    0x5401, 0x5402, 0x5403, 0x5404, 0x540F, 0x5410, 0x5411, 0x5413, 0x5414, 0x541B, 0x5421, 0x5429, 0x5450, 0x5451,
    0x5452, 0x8910, 0x8912, 0x8913, 0x8915, 0x8919, 0x891B, 0x8921, 0x8927, 0x8933,
)  # fmt: skip
# What a process may set of itself: the signal of its parent's end, its name, that it gives up more; anonymous memory's
# names (0x53564D41). Nothing of PR_SET_MM, of core scheduling, of perf events.
_PRCTL_OPERATIONS = (
    1, 2, 3, 4, 15, 16, 21, 22, 23, 24, 27, 29, 30, 36, 37, 38, 39, 40, 41, 42, 47, 50, 51, 52, 53, 54, 55, 56,
    0x53564D41,
)  # fmt: skip
# Of SOL_SOCKET: no packet filters (26, 50, 51, 52), marks, forced buffers or busy polling.
_SOCKET_OPTIONS = (2, 4, 5, 6, 7, 8, 9, 10, 12, 13, 15, 16, 18, 19, 20, 21, 29, 34, 35, 37, 49, 60, 63, 64, 65, 66, 67)
_SOL_SOCKET, _LEVELS = 1, (0, 6, 17, 41)  # IP, TCP, UDP and IPv6, whose options count in a network of its own.

_STREAM, _DATAGRAM = 1, 2
_TYPE_FLAGS = 0x800 | 0x80000  # SOCK_NONBLOCK, SOCK_CLOEXEC.
_AF_UNIX, _AF_INET, _AF_INET6 = 1, 2, 10
_TCP, _UDP = 6, 17


def _socket(family: int, kind: int, protocol: int) -> tuple[Argument, ...]:
    return Argument(0, family), Argument(1, kind, _EVERY_BIT & ~_TYPE_FLAGS), Argument(2, protocol)


_LOCAL_SOCKETS = tuple(_socket(_AF_UNIX, kind, 0) for kind in (_STREAM, _DATAGRAM))
_INTERNET_SOCKETS = tuple(
    _socket(family, kind, protocol)
    for family in (_AF_INET, _AF_INET6)
    for kind, protocols in ((_STREAM, (0, _TCP)), (_DATAGRAM, (0, _UDP)))
    for protocol in protocols
)

# A call passes when any of its alternatives holds.
CONDITIONS: Mapping[str, tuple[tuple[Argument, ...], ...]] = {
    "clone": _without(0, _NEW_NAMESPACES),
    "fcntl": _one_of(1, _FCNTL_COMMANDS),
    "ioctl": _one_of(1, _IOCTL_REQUESTS),
    # Huge pages are taken from a store of the machine and count into no container's memory.
    "memfd_create": _without(1, _EVERY_BIT & ~_MEMFD_FLAGS),
    "mmap": _without(3, _MAP_HUGETLB),
    "prctl": _one_of(0, _PRCTL_OPERATIONS),
    # RWF_NOWAIT tells what of a shared file others have read.
    "preadv2": _without(5, _RWF_NOWAIT),
    "pwritev2": _without(5, _RWF_NOWAIT),
    "setsockopt": (
        *_one_of(1, _LEVELS),
        *((Argument(1, _SOL_SOCKET), Argument(2, option)) for option in _SOCKET_OPTIONS),
    ),
    "socket": (*_INTERNET_SOCKETS, *_LOCAL_SOCKETS),
    "socketpair": _LOCAL_SOCKETS,
}

# Answered without being made. The flags of clone3 are in memory, where no filter sees them: without it the C library
# takes clone. Space set aside by fallocate shows in no file's size: without it programs write zeros. Advice about the
# page cache, which all containers share, is taken and not followed.
ANSWERED: Mapping[str, int] = {
    "clone3": errno.ENOSYS,
    "fallocate": errno.EOPNOTSUPP,
    "fadvise64": 0,
    "readahead": 0,
}


def profile(machine: str) -> dict[str, Any]:
    """Makes the filter for calls of the machine's own kind alone. `machine` is as uname(1) names it."""
    return {
        "defaultAction": "SCMP_ACT_ERRNO",
        "defaultErrnoRet": errno.EPERM,
        "architectures": [f"SCMP_ARCH_{ARCHITECTURES[machine]}"] if machine in ARCHITECTURES else [],
        "syscalls": [
            {"names": sorted(ALLOWED), "action": "SCMP_ACT_ALLOW"},
            *({"names": [call], "action": "SCMP_ACT_ERRNO", "errnoRet": code} for call, code in ANSWERED.items()),
            *(
                {"names": [call], "action": "SCMP_ACT_ALLOW", "args": [_describe(argument) for argument in alternative]}
                for call, alternatives in CONDITIONS.items()
                for alternative in alternatives
            ),
        ],
    }


def _describe(argument: Argument) -> dict[str, Any]:
    if argument.mask == _EVERY_BIT:
        return {"index": argument.position, "value": argument.value, "op": "SCMP_CMP_EQ"}
    return {
        "index": argument.position,
        "value": argument.mask,
        "valueTwo": argument.value,
        "op": "SCMP_CMP_MASKED_EQ",
    }

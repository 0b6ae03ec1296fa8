"""The system calls a script may make: those that a Python program needs, by name; everything else is refused.

Refused without a trace are the ways to look into others (ptrace, process_vm_*), to change what is mounted or seen
(mount, unshare, setns), to load code into the kernel (bpf, modules) and the calls whose own faults were ways out
before (io_uring, userfaultfd, keyctl). seccomp(2); the form is the OCI runtime specification's.
"""

from typing import Any

_EPERM, _ENOSYS = 1, 38
# New namespaces, in the flags of clone: time, cgroup, uts, ipc, user, pid, net, mount.
_NEW_NAMESPACES = 0x80 | 0x2000000 | 0x4000000 | 0x8000000 | 0x10000000 | 0x20000000 | 0x40000000 | 0x20000
_ARCHITECTURES = {"x86_64": ("X86_64",), "aarch64": ("AARCH64",)}
_AF_UNIX, _AF_INET, _AF_INET6 = 1, 2, 10
_PROTOCOLS = (0, 6, 17)  # What fits the type, TCP, UDP.

_FILES = """
    access chdir chmod chown close close_range copy_file_range creat dup dup2 dup3 faccessat faccessat2 fadvise64
    fallocate fchdir fchmod fchmodat fchown fchownat fcntl fdatasync fgetxattr flistxattr flock fstat fstatfs fsync
    ftruncate getcwd getdents getdents64 getxattr inotify_add_watch inotify_init inotify_init1 inotify_rm_watch ioctl
    lchown lgetxattr link linkat listxattr llistxattr lseek lstat memfd_create mkdir mkdirat mknod mknodat newfstatat
    open openat openat2 pipe pipe2 pread64 preadv preadv2 pwrite64 pwritev pwritev2 read readahead readlink readlinkat
    readv rename renameat renameat2 rmdir sendfile splice stat statfs statx symlink symlinkat sync_file_range tee
    truncate umask unlink unlinkat utime utimensat utimes vmsplice write writev
"""
_MEMORY = "brk madvise mincore mlock mlock2 mlockall mmap mprotect mremap msync munlock munlockall munmap membarrier"
_PROCESSES = """
    arch_prctl capget capset execve execveat exit exit_group fork vfork getcpu getegid geteuid getgid getgroups getpgid
    getpgrp getpid getppid getpriority getresgid getresuid getrlimit getrusage getsid gettid getuid kill pidfd_open
    pidfd_send_signal prctl prlimit64 rseq rt_sigaction rt_sigpending rt_sigprocmask rt_sigqueueinfo rt_sigreturn
    rt_sigsuspend rt_sigtimedwait rt_tgsigqueueinfo sched_getaffinity sched_get_priority_max sched_get_priority_min
    sched_getparam sched_getscheduler sched_setaffinity sched_yield setgid setgroups setpgid setpriority setregid
    setresgid setresuid setreuid setrlimit setsid setuid set_robust_list get_robust_list set_tid_address sigaltstack
    signalfd signalfd4 sysinfo tgkill times tkill uname wait4 waitid set_thread_area get_thread_area
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
    sendto setsockopt shutdown
"""
_SHARED = "getrandom landlock_create_ruleset landlock_add_rule landlock_restrict_self seccomp shmat shmctl shmdt shmget"


def profile(machine: str) -> dict[str, Any]:
    """For the machine's own calls alone: no other way into the kernel. `machine` as uname(1) names it."""
    allowed = " ".join((_FILES, _MEMORY, _PROCESSES, _TIME, _WAITING, _SOCKETS, _SHARED)).split()
    return {
        "defaultAction": "SCMP_ACT_ERRNO",
        "defaultErrnoRet": _EPERM,
        "architectures": [f"SCMP_ARCH_{name}" for name in _ARCHITECTURES.get(machine, ())],
        "syscalls": [
            {"names": allowed, "action": "SCMP_ACT_ALLOW"},
            # Threads and processes, but no namespaces. The flags of clone3 are in memory, where no filter sees them:
            # without it the C library takes clone.
            {
                "names": ["clone"],
                "action": "SCMP_ACT_ALLOW",
                "args": [{"index": 0, "value": _NEW_NAMESPACES, "valueTwo": 0, "op": "SCMP_CMP_MASKED_EQ"}],
            },
            {"names": ["clone3"], "action": "SCMP_ACT_ERRNO", "errnoRet": _ENOSYS},
            # Plain sockets: no raw packets, no netlink, none of the families and protocols whose code few look at.
            *(_socket("socket", family, protocol) for family in (_AF_INET, _AF_INET6) for protocol in _PROTOCOLS),
            *(_socket(name, _AF_UNIX, 0) for name in ("socket", "socketpair")),
        ],
    }


def _socket(call: str, family: int, protocol: int) -> dict[str, Any]:
    wanted = ((0, family), (2, protocol))
    return {
        "names": [call],
        "action": "SCMP_ACT_ALLOW",
        "args": [{"index": index, "value": value, "op": "SCMP_CMP_EQ"} for index, value in wanted],
    }

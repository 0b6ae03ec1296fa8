"""A shell beside a script: in the namespaces and the control group of its instance, as a user next to the script's.

Run as a program by node, on a terminal. The machine's commands are there as /usr/bin, in a copy of the container's
mount namespace; nothing else of the machine is. It has no filter for system calls, so it is another user than the
script: who is the same could look into it, and write.
"""

import ctypes
import fcntl
import os
import resource
import sys
import termios
from pathlib import Path

from stagedoor.oci import cgroups, mounts, spawn
from stagedoor.oci.spec import USER

_libc = ctypes.CDLL(None, use_errno=True)
_NO_NEW_PRIVS = 38
_BESIDE = USER + 1
_FILES = 1024
_COMMANDS = Path("/usr/bin")
# The user namespace comes last: what is done before needs the rights of the one that is left.
_NAMESPACES = ("net", "ipc", "uts", "pid", "user")


def enter(pid: int, started: int, cgroup: str) -> int:
    """The exit status of the shell. Raises OSError."""
    namespaces = {name: os.open(f"/proc/{pid}/ns/{name}", os.O_RDONLY) for name in ("mnt", *_NAMESPACES)}
    if spawn.started_at(pid) != started:
        raise OSError("the instance has ended")
    commands = mounts.detached(_COMMANDS)
    cgroups.join(cgroup, os.getpid())
    _set(namespaces["mnt"])
    os.chdir("/")
    mounts.own_namespace()
    mounts.place(commands, _COMMANDS)
    for name in _NAMESPACES:
        _set(namespaces[name])
    child = os.fork()
    if child == 0:
        _become_shell()
    return os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])


def _set(namespace: int) -> None:
    if _libc.setns(namespace, 0) != 0:
        raise OSError(ctypes.get_errno(), os.strerror(ctypes.get_errno()))
    os.close(namespace)


def _become_shell() -> None:
    os.setsid()
    fcntl.ioctl(0, termios.TIOCSCTTY, 0)
    os.setgroups([])
    os.setresgid(USER, USER, USER)
    os.setresuid(_BESIDE, _BESIDE, _BESIDE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (_FILES, _FILES))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    _libc.prctl(_NO_NEW_PRIVS, 1, 0, 0, 0)
    os.chdir("/app")
    environment = {
        "PATH": "/usr/bin:/bin", "HOME": "/tmp", "LANG": "C.UTF-8", "TERM": os.environ.get("TERM", "dumb"),
        "PS1": "script $ ",
    }  # fmt: skip
    for shell, *options in (("bash", "--norc", "--noprofile"), ("sh",)):
        program = _COMMANDS / shell
        if program.exists():
            os.execve(program, [shell, *options], environment)  # noqa: S606
    os._exit(127)


if __name__ == "__main__":
    try:
        sys.exit(enter(int(sys.argv[1]), int(sys.argv[2]), sys.argv[3]))
    except OSError as error:
        sys.exit(f"the container cannot be entered: {error}")

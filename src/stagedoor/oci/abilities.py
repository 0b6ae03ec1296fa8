"""What an OCI runtime can do on this machine: it says so, and what it cannot do is not asked of it."""

import os
import shutil
import subprocess
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from stagedoor.oci import cgroups, mounts

# runc is the one that is verified; crun works where the hierarchy of control groups is of one version alone.
_PROGRAMS = ("runc", "crun")


@dataclass(frozen=True, slots=True)
class Abilities:
    """`propagation`: containers can be given their code after they began; else every start is a cold one."""

    user_namespaces: bool
    seccomp: bool
    propagation: bool

    def __str__(self) -> str:
        named = {
            "user namespaces": self.user_namespaces,
            "seccomp": self.seccomp,
            "warm pool": self.propagation,
        }
        return ", ".join(name if there else f"no {name}" for name, there in named.items())


def find_runtime() -> str:
    """Returns the path of the OCI runtime to use on this machine; an empty string when there is none."""
    path = os.environ.get("PATH", "")
    for name in _PROGRAMS:
        program = shutil.which(name, path=f"{path}:/usr/sbin:/sbin")
        if program and (name != "crun" or cgroups.is_pure()):
            return program
    return ""


@cache
def of(program: str) -> Abilities:
    said = _version(program).lower()
    return Abilities(_user_namespaces() > 0, "seccomp" in said, mounts.propagates())


def _user_namespaces() -> int:
    try:
        return int(Path("/proc/sys/user/max_user_namespaces").read_text())
    except (OSError, ValueError):
        return 0


def _version(program: str) -> str:
    try:
        return subprocess.run([program, "--version"], capture_output=True, text=True, timeout=10, check=False).stdout
    except OSError:
        return ""

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
_SECCOMP = Path("/proc/sys/kernel/seccomp/actions_avail")


@dataclass(frozen=True, slots=True)
class Abilities:
    """`propagation`: containers can be given their code after they began; else every start is a cold one."""

    user_namespaces: bool
    seccomp: bool
    propagation: bool
    controllers: frozenset[str]

    @property
    def missing(self) -> frozenset[str]:
        """Names of the parts of isolation that are not there, as `model.isolation` has them."""
        parts = {
            "seccomp": self.seccomp,
            "user-namespaces": self.user_namespaces,
            "mounts": self.propagation,
            **{name: name in self.controllers for name in cgroups.CONTROLLERS},
        }
        return frozenset(name for name, there in parts.items() if not there)


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
    filters = "seccomp" in said and _SECCOMP.exists()
    return Abilities(_user_namespaces() > 0, filters, mounts.propagates(), cgroups.controllers())


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

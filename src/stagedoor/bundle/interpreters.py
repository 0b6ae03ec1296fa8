"""The Pythons of this machine that a script can run on."""

import json
import shutil
import subprocess
import sys
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from stagedoor.model.deployment import Mount
from stagedoor.model.errors import Invalid

OLDEST = (3, 11)
_ASK = (
    "import json,sys;print(json.dumps([sys.version_info[:2],sys.base_prefix,sys._base_executable or sys.executable]))"
)


@dataclass(frozen=True, slots=True)
class Interpreter:
    """`path` is the real program, outside any virtual environment."""

    version: str
    path: str
    prefix: str

    @property
    def mounts(self) -> tuple[Mount, ...]:
        """What a container needs to see of it, beside the host's libraries."""
        if self.prefix == "/usr":
            return (Mount(self.path, self.path),)
        return (Mount(self.prefix, self.prefix),)


@cache
def find_all() -> tuple[Interpreter, ...]:
    """The system's own first: distributions build theirs optimised; then what is on the PATH, then ours."""
    names = [f"python3.{minor}" for minor in range(OLDEST[1], OLDEST[1] + 6)] + ["python3"]
    candidates = [f"/usr/bin/{name}" for name in names if Path(f"/usr/bin/{name}").exists()]
    candidates += [path for name in names if (path := shutil.which(name))] + [sys.executable]
    found: dict[str, Interpreter] = {}
    for candidate in dict.fromkeys(candidates):
        one = _ask(candidate)
        if one is not None:
            found.setdefault(one.version, one)
    return tuple(found.values())


def _ask(path: str) -> Interpreter | None:
    try:
        result = subprocess.run([path, "-I", "-c", _ASK], capture_output=True, text=True, timeout=10, check=True)
        version, prefix, executable = json.loads(result.stdout)
    except (OSError, subprocess.SubprocessError, ValueError):
        return None
    if tuple(version) < OLDEST:
        return None
    return Interpreter(f"{version[0]}.{version[1]}", str(Path(executable).resolve()), prefix)


def choose(wanted: str) -> Interpreter:
    """The interpreter for a manifest's `python`, empty for the platform's own version. Raises Invalid."""
    own = f"{sys.version_info.major}.{sys.version_info.minor}"
    for one in find_all():
        if one.version == (wanted or own):
            return one
    known = ", ".join(sorted(one.version for one in find_all()))
    raise Invalid(f"there is no Python {wanted} on this machine", hint=f"this machine has {known}", key="python")

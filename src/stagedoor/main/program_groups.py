"""The control groups of the platform's own programs, and the one above all containers."""

import logging
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path

from stagedoor import groups
from stagedoor.decide import memory
from stagedoor.main.paths import Paths
from stagedoor.model.errors import Unavailable
from stagedoor.model.quantity import say_size
from stagedoor.model.settings import Platform
from stagedoor.oci import cgroups, machine

log = logging.getLogger("stagedoor.supervisor")

_PLATFORM_OOM_SCORE = "-500"
_NAMES = ("edge", "egress", "control", "node", "logs", "telemetry", "builder", "queries", "demo")
# How a program ends whose process, or whose worker, the kernel killed.
_KILLED = ("killed by signal 9", "exit code 137")


class ProgramGroups:
    """Limits what each program holds, and says when the kernel ended one for it."""

    def __init__(self, paths: Paths, settings: Platform) -> None:
        self._paths = paths
        self._settings = settings
        self._kills: dict[str, int] = {}

    def make(self) -> None:
        """Makes the groups, or sets what they may hold. Raises Unavailable."""
        total = machine.total_memory()
        reserve = self._settings.capacity.reserve
        limits = {self._paths.scripts_cgroup: memory.limit_scripts(total, reserve)}
        for name in _NAMES:
            configured = getattr(self._settings.programs, name, 0)
            limits[self._paths.program_cgroup(name)] = memory.limit_program(name, total, configured)
        failures = []
        for group, limit in limits.items():
            try:
                cgroups.make(group, limit)
            except OSError as error:
                failures.append(f"{group} cannot be given {say_size(limit)}: {error.strerror}")
        if failures:
            raise Unavailable(
                f"memory limits are not set: {'; '.join(failures)}",
                hint="mount the cgroups writable, and give a program more than it holds now ([programs]); "
                "`stagedoor doctor` says what is missing",
            )

    def enter(self, name: str, arguments: Sequence[str]) -> list[str]:
        """Returns the command that runs a program inside its group."""
        group = self._paths.program_cgroup(name)
        self._kills[name] = cgroups.memory_kills(group)
        return groups.enter(group, arguments)

    def adopt(self, name: str, pid: int) -> None:
        """Puts a program that an older supervisor started into its group; what it holds already stays outside."""
        with suppress(OSError):
            cgroups.join(self._paths.program_cgroup(name), pid)

    def explain_end(self, name: str, words: str) -> str:
        """Returns how a program ended: `words`, or its memory limit when that is why the kernel killed it."""
        group = self._paths.program_cgroup(name)
        kills, before = cgroups.memory_kills(group), self._kills.get(name, 0)
        self._kills[name] = kills
        if kills > before and words in _KILLED:
            return f"killed: above its memory limit of {say_size(cgroups.memory_limit(group))}"
        return words

    def describe(self, name: str) -> dict[str, int]:
        group = self._paths.program_cgroup(name)
        return {"memory_bytes": cgroups.memory_in_use(group), "memory_limit": cgroups.memory_limit(group)}


def protect_platform() -> None:
    """Has the kernel end the platform last when the machine's memory is full, where this process may say so."""
    with suppress(OSError):
        Path("/proc/self/oom_score_adj").write_text(_PLATFORM_OOM_SCORE)

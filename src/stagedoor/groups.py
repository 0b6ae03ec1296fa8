"""Starts programs inside their control groups: a process joins its group before the program begins."""

import os
from collections.abc import Sequence
from functools import cache
from pathlib import Path

_MOUNT = Path("/sys/fs/cgroup")
# The folder of the programs' groups, which the supervisor makes; unset for what runs without a supervisor.
VARIABLE = "STAGEDOOR_GROUPS"
# Writes its own number into each file of the first arguments, up to `--`, and becomes the rest.
_GIVE_WAY = 'echo 300 > /proc/self/oom_score_adj; exec "$@"'
_JOIN = 'while [ "$1" != -- ]; do echo $$ > "$1" || exit 126; shift; done; shift; exec "$@"'


def list_folders(group: str) -> list[Path]:
    """Lists the folders of a group in every hierarchy that has it."""
    name = group.strip("/")
    return [folder for hierarchy in _list_hierarchies(_MOUNT) if (folder := hierarchy / name).is_dir()]


@cache
def _list_hierarchies(mount: Path) -> tuple[Path, ...]:
    return mount, *sorted(path for path in mount.glob("*") if path.is_dir())


def enter(group: str, arguments: Sequence[str]) -> list[str]:
    """Returns the command that runs `arguments` inside a group; the arguments themselves where it does not exist."""
    files = [str(folder / "cgroup.procs") for folder in list_folders(group)]
    return ["/bin/sh", "-c", _JOIN, "sh", *files, "--", *arguments] if files else list(arguments)


def enter_helper(name: str, arguments: Sequence[str]) -> list[str]:
    """Returns the command that runs `arguments` inside the group of a helper of this platform's programs.

    Where memory is short, the kernel ends helpers before the programs.
    """
    folder = os.environ.get(VARIABLE, "")
    return enter(f"{folder}/{name}", ["/bin/sh", "-c", _GIVE_WAY, "sh", *arguments]) if folder else list(arguments)

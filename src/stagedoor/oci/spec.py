"""The OCI configuration of a container: a value built by a pure function (github.com/opencontainers/runtime-spec)."""

import platform
import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from stagedoor.model.deployment import Mount, Sandbox
from stagedoor.oci import seccomp
from stagedoor.oci.cgroups import CONTROLLERS

USER = 10001
OPEN_FILES = 4096
GIVEN = ("app", "layer", "tmp")  # What a container of the pool is given once it is somebody's.
# Each container has a range of the machine's user ids for its own, so that not even their numbers meet.
_FIRST_ID, _IDS, _PLACES = 0x10000000, 0x10000, 0x4000  # Slots have the first half.

# What the kernel would let a process have beside memory, processes and files: page cache that it pins, signals and
# timers that wait, messages, and a better place among the machine's processes.
_RLIMITS = {
    "RLIMIT_NOFILE": OPEN_FILES,
    "RLIMIT_CORE": 0,
    "RLIMIT_MEMLOCK": 1 << 20,
    "RLIMIT_SIGPENDING": 4096,
    "RLIMIT_MSGQUEUE": 0,
    "RLIMIT_NICE": 0,
    "RLIMIT_RTPRIO": 0,
}
SHARED_MEMORY_BYTES = 16 << 20
_MIN_INODES, _BYTES_PER_INODE = 1024, 4096

_READ_ONLY = ["bind", "ro", "nosuid", "nodev"]
_MASKED = [
    "/proc/acpi", "/proc/kcore", "/proc/keys", "/proc/latency_stats", "/proc/timer_list", "/proc/timer_stats",
    "/proc/sched_debug", "/proc/scsi", "/sys/firmware",
]  # fmt: skip
_READ_ONLY_PATHS = ["/proc/bus", "/proc/fs", "/proc/irq", "/proc/sys", "/proc/sysrq-trigger"]
_ENVIRONMENT = [
    "PATH=/usr/bin:/bin",
    "HOME=/tmp",
    "LANG=C.UTF-8",
    "PYTHONDONTWRITEBYTECODE=1",
    "PYTHONUTF8=1",
]


def any_place() -> int:
    """For a container outside all slots: dev, and the checks of a version."""
    return _PLACES + secrets.randbelow(_PLACES)


@dataclass(frozen=True, slots=True)
class Container:
    """One container to be: `arguments` run in `sandbox`; `base` are the host's folders every container sees.

    `place` numbers its range of user ids, None for no user namespace. `given` is a shared folder below which its code
    arrives later; without one, the sandbox's own mounts are there from the start. `controllers` are the cgroup
    controllers of the machine, whose limits it has. `network` is the path of a namespace
    made ahead, empty for one of its own. `seed` is that of its hashes: a replay has the one of the recording.
    """

    arguments: Sequence[str]
    sandbox: Sandbox
    base: Sequence[Mount]
    rootfs: Path
    cgroup: str
    place: int | None = None
    given: Path | None = None
    filtered: bool = True
    controllers: frozenset[str] = CONTROLLERS
    network: str = ""
    seed: int = 0

    @property
    def binds(self) -> Sequence[Mount]:
        own = () if self.given else self.sandbox.mounts
        return (*self.base, *self.sandbox.shared, *own)


def configure(container: Container) -> dict[str, Any]:
    """No capabilities, own users, read-only root, no network, few system calls, limits on what can be used up."""
    return {
        "ociVersion": "1.0.2",
        "process": {
            "terminal": False,
            "user": {"uid": USER, "gid": USER},
            "args": list(container.arguments),
            "env": [*_ENVIRONMENT, f"PYTHONHASHSEED={container.seed}"],
            "cwd": "/",
            "capabilities": {kind: [] for kind in ("bounding", "effective", "inheritable", "permitted", "ambient")},
            "rlimits": [{"type": name, "hard": limit, "soft": limit} for name, limit in _rlimits().items()],
            "noNewPrivileges": True,
            # The kernel's choice under pressure: scripts before the platform. Raising needs no privilege.
            "oomScoreAdj": 500,
        },
        "root": {"path": str(container.rootfs), "readonly": True},
        "hostname": "script",
        "mounts": _mounts(container),
        "linux": {
            "namespaces": _namespaces(container),
            **_users(container),
            "cgroupsPath": container.cgroup,
            "rootfsPropagation": "rslave" if container.given else "rprivate",
            "resources": _resources(container.sandbox, container.controllers),
            "maskedPaths": _MASKED,
            "readonlyPaths": _READ_ONLY_PATHS,
            **({"seccomp": seccomp.profile(platform.machine())} if container.filtered else {}),
        },
    }


def _rlimits() -> dict[str, int]:
    """Lowers each limit to what this process may give: raising one takes a right that not every machine has."""
    import resource  # Only Unix has it, and `dev --plain` is imported on Windows as well.

    hard = {name: resource.getrlimit(getattr(resource, name))[1] for name in _RLIMITS}
    return {
        name: limit if hard[name] == resource.RLIM_INFINITY else min(limit, hard[name])
        for name, limit in _RLIMITS.items()
    }


def _namespaces(container: Container) -> list[dict[str, str]]:
    kinds = ["pid", "ipc", "uts", "mount", *(["user"] if container.place is not None else [])]
    network = {"type": "network"} | ({"path": container.network} if container.network else {})
    return [network, *({"type": kind} for kind in kinds)]


def _users(container: Container) -> dict[str, Any]:
    if container.place is None:
        return {}
    mapping = [{"containerID": 0, "hostID": _FIRST_ID + container.place * _IDS, "size": _IDS}]
    return {"uidMappings": mapping, "gidMappings": mapping}


def _mounts(container: Container) -> list[dict[str, Any]]:
    own = [
        # Read-only: a process may otherwise make the kernel end its neighbors before it (oom_score_adj).
        _mount("/proc", "proc", "nosuid", "noexec", "nodev", "ro"),
        _mount("/dev", "tmpfs", "nosuid", "noexec", "mode=755", "size=1m", "nr_inodes=64"),
        _mount("/dev/shm", "tmpfs", "nosuid", "nodev", "noexec", *memory_options(SHARED_MEMORY_BYTES)),
    ]
    binds = [
        {"destination": one.target, "type": "bind", "source": one.source, "options": _READ_ONLY}
        for one in container.binds
    ]
    if container.given is None:
        return [*own, _mount("/tmp", "tmpfs", "nosuid", "nodev", *memory_options(container.sandbox.tmp)), *binds]
    given = [
        {
            "destination": f"/{name}",
            "type": "bind",
            "source": str(container.given / name),
            "options": ["bind", "rslave"],
        }
        for name in GIVEN
    ]
    return own + binds + given


def memory_options(size: int) -> tuple[str, ...]:
    """Returns the options of a file system in memory that anybody may write to; it has a number of files as well."""
    return "mode=1777", f"size={size}", f"nr_inodes={max(_MIN_INODES, size // _BYTES_PER_INODE)}"


def _mount(target: str, kind: str, *options: str) -> dict[str, Any]:
    return {"destination": target, "type": kind, "source": kind, "options": list(options)}


def _resources(sandbox: Sandbox, controllers: frozenset[str]) -> dict[str, Any]:
    period = 100_000
    limits: dict[str, Any] = {
        "memory": {"limit": sandbox.memory},
        "cpu": {
            "quota": int(sandbox.cpu * period),
            "period": period,
            "shares": max(2, int(sandbox.cpu * 1024)),
        },
        "pids": {"limit": sandbox.processes},
    }
    devices = [{"allow": False, "access": "rwm"}]
    return {"devices": devices, **{name: limit for name, limit in limits.items() if name in controllers}}

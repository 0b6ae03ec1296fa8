"""The OCI configuration of a container: a value built by a pure function (github.com/opencontainers/runtime-spec)."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from stagedoor.model.deployment import Mount, Sandbox

USER = 10001
OPEN_FILES = 4096

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


@dataclass(frozen=True, slots=True)
class Container:
    """One container to be: `arguments` run in `sandbox`; `base` are the host's folders every container sees."""

    arguments: Sequence[str]
    sandbox: Sandbox
    base: Sequence[Mount]
    rootfs: Path
    cgroup: str


def configure(container: Container) -> dict[str, Any]:
    """No capabilities, own user id, read-only root, no network, limits on memory, CPU and processes."""
    sandbox = container.sandbox
    return {
        "ociVersion": "1.0.2",
        "process": {
            "terminal": False,
            "user": {"uid": USER, "gid": USER},
            "args": list(container.arguments),
            "env": _ENVIRONMENT,
            "cwd": "/app",
            "capabilities": {kind: [] for kind in ("bounding", "effective", "inheritable", "permitted", "ambient")},
            "rlimits": [{"type": "RLIMIT_NOFILE", "hard": OPEN_FILES, "soft": OPEN_FILES}],
            "noNewPrivileges": True,
            # The kernel's choice under pressure: scripts before the platform. Raising needs no privilege.
            "oomScoreAdj": 500,
        },
        "root": {"path": str(container.rootfs), "readonly": True},
        "hostname": "script",
        "mounts": _mounts(container),
        "linux": {
            "namespaces": [{"type": kind} for kind in ("pid", "network", "ipc", "uts", "mount")],
            "cgroupsPath": container.cgroup,
            "resources": _resources(sandbox),
            "maskedPaths": _MASKED,
            "readonlyPaths": _READ_ONLY_PATHS,
        },
    }


def _mounts(container: Container) -> list[dict[str, Any]]:
    size = f"size={container.sandbox.tmp}"
    own = [
        {"destination": "/proc", "type": "proc", "source": "proc", "options": ["nosuid", "noexec", "nodev"]},
        {
            "destination": "/dev",
            "type": "tmpfs",
            "source": "tmpfs",
            "options": ["nosuid", "mode=755", "size=65536k"],
        },
        {
            "destination": "/tmp",
            "type": "tmpfs",
            "source": "tmpfs",
            "options": ["nosuid", "nodev", "mode=1777", size],
        },
    ]
    binds = [
        {"destination": one.target, "type": "bind", "source": one.source, "options": _READ_ONLY}
        for one in (*container.base, *container.sandbox.mounts)
    ]
    return own + binds


def _resources(sandbox: Sandbox) -> dict[str, Any]:
    period = 100_000
    return {
        "devices": [{"allow": False, "access": "rwm"}],
        "memory": {"limit": sandbox.memory},
        "cpu": {
            "quota": int(sandbox.cpu * period),
            "period": period,
            "shares": max(2, int(sandbox.cpu * 1024)),
        },
        "pids": {"limit": sandbox.processes},
    }

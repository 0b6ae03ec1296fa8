"""The systemd unit: a value, made from where things are. See systemd.exec(5) for what each line takes away."""

from dataclasses import dataclass
from pathlib import Path

from stagedoor.model.errors import Invalid

NAME = "stagedoor.service"

# What the supervisor, HAProxy and the OCI runtime need of root; everything else is given up for good.
CAPABILITIES = (
    "CAP_CHOWN", "CAP_DAC_OVERRIDE", "CAP_FOWNER", "CAP_FSETID", "CAP_KILL", "CAP_MKNOD", "CAP_NET_ADMIN",
    "CAP_NET_BIND_SERVICE", "CAP_SETGID", "CAP_SETPCAP", "CAP_SETUID", "CAP_SYS_ADMIN", "CAP_SYS_CHROOT",
    "CAP_SYS_NICE", "CAP_SYS_PTRACE", "CAP_SYS_RESOURCE",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Unit:
    """`command` is the installed `stagedoor`, `data` the data folder, `keys` that of the keys when it is elsewhere.

    Raises Invalid for a path that a unit cannot hold.
    """

    command: Path
    data: Path
    keys: Path | None = None

    def __post_init__(self) -> None:
        for path in (self.command, self.data, self.keys):
            if path is not None and set(str(path)) & set(" %\\\"'$"):
                raise Invalid(f"{path} cannot stand in a unit of systemd", hint="use a path of plain characters")


def render(unit: Unit) -> str:
    """The text of the unit file."""
    in_a_home = any(unit.command.is_relative_to(home) for home in ("/home", "/root"))
    lines = [
        "# Written by `stagedoor install`. Changes belong in `systemctl edit stagedoor`.",
        "[Unit]",
        "Description=Stagedoor, a platform for server-side scripts",
        "Wants=network-online.target",
        "After=network-online.target",
        "",
        "[Service]",
        "Type=notify",
        "NotifyAccess=main",
        f"ExecStart={unit.command} up --data {unit.data}",
        "# An upgrade: the supervisor becomes the installed Stagedoor, and loses nothing.",
        f"ExecReload={unit.command} upgrade --data {unit.data}",
        "Restart=on-failure",
        "RestartSec=1s",
        "TimeoutStartSec=180s",
        "TimeoutStopSec=60s",
        "# Nothing that the platform writes is for others to read.",
        "UMask=0077",
        "# The supervisor ends its programs in order.",
        "KillMode=mixed",
        "# The cgroups of containers are made below the service's own root.",
        "Delegate=yes",
        "TasksMax=infinity",
        "LimitNOFILE=65536",
        "# Where memory is short, the kernel ends scripts first. Each program has a group of its own beside the",
        "# service's, with a limit; all containers are below one group that leaves the platform its reserve.",
        "OOMScoreAdjust=-500",
        "",
        "RuntimeDirectory=stagedoor",
        "RuntimeDirectoryMode=0711",
        "RuntimeDirectoryPreserve=restart",
        f"ReadWritePaths={unit.data}",
        *([f"ReadWritePaths={unit.keys}"] if unit.keys else []),
        "ReadWritePaths=/sys/fs/cgroup",
        "ProtectSystem=strict",
        f"ProtectHome={'read-only' if in_a_home else 'yes'}",
        "PrivateTmp=yes",
        "ProtectClock=yes",
        "ProtectKernelLogs=yes",
        "ProtectKernelModules=yes",
        "RestrictRealtime=yes",
        "LockPersonality=yes",
        "SystemCallArchitectures=native",
        "RestrictAddressFamilies=AF_UNIX AF_INET AF_INET6 AF_NETLINK",
        f"CapabilityBoundingSet={' '.join(CAPABILITIES)}",
        "",
        "[Install]",
        "WantedBy=multi-user.target",
    ]
    return "\n".join(lines) + "\n"

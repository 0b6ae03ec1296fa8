"""The parts of isolation that a machine may lack: what each is for, and how a machine comes by it."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Part:
    """`cost` is what is possible without it; `remedy` is what brings it."""

    name: str
    cost: str
    remedy: str

    def __str__(self) -> str:
        return f"{self.name}: {self.cost}"


SECCOMP = Part(
    "seccomp",
    "a script makes every system call of the kernel, and each fault of the kernel is a way out",
    "install a runc that `runc --version` shows with libseccomp, on a kernel with CONFIG_SECCOMP_FILTER",
)
USER_NAMESPACES = Part(
    "user-namespaces",
    "every script runs as the same user of the machine, so a script that gets out acts as all others",
    "sysctl user.max_user_namespaces=65536",
)
MEMORY = Part(
    "memory",
    "one script takes all memory of the machine, and the kernel ends others for it",
    "mount the cgroup controller memory, or boot with cgroup_enable=memory",
)
PROCESSES = Part(
    "pids",
    "one script starts so many processes that nothing else can start any",
    "mount the cgroup controller pids, or boot with systemd",
)
CPU = Part(
    "cpu",
    "one script takes all cores of the machine",
    "mount the cgroup controller cpu, or boot with systemd",
)
MOUNTS = Part(
    "mounts",
    "containers cannot be given their code after they began, so each start is a cold one",
    "use Linux 5.12 or newer",
)

PARTS = {part.name: part for part in (SECCOMP, USER_NAMESPACES, MEMORY, PROCESSES, CPU, MOUNTS)}

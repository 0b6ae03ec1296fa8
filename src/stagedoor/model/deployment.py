"""A deployment: one version with one configuration in a stack; a group of identical instances behind a backend."""

from dataclasses import dataclass, field
from typing import Any

from stagedoor.model.configuration import Configuration
from stagedoor.model.scaling import Scaling

RELEASE, PREVIEW, CANDIDATE = "release", "preview", "candidate"
ARM = "arm"  # Of a rollout or an experiment: what it runs may run elsewhere as well, and nothing else counts on it.


@dataclass(frozen=True, slots=True)
class Mount:
    """A folder or socket of the host, read-only inside the container."""

    source: str
    target: str


@dataclass(frozen=True, slots=True)
class Ground:
    """What every container of one interpreter sees before it is anybody's: the interpreter and the runtime."""

    python: str
    mounts: tuple[Mount, ...]


@dataclass(frozen=True, slots=True)
class Sandbox:
    """What a container is made of, whatever runs in it. Memory and tmp in bytes, cpu in cores.

    `mounts` are its own, above those of its ground. One that was written down before there were grounds has all of
    them in `mounts`; it starts, but never from the pool.
    """

    python: str
    mounts: tuple[Mount, ...]
    memory: int
    cpu: float
    processes: int
    tmp: int
    files: int = 4096
    shared: tuple[Mount, ...] = ()

    @property
    def ground(self) -> Ground:
        return Ground(self.python, self.shared)


@dataclass(frozen=True, slots=True)
class Spec:
    """All that node needs to run a deployment, without asking anybody.

    `doors` were given out to it; the first `instances` of them have an instance each. With 0 it sleeps: a connection at
    the first door wakes it. `preload` are modules that its code imports, its own aside; `measure`: its imports are
    timed. `secrets` are sealed; node opens them as an instance starts.
    """

    deployment: str
    application: str
    version: str
    stack: str
    backend: str
    doors: tuple[int, ...]
    sandbox: Sandbox
    boot: dict[str, Any]
    start_timeout: float
    drain: float
    hang: float
    concurrency: int
    services: tuple[str, ...] = ()
    secrets: dict[str, str] = field(default_factory=dict)
    instances: int = 1
    scaling: Scaling = field(default_factory=Scaling)
    preload: tuple[str, ...] = ()
    measure: bool = False

    @property
    def active(self) -> tuple[int, ...]:
        """The doors with an instance."""
        return self.doors[: self.instances]

    @property
    def label(self) -> str:
        return f"{self.application}@{self.version}"


@dataclass(frozen=True, slots=True)
class Deployment:
    """A deployment as control keeps it: what it stands for, and what was given out to it."""

    id: str
    application: str
    version: str
    stack: str
    purpose: str
    created_at: float
    used_at: float
    spec: Spec
    config: dict[str, Any] = field(default_factory=dict)
    secrets: dict[str, int] = field(default_factory=dict)

    def runs(self, application: str, version: str, stack: str, configuration: Configuration) -> bool:
        """Whether it is exactly this: the same code with other configuration is another deployment."""
        mine = (self.application, self.version, self.stack, Configuration(self.config, self.secrets))
        return mine == (application, version, stack, configuration)

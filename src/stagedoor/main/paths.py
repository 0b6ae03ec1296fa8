"""Where everything of one platform lives: its data, and what exists only while it runs."""

import hashlib
import os
from dataclasses import dataclass
from pathlib import Path

from stagedoor import groups
from stagedoor.model import settings


@dataclass(frozen=True, slots=True)
class Paths:
    """`data` is kept; `run` (sockets, the edge's files) is made anew at each start."""

    data: Path
    run: Path

    @classmethod
    def of(cls, data: Path) -> "Paths":
        data = data.resolve()
        # A socket's path has room for 107 bytes, so it does not follow the data folder's.
        digest = hashlib.sha256(str(data).encode()).hexdigest()[:8]
        return cls(data, Path("/run/stagedoor") / digest)

    @classmethod
    def from_environment(cls) -> "Paths":
        return cls(Path(os.environ["STAGEDOOR_DATA"]), Path(os.environ["STAGEDOOR_RUN"]))

    @property
    def environment(self) -> dict[str, str]:
        return {
            "STAGEDOOR_DATA": str(self.data),
            "STAGEDOOR_RUN": str(self.run),
            groups.VARIABLE: f"{self.cgroup}/programs",
        }

    @property
    def cgroup(self) -> str:
        return f"/stagedoor-{self.run.name}"

    @property
    def scripts_cgroup(self) -> str:
        """The group above all containers, whose limit leaves the platform its reserve."""
        return f"{self.cgroup}/scripts"

    def program_cgroup(self, name: str) -> str:
        return f"{self.cgroup}/programs/{name}"

    @property
    def settings_file(self) -> Path:
        return self.data / settings.FILE

    @property
    def database(self) -> Path:
        return self.data / "control.db"

    @property
    def supervisor_socket(self) -> Path:
        return self.run / "supervisor.sock"

    @property
    def node_socket(self) -> Path:
        return self.run / "node.sock"

    @property
    def logs_socket(self) -> Path:
        return self.run / "logs.sock"

    @property
    def telemetry_socket(self) -> Path:
        return self.run / "telemetry.sock"

    @property
    def rings(self) -> Path:
        """Memory, not disk, where the machine has a place for it."""
        shared = Path("/dev/shm")
        return shared / f"stagedoor-{self.run.name}" if shared.is_dir() else self.run / "rings"

    @property
    def ready(self) -> Path:
        """Exists once control has brought everything back."""
        return self.run / "ready"

    @property
    def token(self) -> Path:
        """The operator's token of this machine, for who may read the data folder."""
        return self.data / "operator-token"

    def keys(self, settings: settings.Platform) -> Path:
        """The keys of the secrets: beside the database by default, where the operator says otherwise."""
        return Path(settings.store.keys) if settings.store.keys else self.data / "keys" / "secrets"

    def recording_keys(self, settings: settings.Platform) -> Path:
        return self.keys(settings).with_name("recordings")

    def database_url(self, settings: settings.Platform) -> str:
        """From the environment first: a URL with a password belongs in no file that is read by many."""
        return os.environ.get("STAGEDOOR_DATABASE") or settings.store.url or f"sqlite:///{self.database}"

    @property
    def fault_key(self) -> Path:
        return self.run / "fault-key"

    @property
    def programs(self) -> Path:
        """Which processes were started: what a later start cleans up after a death of the supervisor."""
        return self.run / "programs.json"

    def log(self, program: str) -> Path:
        return self.data / "log" / f"{program}.log"

    def read_settings(self) -> settings.Platform:
        """Raises Invalid."""
        return settings.parse(self.settings_file.read_text()) if self.settings_file.exists() else settings.Platform()

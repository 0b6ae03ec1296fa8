"""An instance: one container of a deployment, on one door, in one slot."""

from dataclasses import dataclass

STARTING, READY, FAILED, STOPPING, GONE = "starting", "ready", "failed", "stopping", "gone"


@dataclass(slots=True)
class Instance:
    """Times are seconds since the epoch; `start` is what the runtime measured and said once."""

    id: str
    deployment: str
    application: str
    version: str
    stack: str
    door: int
    slot: int
    state: str = STARTING
    pid: int = 0
    pid_started: int = 0
    started_at: float = 0.0
    ready_after: float = 0.0
    import_seconds: float = 0.0
    warmup_seconds: float = 0.0
    memory_bytes: int = 0
    restarts: int = 0
    cause: str = ""

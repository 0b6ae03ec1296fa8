"""Bodies of requests and answers of the control API that are no noun of the model."""

from dataclasses import dataclass, field
from typing import Any

from pydantic import BaseModel, ConfigDict, Field

from stagedoor.model.method import Method
from stagedoor.model.operation import Operation
from stagedoor.model.profile import LONGEST


class _Wish(BaseModel):
    model_config = ConfigDict(extra="forbid")


class ReleaseWish(_Wish):
    """`strategy`: what differs from the version's own, as in its manifest. `at`: when a window begins."""

    version: str
    stack: str
    default: bool = False
    strategy: dict[str, Any] = Field(default_factory=dict)
    at: float = 0.0


class LineWish(_Wish):
    """`line`: the default one when nothing is said."""

    stack: str
    line: int | None = None


class AnswerWish(_Wish):
    why: str = ""


class CellWish(_Wish):
    name: str
    share: float
    version: str = ""


class ExperimentWish(_Wish):
    """`cells`: the first is what the others are compared with. `line`: the default one when nothing is said."""

    name: str
    cells: list[CellWish]
    ends_at: float
    stack: str = "prod"
    line: int | None = None


@dataclass(frozen=True, slots=True)
class ExperimentEnd:
    """`done` is False for one that had ended already."""

    done: bool
    said: str


class HookWish(BaseModel):
    """Who calls a hook may say more; that is passed over."""

    version: str = ""
    stack: str = "prod"


@dataclass(frozen=True, slots=True)
class NewHook:
    path: str


class RollbackWish(_Wish):
    stack: str
    line: int | None = None
    to: int = 0


class ServiceWish(_Wish):
    """What is left out stays as it is. `openapi` is a document as text, `policies` are tables."""

    urls: list[str] | None = None
    team: str | None = None
    openapi: str | None = None
    policies: dict[str, Any] | None = None
    credential: str | None = Field(None, repr=False)
    credential_field: str = "authorization"


class FlagWish(_Wish):
    """`seconds`: how long every request of the device is kept."""

    seconds: float = 3600.0


class QueryWish(_Wish):
    sql: str


class OffWish(_Wish):
    reason: str = ""


class FaultWish(_Wish):
    """`value`: milliseconds of a delay, or the status of an error."""

    method: str
    kind: str
    value: int = 0
    share: float = 1.0
    application: str = ""
    device: str = ""
    budget: float = 0.01
    seconds: float = 600.0


class RehearsalWish(_Wish):
    """`paths` are asked beside the endpoints that have no parameters; `kinds` empty: all."""

    version: str = ""
    paths: list[str] = Field(default_factory=list, max_length=50)
    member: str = ""
    device: str = ""
    kinds: list[str] = Field(default_factory=list)


class TokenWish(_Wish):
    name: str
    role: str
    team: str = ""
    expires: str = ""


class UserWish(_Wish):
    role: str
    team: str = ""


class TeamWish(_Wish):
    contact: str = ""


class SignInWish(_Wish):
    code: str


class ValueWish(_Wish):
    stack: str
    value: Any


class SecretWish(_Wish):
    stack: str
    value: str
    rotate: bool = False

    def __repr_args__(self) -> list[tuple[str, Any]]:
        return [("stack", self.stack), ("rotate", self.rotate)]


class ScaleWish(_Wish):
    stack: str
    instances: int
    line: int | None = None


class SilenceWish(_Wish):
    """What is empty fits everything."""

    rule: str = ""
    application: str = ""
    stack: str = ""
    endpoint: str = Field(default="", max_length=500)
    seconds: float = 3600.0
    why: str = Field(max_length=1000)


class SavedWish(_Wish):
    """`bound` on the first figure, as in `> 200ms`: with it, it is an alert too."""

    query: str = Field(max_length=2000)
    kind: str = "request"
    application: str = ""
    bound: str = Field(default="", max_length=40)


class RecordingsWish(_Wish):
    application: str = ""
    version: str = ""
    stack: str = ""
    endpoint: str = ""
    device: str = ""
    reason: str = ""
    since: float = 0.0
    replayable: bool = False
    limit: int = Field(default=50, ge=1, le=1000)


class ReplayWish(_Wish):
    """`against`: another version. `faults`: how calls fail this time, by their number in the recording."""

    against: str = ""
    faults: dict[int, str] = Field(default_factory=dict)


class FailureWish(_Wish):
    against: str = ""
    kinds: list[str] = Field(default_factory=list)


class CompareWish(_Wish):
    """`version` served them; empty: the one with the newest recording. The last `seconds`."""

    against: str
    version: str = ""
    stack: str = "prod"
    seconds: float = Field(default=3600.0, gt=0)
    endpoint: str = ""
    limit: int = Field(default=100, ge=1, le=1000)


class AcceptWish(_Wish):
    endpoint: str = Field(max_length=400)
    place: str = Field(max_length=400)
    kind: str
    why: str = Field(default="", max_length=1000)


class ShadowWish(_Wish):
    """`share` of the recorded requests, for so many `seconds`. `live`: what has no effect is asked anew."""

    version: str
    stack: str = "prod"
    share: float = Field(default=1.0, gt=0, le=1)
    seconds: float = Field(default=3600.0, gt=0, le=604_800)
    live: bool = False


class ShellWish(_Wish):
    rows: int = Field(default=24, ge=1, le=1000)
    columns: int = Field(default=80, ge=1, le=1000)
    terminal: str = Field(default="dumb", max_length=40)


@dataclass(frozen=True, slots=True)
class ShellView:
    """The name by which it is read and written; nobody else is told."""

    shell: str


class ProfileWish(_Wish):
    seconds: int = Field(20, ge=1, le=LONGEST)


class MemoryWish(_Wish):
    """`apart`: seconds between two looks, 0 for one."""

    apart: int = Field(0, ge=0, le=LONGEST)


class FeedbackWish(_Wish):
    text: str
    page: str = ""


class DevelopmentWish(_Wish):
    """What a manifest says that is being worked on."""

    team: str = Field(max_length=40)
    services: list[str] = Field(default_factory=list, max_length=500)


class TryWish(_Wish):
    stack: str
    path: str
    method: str = "GET"
    line: str = ""
    headers: dict[str, str] = {}
    cookie: str = ""
    body: str = ""


@dataclass(frozen=True, slots=True)
class NewToken:
    token: str
    id: str
    name: str
    role: str
    team: str
    expires_at: float


@dataclass(frozen=True, slots=True)
class LoginView:
    """`path` on the control API's own address; it works once."""

    path: str
    expires_at: float


@dataclass(frozen=True, slots=True)
class SessionView:
    """`change` is the word that a page sends with each change, as the header `stagedoor-change`."""

    name: str
    role: str
    team: str
    expires_at: float
    change: str


@dataclass(frozen=True, slots=True)
class ValueView:
    """`value` is null for a secret. `operations` are the releases that a change began."""

    name: str
    stack: str
    secret: bool
    number: int
    value: Any
    set_by: str
    set_at: float
    operations: list[Operation]


@dataclass(frozen=True, slots=True)
class KeyView:
    secrets: int


@dataclass(frozen=True, slots=True)
class FeedbackView:
    id: int
    at: float
    by: str
    page: str
    text: str


@dataclass(frozen=True, slots=True)
class TryView:
    """What came back. `cut`: the body was longer than what is shown."""

    status: int
    headers: list[list[str]]
    body: str
    cut: bool
    seconds: float


@dataclass(frozen=True, slots=True)
class TestResult:
    passed: bool
    summary: str
    output: str
    seconds: float


@dataclass(frozen=True, slots=True)
class VersionView:
    """`start` says in words what its first start took, and which imports took it."""

    application: str
    number: str
    digest: str
    python: str
    published_by: str
    published_at: float
    tests: str
    start_seconds: float
    start: str
    memory_bytes: int
    preview: str
    released: list[str] = field(default_factory=list)
    endpoints: list[dict[str, str]] = field(default_factory=list)
    services: list[str] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class ReleaseView:
    application: str
    major: int
    stack: str
    number: int
    version: str
    made_by: str
    made_at: float
    cause: str
    restores: int
    config: dict[str, Any]
    routes: list[dict[str, Any]]
    values: dict[str, int]
    secrets: dict[str, int]


@dataclass
class SavedService:
    """A service as the catalogue holds it now. `number` counts its changes."""

    name: str
    team: str
    urls: list[str]
    addresses: list[str]
    methods: list[str]
    off: list[str]
    number: int


@dataclass
class CatalogueAnswer:
    """`services` is what the runtime reads, `hosts` names inside containers, `signatures` what stubs are made of."""

    hosts: str
    services: dict[str, Any]
    signatures: dict[str, list[Method]]


@dataclass
class Stubs:
    """Two files for a script's folder. `services` counts methods by service; `missing` are not in the catalogue."""

    stub: str
    description: str
    services: dict[str, int]
    missing: list[str]

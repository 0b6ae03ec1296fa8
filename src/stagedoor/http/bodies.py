"""Bodies of requests and answers of the control API that are no noun of the model."""

from dataclasses import dataclass, field
from typing import Any

from pydantic import BaseModel, ConfigDict


class _Wish(BaseModel):
    model_config = ConfigDict(extra="forbid")


class ReleaseWish(_Wish):
    version: str
    stack: str
    default: bool = False


class RollbackWish(_Wish):
    stack: str
    line: int | None = None
    to: int = 0


class ServiceWish(_Wish):
    url: str


class TokenWish(_Wish):
    name: str
    role: str
    team: str = ""


@dataclass(frozen=True, slots=True)
class TokenView:
    token: str
    name: str
    role: str
    team: str


@dataclass(frozen=True, slots=True)
class TestResult:
    passed: bool
    summary: str
    output: str
    seconds: float


@dataclass(frozen=True, slots=True)
class VersionView:
    application: str
    number: str
    digest: str
    python: str
    published_by: str
    published_at: float
    tests: str
    start_seconds: float
    memory_bytes: int
    preview: str
    released: list[str] = field(default_factory=list)
    endpoints: list[dict[str, str]] = field(default_factory=list)


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

"""`stagedoor.toml`: what an application says about itself. Two lines are enough; every key has a default and a help."""

import dataclasses
import re
import tomllib
from dataclasses import dataclass
from typing import Any

from stagedoor.model import grant
from stagedoor.model.errors import Invalid
from stagedoor.model.names import check_name
from stagedoor.model.pipeline import Pipeline
from stagedoor.model.rollout import Strategy
from stagedoor.model.route import RouteRule
from stagedoor.model.scaling import Scaling
from stagedoor.model.sections import example, read, required, section, sections, setting
from stagedoor.model.version import Number

FILE = "stagedoor.toml"

_PYTHON = re.compile(r"3\.\d{1,2}")
_MODULE = re.compile(r"[A-Za-z_]\w*(\.[A-Za-z_]\w*)*")
_LEAST_MEMORY = 32_000_000
_MOST_FILES = 4096  # No platform can raise it on every machine.


@dataclass(frozen=True, slots=True)
class Resources:
    memory: int = setting("256MB", "memory of one instance; above it the instance is ended", "size")
    cpu: float = setting(1.0, "cores one instance may use", "number")
    processes: int = setting(64, "processes and threads of one instance", "count")
    files: int = setting(1024, "open files and connections of one of its processes", "count")
    tmp: int = setting("64MB", "size of /tmp, which counts as memory", "size")


@dataclass(frozen=True, slots=True)
class Limits:
    body: int = setting("10MB", "largest body of a request", "size")
    request: float = setting("15s", "longest time for one answer", "time")
    answer: int = setting("50MB", "largest answer, streams included", "size")
    start: float = setting("5s", "start-up budget: a version that takes longer is refused at publish", "time")
    warmup: float = setting("20s", "longest time for a warm-up at any later start", "time")
    hang: float = setting("10s", "time without an answer to the probe after which an instance is replaced", "time")
    drain: float = setting("10s", "time a stopping instance has to finish its answers", "time")
    log: int = setting("1MB", "what it may print in a second; more is dropped, and counted", "size")


@dataclass(frozen=True, slots=True)
class Checks:
    path: str = setting(
        "", "a path that must answer below 500 before a version takes traffic; empty: the runtime's own"
    )
    tests: str = setting("tests", "folder of tests, run with pytest in the sandbox before a version exists")
    timeout: float = setting("60s", "longest time for all tests", "time")


@dataclass(frozen=True, slots=True)
class Telemetry:
    personal: tuple[str, ...] = setting((), "parameters of calls and fields of log lines that are crossed out", "texts")


@dataclass(frozen=True, slots=True)
class Objective:
    good: float = setting(
        99.9, "per cent of an endpoint's answers that must be good; alerts say how fast it is missed", "number"
    )


@dataclass(frozen=True, slots=True)
class Manifest:
    """The manifest of one version. Sizes in bytes, times in seconds once read."""

    name: str = required("name of the application: its address at the edge", "my-script")
    team: str = required("team that owns it", "my-team")
    repository: str = setting("", "address of the source repository")
    version: str = setting("", "number of this version; empty: the deploy counts up", shown="")
    python: str = setting("", "version of Python, as in 3.11; empty: the platform's")
    entry: str = setting("main", "module with the endpoints")
    app: str = setting("", 'an ASGI application instead of endpoints, as in "main:app"')
    prefixed: bool = setting(True, "ASGI: paths include the address, given as root_path; false: only the rest", "flag")
    services: tuple[str, ...] = setting((), "what it may call: a service, or one method as in discovery.rows", "texts")
    resources: Resources = section(Resources, "What one instance may use")
    scaling: Scaling = section(Scaling, "How many instances")
    limits: Limits = section(Limits, "What one request may take")
    checks: Checks = section(Checks, "What must be true before a version takes traffic")
    pipeline: Pipeline = section(Pipeline, "What a version goes through on its way to prod")
    strategy: Strategy = section(Strategy, "How traffic moves to a new version in prod")
    telemetry: Telemetry = section(Telemetry, "What is recorded")
    objective: Objective = section(Objective, "What its devices can count on")
    config: dict[str, Any] = setting({}, "Values the script reads as `config[...]`", "table")
    routes: tuple[RouteRule, ...] = sections(
        RouteRule, "Requests that come here beside those to the name's own address"
    )


def parse(text: str) -> Manifest:
    """The manifest in `text`. Raises Invalid with the key, the value and what is allowed."""
    return build(load(text))


def load(text: str) -> dict[str, Any]:
    """The manifest as the tables it is written in: what is stored of a version."""
    try:
        return tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise Invalid(f"{FILE} is not TOML: {error}") from None


def build(table: dict[str, Any]) -> Manifest:
    """The manifest of stored tables. Raises Invalid."""
    manifest = read(Manifest, table, FILE)
    _check(manifest)
    return manifest


def _check(manifest: Manifest) -> None:
    check_name("an application", manifest.name)
    check_name("a team", manifest.team)
    grant.check(manifest.services)
    for rule in manifest.routes:
        rule.check()
    manifest.strategy.check()
    manifest.pipeline.check()
    if manifest.version:
        Number.parse(manifest.version)
    for key, value, holds, allowed in (*_rules(manifest), *_above_zero(manifest)):
        if not holds:
            raise Invalid(f"{FILE}: {key} = {value!r} is not allowed", hint=f"it is {allowed}", key=key)


def _rules(manifest: Manifest) -> tuple[tuple[str, Any, Any, str], ...]:
    """(key, value, whether it holds, what is allowed)."""
    scaling, resources = manifest.scaling, manifest.resources
    return (
        ("python", manifest.python, not manifest.python or _PYTHON.fullmatch(manifest.python), "a version as in 3.11"),
        ("entry", manifest.entry, _MODULE.fullmatch(manifest.entry), "a module as in main"),
        ("scaling.max", scaling.max, scaling.max >= 1, "1 or more"),
        ("scaling.max", scaling.max, scaling.max >= scaling.min, "scaling.min or more"),
        ("resources.memory", resources.memory, resources.memory >= _LEAST_MEMORY, "32MB or more"),
        ("resources.processes", resources.processes, resources.processes >= 8, "8 or more"),
        ("resources.files", resources.files, 64 <= resources.files <= _MOST_FILES, f"64 to {_MOST_FILES}"),
        ("objective.good", manifest.objective.good, 50 <= manifest.objective.good < 100, "50 or more, below 100"),
        ("limits.answer", manifest.limits.answer, manifest.limits.answer >= 1000, "1KB or more"),
        ("checks.path", manifest.checks.path, manifest.checks.path[:1] in ("", "/"), "a path that begins with /"),
    )


def _above_zero(manifest: Manifest) -> list[tuple[str, Any, Any, str]]:
    """A limit of nothing is a mistake, not a limit."""
    keys = [("scaling", name) for name in ("concurrency", "idle")]
    keys += [("resources", "tmp"), ("checks", "timeout")]
    keys += [("limits", field.name) for field in dataclasses.fields(Limits)]
    found = [(f"{part}.{name}", getattr(getattr(manifest, part), name)) for part, name in keys]
    return [(key, value, value > 0, "above 0") for key, value in found]


def annotated() -> str:
    """The manifest with every key, its default and its help."""
    return example(Manifest)

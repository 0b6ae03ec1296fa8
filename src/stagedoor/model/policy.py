"""What a service's owner allows: a file of tables (`stagedoor service policy`), every key with a default.

What contradicts itself is refused here, so that egress never has to choose between two truths.
"""

import json
import re
from dataclasses import dataclass, field, replace
from typing import Any

from stagedoor.model.errors import Invalid
from stagedoor.model.method import Method
from stagedoor.model.names import check_name, suggest
from stagedoor.model.sections import example, read, section, sections, setting
from stagedoor.model.version import Number

FILE = "policies"
_HOST = re.compile(r"[A-Za-z0-9._-]{1,250}(:\d{1,5})?")
_PATH = re.compile(r"/[A-Za-z0-9_.~/?=&%,:@-]{0,200}")
CRITICALITIES = ("low", "normal", "high", "critical")
_MOST_RETRIES = 5
_MOST = 1_000_000
DEFAULT_TIMEOUT = 5


@dataclass(frozen=True, slots=True)
class MethodPolicy:
    timeout: float = setting(f"{DEFAULT_TIMEOUT}s", "longest wait for an answer", "time")
    retries: int = setting(0, "further attempts; only of what may be asked twice", "count")
    safe: str = setting("", "yes or no: whether it has no effect; empty: as its HTTP method says")
    personal: bool = setting(True, "answers are for one member: nothing of them is shared", "flag")
    cache: bool = setting(True, "answers that are not personal are kept as their headers allow", "flag")
    rate: int = setting(0, "calls a second of all callers together; 0: no limit", "count")
    in_flight: int = setting(0, "calls under way of all callers together; 0: no limit", "count")
    caller_rate: int = setting(0, "calls a second of one application's version; 0: no limit", "count")
    caller_in_flight: int = setting(0, "calls under way of one application's version; 0: no limit", "count")
    adaptive: bool = setting(True, "measured latency sets a limit on the calls under way", "flag")
    breaker: bool = setting(True, "stop calling while most calls fail", "flag")
    criticality: str = setting("normal", "low, normal, high or critical: what goes last when the service is short")
    fallback: str = setting("", "JSON that stands in for a failed answer; empty: none")


@dataclass(frozen=True, slots=True)
class Caller:
    """A rule for one application, above the method's own for callers."""

    application: str = setting("", "whom it is for")
    version: str = setting("", "one version of it; empty: each")
    method: str = setting("", "for which method; empty: each")
    rate: int = setting(0, "calls a second; 0: no limit", "count")
    in_flight: int = setting(0, "calls under way; 0: no limit", "count")


@dataclass(frozen=True, slots=True)
class Policy:
    """`methods` holds every method of the service, those without a table of their own by the defaults."""

    host: str = setting("", "what the Host field says; empty: the first address")
    health: str = setting("", "path that answers below 500 while an endpoint is well; empty: / where there are several")
    in_flight: int = setting(0, "calls under way at the whole service; 0: no limit", "count")
    eject: int = setting(10, "errors in a row after which one of several endpoints is taken out; 0: never", "count")
    defaults: MethodPolicy = section(MethodPolicy, "For methods that have no table of their own")
    methods: dict[str, MethodPolicy] = field(default_factory=dict, metadata={"help": "", "kind": "hidden"})
    callers: tuple[Caller, ...] = sections(Caller, "Limits for one application")

    def of(self, method: str) -> MethodPolicy:
        return self.methods.get(method, self.defaults)


def build(tables: dict[str, Any], methods: tuple[Method, ...]) -> Policy:
    """The policy in `tables`, for a service with these methods. Raises Invalid: the key, and what it contradicts."""
    own = _own_tables(tables.get("methods", {}), methods)
    policy = read(Policy, {key: value for key, value in tables.items() if key != "methods"}, FILE)
    known = {one.name: one for one in methods}
    defaults = tables.get("defaults", {})
    found = {name: read(MethodPolicy, {**defaults, **own.get(name, {})}, FILE, f"methods.{name}") for name in known}
    _check(policy)
    _check_method("defaults", policy.defaults, None, defaults)
    for name, one in found.items():
        _check_method(f"methods.{name}", one, known[name], own.get(name, {}))
        _check_within(f"methods.{name}.in_flight", one.in_flight, "in_flight", policy.in_flight)
    for number, caller in enumerate(policy.callers):
        _check_caller(f"callers[{number}]", caller, known)
    return replace(policy, methods=found)


def _own_tables(own: Any, methods: tuple[Method, ...]) -> dict[str, dict[str, Any]]:
    known = [one.name for one in methods]
    if not isinstance(own, dict) or not all(isinstance(one, dict) for one in own.values()):
        raise Invalid(f"{FILE}: methods is not allowed", hint="it is tables, as in [methods.rows]", key="methods")
    for name in own:
        if not methods:
            raise Invalid(f"{FILE}: methods.{name} needs a description of the service", hint="give --openapi as well")
        if name not in known:
            hint = suggest(name, known)
            raise Invalid(f"{FILE}: the service has no method {name!r}", hint=hint, key=f"methods.{name}")
    return own


def _refuse(key: str, value: Any, why: str) -> Invalid:
    return Invalid(f"{FILE}: {key} = {value!r} contradicts itself: {why}", key=key)


def _check(policy: Policy) -> None:
    if policy.health and not policy.health.startswith("/"):
        raise Invalid(f"{FILE}: health = {policy.health!r} is not allowed", hint="it is a path that begins with /")
    if policy.host and not _HOST.fullmatch(policy.host):
        raise Invalid(f"{FILE}: host = {policy.host!r} is not allowed", hint="it is a name, with a port or without")
    if policy.health and not _PATH.fullmatch(policy.health):
        raise Invalid(f"{FILE}: health = {policy.health!r} is not allowed", hint="it is a plain path")


def _check_method(key: str, one: MethodPolicy, method: Method | None, own: dict[str, Any]) -> None:
    for name, value, holds, allowed in _rules(one):
        if not holds:
            raise Invalid(f"{FILE}: {key}.{name} = {value!r} is not allowed", hint=f"it is {allowed}", key=key)
    _check_within(f"{key}.caller_rate", one.caller_rate, f"{key}.rate", one.rate)
    _check_within(f"{key}.caller_in_flight", one.caller_in_flight, f"{key}.in_flight", one.in_flight)
    if method is not None and one.retries and not repeatable(one, method):
        why = f'{method.verb} may have its effect twice; say safe = "yes" if it has none'
        raise _refuse(f"{key}.retries", one.retries, why)
    if method is not None and own.get("personal") is False and not safe(one, method):
        raise _refuse(f"{key}.personal", False, f"a {method.verb} with an effect is nobody's to share")
    _check_fallback(f"{key}.fallback", one.fallback)


def _rules(one: MethodPolicy) -> list[tuple[str, Any, bool, str]]:
    """(key, value, whether it holds, what is allowed)."""
    limits = [(name, getattr(one, name)) for name in ("rate", "in_flight", "caller_rate", "caller_in_flight")]
    return [
        ("criticality", one.criticality, one.criticality in CRITICALITIES, f"one of {', '.join(CRITICALITIES)}"),
        ("safe", one.safe, one.safe in ("", "yes", "no"), "yes or no"),
        ("timeout", one.timeout, 0 < one.timeout <= 3600, "above 0 and at most 1h"),
        ("retries", one.retries, one.retries <= _MOST_RETRIES, f"at most {_MOST_RETRIES}"),
        *((name, value, value <= _MOST, f"at most {_MOST}") for name, value in limits),
    ]


def _check_fallback(key: str, text: str) -> None:
    try:
        json.loads(text or "{}", parse_constant=_no_number)
    except ValueError as error:
        raise Invalid(f"{FILE}: {key} is not JSON: {error}", hint="as in '{\"rows\": []}'", key=key) from None


def _check_within(key: str, value: int, above: str, limit: int) -> None:
    if limit and value > limit:
        raise _refuse(key, value, f"{above} = {limit} is less")


def _check_caller(key: str, one: Caller, known: dict[str, Method]) -> None:
    if not one.application:
        raise Invalid(f"{FILE}: {key}.application is missing", hint="name the application that it is for")
    check_name("an application", one.application)
    if one.version:
        Number.parse(one.version)
    if one.method and one.method not in (known or ("any",)):
        raise Invalid(f"{FILE}: the service has no method {one.method!r}", hint=suggest(one.method, list(known)))
    if not one.rate and not one.in_flight:
        raise Invalid(f"{FILE}: {key} limits nothing", hint="give rate or in_flight")


def _no_number(text: str) -> None:
    raise ValueError(f"{text} is no number of JSON")


def safe(one: MethodPolicy, method: Method) -> bool:
    """Whether a call has no effect."""
    return one.safe == "yes" if one.safe else method.reads


def repeatable(one: MethodPolicy, method: Method) -> bool:
    """Whether a call may be made again."""
    return safe(one, method) or (method.repeatable and one.safe != "no")


def annotated() -> str:
    """The file with every key, its default and its help."""
    return example(Policy) + '\n# One method, above the defaults\n[methods.rows]\ntimeout = "300ms"\n'

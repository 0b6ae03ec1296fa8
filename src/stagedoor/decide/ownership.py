"""Whose a host, a path or a name is: the first team's that has it. A rule of another team never beats it.

Pure. Two rules conflict when one request could match both and the new one would take it, or when both stand at the same
host (or at none) and one path lies below the other: its cookies and its users are the owner's. Rules that name neither
host nor path own nothing, so they keep nobody from naming something.
"""

import posixpath
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from urllib.parse import unquote

from stagedoor.model.route import RouteRule


@dataclass(frozen=True, slots=True)
class Claim:
    """What an application has: the address of its name, and the rules of its releases, in any stack."""

    application: str
    team: str
    rules: tuple[RouteRule, ...] = ()


@dataclass(frozen=True, slots=True)
class Taken:
    """Why a claim cannot be: what is wanted, whose it is, and in words."""

    wanted: str
    team: str
    application: str
    reason: str


def decide(wanted: Claim, claims: Sequence[Claim], *, is_new: bool) -> Taken | None:
    """Returns what stands in the way of a claim, or None. `is_new`: the address of its name takes traffic for the
    first time. `wanted.rules` are those that are new; what an application has already stays its own.
    """
    others = [claim for claim in claims if claim.team != wanted.team]
    if is_new and (taken := _taken_name(wanted.application, others)):
        return taken
    return next((taken for rule in wanted.rules for claim in others if (taken := _taken(rule, claim))), None)


def _taken_name(application: str, others: Iterable[Claim]) -> Taken | None:
    """Addresses come before rules, so a name takes what a rule has at its path, whatever the rule's host."""
    for claim in others:
        for rule in claim.rules:
            if first_segment(rule.path) == application:
                reason = f"it would take what leads to {claim.application} by its rule for {describe(rule)}"
                return Taken(f"the address /{application}", claim.team, claim.application, reason)
    return None


def _taken(rule: RouteRule, claim: Claim) -> Taken | None:
    wanted = f"the rule for {describe(rule)}"
    if first_segment(rule.path) == claim.application:
        return Taken(wanted, claim.team, claim.application, f"/{claim.application} is the address of that application")
    if rule.path and not rule.host and normalize(rule.path) == "/":
        reason = "a rule for / without a host would take what belongs to other teams"
        return Taken(wanted, claim.team, claim.application, reason)
    for other in claim.rules:
        if conflict(rule, other):
            reason = f"its application {claim.application} has {describe(other)}"
            return Taken(wanted, claim.team, claim.application, reason)
    return None


def conflict(new: RouteRule, old: RouteRule) -> bool:
    """Whether a new rule may not stand beside one of another team."""
    new_host, old_host = _host(new), _host(old)
    if new_host and old_host and new_host != old_host:
        return False
    if new.device and old.device and new.device != old.device:
        return False
    if not _are_nested(normalize(new.path), normalize(old.path)):
        return False
    if _names_nothing(old) and not _names_nothing(new):
        return False
    # One with a host, one with none: of those that match both, the edge takes the one with more conditions.
    return new_host == old_host or new.weight >= old.weight


def normalize(path: str) -> str:
    """Returns a path as a server that is generous would read it: without escapes, dot segments and double slashes."""
    plain = posixpath.normpath("/" + unquote(path).replace("\\", "/").lstrip("/"))
    return plain.lower()


def first_segment(path: str) -> str:
    return normalize(path).split("/")[1] if path else ""


def describe(rule: RouteRule) -> str:
    parts = [("host", rule.host), ("path", rule.path), ("method", rule.method), ("device", rule.device)]
    words = [f"{name} {value}" for name, value in parts if value]
    return ", ".join([*words, *(f"header {name}" for name in rule.header)])


def _host(rule: RouteRule) -> str:
    return rule.host.lower().rstrip(".")


def _names_nothing(rule: RouteRule) -> bool:
    return not rule.host and normalize(rule.path) == "/"


def _are_nested(left: str, right: str) -> bool:
    """Whether one path is the other, or lies below it."""
    shorter, longer = sorted((left, right), key=len)
    return shorter in (longer, "/") or longer.startswith(f"{shorter}/")

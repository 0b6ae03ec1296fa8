"""Whether a call may be made that does not come from an instance: by the same rules as the egress has for scripts.

Pure. The egress counts the calls of instances; what is counted here are the calls that control makes for people.
"""

from dataclasses import dataclass

from stagedoor.model import odd
from stagedoor.model.method import find
from stagedoor.model.policy import MethodPolicy
from stagedoor.model.refusal import OF_CALLS, Refusal
from stagedoor.model.service import ANY, Service

Grants = dict[str, tuple[str, ...] | None]

REFUSALS = {"grant": Refusal(403, "no_grant", "no manifest of the application names this under services"), **OF_CALLS}


@dataclass(frozen=True, slots=True)
class Observed:
    """Calls of a method in this second and under way, of all and of one application. `limit`: 0 for none."""

    calls: int = 0
    in_flight: int = 0
    caller_calls: int = 0
    caller_in_flight: int = 0
    limit: int = 0
    is_open: bool = False


def find_method(service: Service, granted: Grants, verb: str, path: str) -> tuple[str, str]:
    """Returns (name of the method, why it may not be called or an empty text)."""
    if service.name not in granted:
        return "", "grant"
    if odd.is_odd_path(path):
        return "", "target"
    method = find(service.methods, verb, path)
    if service.methods and method is None:
        return "", "method"
    name = method.name if method else ANY
    names = granted[service.name]
    if names is not None and name not in names:
        return name, "grant"
    return name, "off" if name in service.off else ""


def decide(service: Service, name: str, application: str, observed: Observed) -> str:
    """Returns why a call may not be made at this moment, or an empty text."""
    policy = service.policy.of(name)
    caller_rate, caller_in_flight = _caller_limits(service, name, application, policy)
    limits = (
        ("breaker", policy.breaker and observed.is_open),
        ("rate", _is_over(observed.calls, policy.rate)),
        ("caller_rate", _is_over(observed.caller_calls, caller_rate)),
        ("in_flight", _is_over(observed.in_flight, policy.in_flight)),
        ("in_flight", policy.adaptive and _is_over(observed.in_flight, observed.limit)),
        ("caller_in_flight", _is_over(observed.caller_in_flight, caller_in_flight)),
    )
    return next((reason for reason, is_over in limits if is_over), "")


def _caller_limits(service: Service, name: str, application: str, policy: MethodPolicy) -> tuple[int, int]:
    """A rule for the application stands above the method's own for callers."""
    for caller in service.policy.callers:
        if caller.application == application and not caller.version and caller.method in ("", name):
            return caller.rate, caller.in_flight
    return policy.caller_rate, policy.caller_in_flight


def _is_over(count: int, limit: int) -> bool:
    return limit > 0 and count >= limit

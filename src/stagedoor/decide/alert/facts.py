"""Rules that need no statistics: each states a fact that somebody should know."""

from collections import defaultdict
from collections.abc import Iterable, Mapping

from stagedoor.decide.alert.verdict import BREAKER, CERTIFICATE, CRASH_LOOP, MEMORY, Subject, Verdict
from stagedoor.decide.leak import Forecast
from stagedoor.model.instance import End, Instance
from stagedoor.model.quantity import say_time

RULES = (CRASH_LOOP, MEMORY, BREAKER, CERTIFICATE)
_WINDOW, _DEATHS = 300.0, 3
_AHEAD = 1800.0  # Seconds before its memory is full.
_LEAST_SHARE = 0.5  # Of its limit that an instance must use before a forecast wakes anybody.
_EXPIRY = 14 * 86400.0


def crash_loops(now: float, ends: Iterable[End]) -> list[Verdict]:
    """Deployments of which several instances died within five minutes."""
    deaths: dict[tuple[str, str, str], list[End]] = defaultdict(list)
    for end in ends:
        if end.unwanted and now - end.at < _WINDOW:
            deaths[end.application, end.stack, end.version].append(end)
    return [
        Verdict(
            Subject(CRASH_LOOP, application, stack, ""), version,
            f"{len(found)} instances died within {say_time(_WINDOW)}, the last one of: {found[-1].cause}",
            {"deaths": len(found), "instances": [one.instance for one in found[-5:]]},
        )
        for (application, stack, version), found in sorted(deaths.items())
        if len(found) >= _DEATHS
    ]  # fmt: skip


def memory(instances: Iterable[tuple[Instance, int, int, Forecast]]) -> list[Verdict]:
    """`instances` with the bytes that each uses, its limit in bytes, and the forecast. One verdict for a version."""
    worst: dict[Subject, tuple[float, Verdict]] = {}
    for one, used, limit, forecast in instances:
        left = forecast.seconds
        if left is None or left > _AHEAD or used < limit * _LEAST_SHARE:
            continue
        subject = Subject(MEMORY, one.application, one.stack, "")
        figures = {"instance": one.id, "seconds_left": left, "bytes": used, "limit_bytes": limit}
        verdict = Verdict(subject, one.version, f"instance {one.id}: {forecast.reason}", figures)
        if subject not in worst or left < worst[subject][0]:
            worst[subject] = (left, verdict)
    return [verdict for _, verdict in worst.values()]


def breakers(opened: Mapping[str, str]) -> list[Verdict]:
    """`opened`: reasons of open breakers by `service/method`."""
    return [
        Verdict(Subject(BREAKER, "", "", key.replace("/", ".")), "", f"the breaker is open: {reason}")
        for key, reason in sorted(opened.items())
    ]


def certificates(now: float, expiries: Mapping[str, float]) -> list[Verdict]:
    """`expiries`: seconds since the epoch, by what shows the certificate."""
    found = []
    for name, at in sorted(expiries.items()):
        if at - now < _EXPIRY:
            days = (at - now) / 86400
            reason = f"it ends in {days:.1f} days" if days > 0 else f"it ended {-days:.1f} days ago"
            found.append(Verdict(Subject(CERTIFICATE, "", "", name), "", reason, {"expires_at": at}))
    return found

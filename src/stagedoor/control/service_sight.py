"""What is shown of services and calls: the catalogue with figures, callers, limits moving, and what would degrade."""

import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from typing import Any

from stagedoor.control import catalogue
from stagedoor.control.platform import Platform
from stagedoor.model import policy, template
from stagedoor.model.fault import Fault
from stagedoor.model.service import Service
from stagedoor.model.service_views import (
    CallerView,
    Dependent,
    EndpointFanout,
    EndpointView,
    FanoutView,
    Figures,
    Governing,
    MethodView,
    ServiceDetail,
    ServiceView,
)
from stagedoor.model.sketch import quantile
from stagedoor.model.version import Version

Cell = dict[str, Any]


async def listed(platform: Platform, seconds: int) -> list[ServiceView]:
    """All services with the figures of a window."""
    cells = await platform.records.calls(seconds) or []
    down = _down(await platform.live.endpoints())
    return [_view(platform, one, cells, seconds, down) for one in await platform.store.services()]


def _down(told: dict[str, list[tuple[str, str, str]]]) -> Counter[str]:
    """How many endpoints fail their checks, by backend."""
    return Counter({backend: sum(state == "down" for _, state, _ in those) for backend, those in told.items()})


async def detail(platform: Platform, name: str, seconds: int) -> ServiceDetail:
    """Raises Missing."""
    service = await catalogue.get(platform, name)
    cells = [one for one in await platform.records.calls(seconds) or [] if one["service"] == name]
    now = platform.clock()
    series = await platform.records.series(name) or []
    told = await platform.live.endpoints()
    keys = {method: f"{name}/{method}" for method in service.method_names}
    limits = {method: list(platform.governor.of(key).series) for method, key in keys.items()}
    return ServiceDetail(
        _view(platform, service, cells, seconds, _down(told)), _endpoints(service, told),
        [_method(platform, service, method, cells, seconds) for method in service.method_names],
        _callers(cells, seconds), _held(service, now), service.policies, service.credential_field,
        [(float(at), calls, errors, refused) for at, calls, errors, refused in series],
        {method: points for method, points in limits.items() if any(value for _, value in points)},
    )  # fmt: skip


def _held(service: Service, now: float) -> tuple[Fault, ...]:
    return tuple(one for one in service.faults if one.until > now)


def _view(platform: Platform, one: Service, cells: Sequence[Cell], seconds: int, down: Counter[str]) -> ServiceView:
    own = [cell for cell in cells if cell["service"] == one.name]
    governing = platform.governor.of(one.name).view(adaptive=True)
    opened = [method for method in one.method_names if platform.governor.of(f"{one.name}/{method}").breaker.is_open]
    if opened:
        governing = Governing(governing.limit, "open", f"open: {', '.join(opened)}", governing.in_flight)
    return ServiceView(
        one.name, one.team, one.urls, bool(one.methods), len(one.methods), tuple(sorted(one.off)),
        len(_held(one, platform.clock())), down[one.backend], figures(own, seconds), governing,
    )  # fmt: skip


def _method(platform: Platform, service: Service, name: str, cells: Sequence[Cell], seconds: int) -> MethodView:
    method, own = service.method(name), service.policy.of(name)
    governing = platform.governor.of(f"{service.name}/{name}").view(adaptive=own.adaptive)
    return MethodView(
        name, method.verb if method else "", method.path if method else "", method.summary if method else "",
        method.parameters if method else (), own, policy.safe(own, method) if method else False,
        service.off.get(name), figures([one for one in cells if one["method"] == name], seconds), governing,
    )  # fmt: skip


def _endpoints(service: Service, told: dict[str, list[tuple[str, str, str]]]) -> list[EndpointView]:
    known = {address: (state, reason) for address, state, reason in told.get(service.backend, [])}
    return [EndpointView(one, *known.get(one, ("not there yet", ""))) for one in service.addresses]


def _callers(cells: Iterable[Cell], seconds: int) -> list[CallerView]:
    found: dict[tuple[str, str], list[Cell]] = defaultdict(list)
    for one in cells:
        found[one["caller"], one["stack"]].append(one)
    listed = [
        CallerView(label.partition("@")[0], label.partition("@")[2], stack, figures(those, seconds))
        for (label, stack), those in found.items()
    ]
    return sorted(listed, key=lambda one: -one.figures.calls)


def figures(cells: Sequence[Cell], seconds: float) -> Figures:
    """Of several cells together: counts add up, and so do the buckets that quantiles are read from."""
    refused: Counter[str] = Counter()
    latencies: Counter[int] = Counter()
    for one in cells:
        refused.update(one["refused"])
        latencies.update({int(at): count for at, count in one["latencies"].items()})
    counts = ("calls", "errors", "retries", "faults", "bytes_in", "bytes_out")
    total = {name: sum(one[name] for one in cells) for name in counts}
    return Figures(
        rate=total["calls"] / seconds, refused=dict(refused),
        p50=quantile(latencies, 0.5), p90=quantile(latencies, 0.9), p99=quantile(latencies, 0.99), **total,
    )  # fmt: skip


# What endpoints ask for


async def fanout(platform: Platform, application: str, seconds: int) -> FanoutView:
    """Raises nothing: an application that was not asked anything has no endpoints here."""
    versions = await platform.store.versions(application)
    everything = await platform.records.fanout(seconds) or []
    told = [one for one in everything if one["label"].partition("@")[0] == application]
    grouped = _by_endpoint(told, versions)
    all_calls = sum(sum(one["names"].values()) for those in grouped.values() for one in those) or 1
    endpoints = [_endpoint(name, those, all_calls) for name, those in grouped.items()]
    return FanoutView(application, float(seconds), sorted(endpoints, key=lambda one: -one.cost_share))


def _by_endpoint(told: Iterable[Cell], versions: Sequence[Version]) -> dict[str, list[Cell]]:
    patterns = _patterns(versions)
    found: dict[str, list[Cell]] = defaultdict(list)
    for one in told:
        found[_name(one["endpoint"], patterns)].append(one)
    return found


def _patterns(versions: Sequence[Version]) -> list[tuple[re.Pattern[str], str]]:
    """What the versions say they answer, newest first."""
    found: dict[str, re.Pattern[str]] = {}
    for version in reversed(versions):
        for one in version.endpoints:
            regex = re.compile(f"{one['method']} {template.pattern(one['path'])}")
            found.setdefault(f"{one['method']} {one['path']}", regex)
    return [(regex, name) for name, regex in found.items()]


def _name(endpoint: str, patterns: Sequence[tuple[re.Pattern[str], str]]) -> str:
    """The script's own name of an endpoint: without the address that it is mounted at."""
    verb, _, path = endpoint.partition(" ")
    parts = path.split("/")
    for first in (2, 3, 4, 1):  # /tv-home/..., /tv-home/v5/..., /-/preview/..., a route of its own
        asked = f"{verb} /{'/'.join(parts[first:])}"
        for regex, name in patterns:
            if regex.fullmatch(asked):
                return name
    return endpoint


def _endpoint(name: str, those: Sequence[Cell], all_calls: int) -> EndpointFanout:
    requests = sum(one["requests"] for one in those) or 1
    names: Counter[str] = Counter()
    for one in those:
        names.update(one["names"])

    def mean(key: str, unit: float = 1.0) -> float:
        return float(sum(one[key] for one in those)) / requests / unit

    return EndpointFanout(
        name, requests, sum(names.values()) / requests, {key: count / requests for key, count in names.most_common(50)},
        mean("duplicates"), mean("serial", 1e6), mean("took", 1e6), max(one["chain"] for one in those),
        mean("received"), sum(names.values()) / all_calls, mean("degraded"),
    )  # fmt: skip


async def dependents(platform: Platform, name: str, method: str, seconds: int) -> list[Dependent]:
    """From real traffic: which endpoints call a method, and what is known of how they do without it. Raises Missing."""
    service = await catalogue.get(platform, name)
    own = service.policy.of(method)
    key = f"{name}.{method}"
    told = [one for one in await platform.records.fanout(seconds) or [] if key in one["asking"]]
    found = []
    for one in told:
        application, _, version = one["label"].partition("@")
        patterns = _patterns(await platform.store.versions(application))
        found.append(
            Dependent(
                application,
                version,
                one["stack"],
                _name(one["endpoint"], patterns),
                one["requests"],
                one["asking"][key] / max(1, one["requests"]),
                _fallback(platform, one["label"], key, own.fallback),
            )
        )
    return sorted(found, key=lambda one: -one.requests)


def _fallback(platform: Platform, label: str, key: str, of_the_catalogue: str) -> str:
    """What is known of how a version does without the method."""
    rehearsed = platform.rehearsed.get(label, {}).get(key)
    if rehearsed:
        return rehearsed
    return "the catalogue's fallback" if of_the_catalogue else "not known; `stagedoor rehearse` finds out"

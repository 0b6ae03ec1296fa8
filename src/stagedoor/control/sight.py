"""Views of what runs: instances with their figures, scaling with its reasons, room on the machine."""

from itertools import pairwise
from typing import Any

from stagedoor.control.platform import Platform
from stagedoor.control.vitals import Curve
from stagedoor.decide import scale
from stagedoor.model.deployment import Deployment
from stagedoor.model.errors import Missing, Unavailable
from stagedoor.model.instance import End, Instance
from stagedoor.model.version import Number
from stagedoor.model.views import CapacityView, EndView, InstanceDetail, InstanceView, ScaleView, ScalingView

_MOST_POINTS = 120


async def instances(platform: Platform, application: str = "", *, measure: bool = False) -> list[InstanceView]:
    """Every instance, by application and door."""
    listed = [Instance(**one) for one in await platform.engine.instances(measure=measure)]
    listed = [one for one in listed if application in ("", one.application)]
    known = {one.id: one for one in await platform.store.deployments()}
    loads = await _loads(platform, {known[one.deployment].spec.backend for one in listed if one.deployment in known})
    found = [_instance(platform, one, known.get(one.deployment), loads, measure=measure) for one in listed]
    return sorted(found, key=lambda one: (one.application, one.stack, one.version, one.door))


async def _loads(platform: Platform, backends: set[str]) -> dict[tuple[str, int], int]:
    try:
        return await platform.edge.in_flight(sorted(backends))
    except Unavailable:
        return {}


def _instance(
    platform: Platform, one: Instance, deployment: Deployment | None, loads: dict[tuple[str, int], int], *,
    measure: bool,
) -> InstanceView:  # fmt: skip
    sandbox = deployment.spec.sandbox if deployment else None
    limit = sandbox.memory if sandbox else 0
    curve = platform.vitals.curves.get(one.id, Curve())
    forecast = curve.forecast(limit)
    before = [end for end in platform.vitals.ends if (end.deployment, end.door) == (one.deployment, one.door)]
    return InstanceView(
        one.id, one.deployment, one.application, one.version, one.stack, one.state, one.door, one.slot, one.pid,
        one.started_at,
        one.ready_after, one.phases, one.restarts,
        loads.get((deployment.spec.backend, one.door), 0) if deployment else 0,
        round(curve.cpu, 3), sandbox.cpu if sandbox else 0.0,
        one.memory_bytes if measure else (curve.points[-1][1] if curve.points else 0), limit,
        forecast.reason if forecast.seconds is not None else "", forecast.seconds,
        before[-1].cause if before else "",
    )  # fmt: skip


async def instance(platform: Platform, name: str) -> InstanceDetail:
    """Raises Missing."""
    view = next((one for one in await instances(platform) if one.id == name), None)
    if view is None:
        raise Missing(f"there is no instance {name!r}", hint="`stagedoor instances` lists them")
    points = list(platform.vitals.curves.get(name, Curve()).points)
    step = -(-len(points) // _MOST_POINTS) or 1
    points = points[::step]
    cpu = [
        (later[0], max(0.0, (later[2] - one[2]) / (later[0] - one[0])))
        for one, later in pairwise(points)
        if later[0] > one[0]
    ]
    return InstanceDetail(
        view, [(at, size) for at, size, _ in points], cpu,
        [_end(end) for end in platform.vitals.ends if (end.deployment, end.door) == (view.deployment, view.door)][-10:],
    )  # fmt: skip


def ends(platform: Platform, application: str, limit: int) -> list[EndView]:
    """How instances ended of late, the newest first."""
    listed = [_end(one) for one in platform.vitals.ends if application in ("", one.application)]
    return listed[::-1][:limit]


def _end(one: End) -> EndView:
    return EndView(
        one.instance, one.application, one.version, one.stack, one.door, one.at, one.age, one.kind, one.cause,
        one.unwanted,
    )  # fmt: skip


async def scaling(platform: Platform, application: str, stack: str, limit: int) -> ScalingView:
    """Raises Missing."""
    if await platform.store.application(application) is None:
        raise Missing(f"there is no application {application!r}")
    known = [one for one in await platform.store.deployments() if one.application == application]
    fixed = {(one.major, one.stack): one.instances for one in await platform.store.fixed_scales()
             if one.application == application}  # fmt: skip
    views = [_scale(platform, one, fixed) for one in known if stack in ("", one.stack)]
    steps = await platform.store.scale_steps(application, stack, limit)
    return ScalingView(sorted(views, key=lambda one: (one.stack, not one.serving, one.version)), steps)


def _scale(platform: Platform, one: Deployment, fixed: dict[tuple[int, str], int]) -> ScaleView:
    pulse, settings = platform.vitals.pulses.get(one.id), one.spec.scaling
    asked = fixed.get((Number.parse(one.version).major, one.stack)) if one.id in platform.serving else None
    current = pulse.instances if pulse else 0
    return ScaleView(
        one.id, one.version, one.stack, one.id in platform.serving, current, settings.min, settings.max,
        one.spec.concurrency, settings.idle, asked, _reason(pulse, current, asked, one),
        [] if pulse is None else list(pulse.shown)[-_MOST_POINTS:],
    )  # fmt: skip


def _reason(pulse: Any, current: int, asked: int | None, one: Deployment) -> str:
    if asked is not None:
        return f"somebody asked for {asked}"
    if not current:
        return "it sleeps; an arrival wakes it"
    recent = [sample.busy for sample in pulse.samples if pulse.samples[-1].at - sample.at <= scale.BURST]
    busy = sum(recent) / len(recent) if recent else 0.0
    target = scale.target(one.spec.concurrency)
    return f"{busy:.1f} requests in flight or waiting; {target:.1f} are meant for one instance"


async def capacity(platform: Platform) -> CapacityView:
    """As of now. Raises Unavailable while node is away."""
    told, waiting = await platform.engine.capacity()
    used = sum(one.memory for one in await platform.engine.usage())
    return CapacityView(told.total, told.promised, used, told.free, waiting)

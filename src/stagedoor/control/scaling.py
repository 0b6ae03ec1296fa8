"""The loop that gives each deployment the instances it needs, and what people ask of it."""

import asyncio
import logging
import os
from collections.abc import Iterable
from dataclasses import replace
from typing import Any

from stagedoor.control import deaths, doors, room
from stagedoor.control.platform import Platform
from stagedoor.control.ports.store import Change
from stagedoor.control.vitals import Pulse
from stagedoor.decide import capacity, leak, scale
from stagedoor.model import instance as states
from stagedoor.model.access import Identity
from stagedoor.model.deployment import ARM, Deployment
from stagedoor.model.errors import Failure, Invalid, Missing, Unavailable
from stagedoor.model.instance import Attendance
from stagedoor.model.scaling import FixedScale, ScaleStep
from stagedoor.model.version import Number

log = logging.getLogger("stagedoor.scaling")

_AWAKE, _ASLEEP = 0.25, 1.0  # Seconds between two looks.
_USAGE = 2.0
_MISSED = 30.0  # Seconds before control began for which deaths are still written down.
_TRUTH = 5.0


async def keep_scaled(platform: Platform) -> None:
    """Looks several times a second while anything runs."""
    await platform.recovered.wait()
    scaler = _Scaler(platform)
    while True:
        try:
            await asyncio.sleep(await scaler.look())
        except Failure as error:
            log.warning("%s", error)
            await asyncio.sleep(_ASLEEP)
        except Exception:
            log.exception("a look failed")
            await asyncio.sleep(_ASLEEP)


class _Scaler:
    def __init__(self, platform: Platform) -> None:
        self._platform = platform
        self._vitals = platform.vitals
        self._after, self._began = 0, platform.clock()
        self._used_at = self._read_at = 0.0
        self._fixed: dict[tuple[str, int, str], int] = {}
        self._instances: list[dict[str, Any]] = []
        self._short, self._granted = False, 0
        self._at_work: dict[str, asyncio.Task[None]] = {}

    async def look(self) -> float:
        """One look at everything; seconds until the next."""
        platform, now = self._platform, self._platform.clock()
        attendance, ends = await platform.engine.attendance(self._after)
        self._after = max((one.number for one in ends), default=self._after)
        await deaths.note(platform, [end for end in ends if end.at > self._began - _MISSED])
        if (
            self._vitals.asked
            or now - self._read_at > _TRUTH
            or {one.deployment for one in attendance} - self._vitals.pulses.keys()
        ):
            await self._read(now)
        if now - self._used_at > _USAGE:
            await self._use(now)
        if self._short or self._granted:
            # What was given, and what gave way since, counts at once.
            self._vitals.capacity, _ = await platform.engine.capacity()
            self._granted = 0
        self._short = False
        awake = [one for one in attendance if one.instances and one.deployment in self._vitals.pulses]
        await self._sample(now, awake)
        for one in attendance:
            pulse = self._vitals.pulses.get(one.deployment)
            if pulse is not None:
                await self._consider(now, one, pulse)
        self._make_room(now, attendance)
        return _AWAKE if awake else _ASLEEP

    async def _read(self, now: float) -> None:
        self._read_at, self._vitals.asked = now, False
        known = {one.id: one for one in await self._platform.store.deployments()}
        self._fixed = {
            (one.application, one.major, one.stack): one.instances for one in await self._platform.store.fixed_scales()
        }
        for name in self._vitals.pulses.keys() - known.keys():
            del self._vitals.pulses[name]
        for name, deployment in known.items():
            pulse = self._vitals.pulses.setdefault(name, Pulse(deployment, now, now))
            pulse.deployment = deployment

    async def _use(self, now: float) -> None:
        self._used_at = now
        usages = await self._platform.engine.usage()
        self._vitals.capacity, _ = await self._platform.engine.capacity()
        self._vitals.use(now, usages)
        self._instances = await self._platform.engine.instances()

    async def _sample(self, now: float, awake: list[Attendance]) -> None:
        """What the edge has in flight for those that are awake; who sleeps has nothing to do."""
        cores = self._cores()
        pulses = {one.deployment: self._vitals.pulses[one.deployment] for one in awake}
        for one in awake:
            pulses[one.deployment].instances = one.instances
        try:
            loads = await self._platform.edge.loads([one.deployment.spec.backend for one in pulses.values()])
        except Unavailable:
            return
        for name, pulse in pulses.items():
            load = loads.get(pulse.deployment.spec.backend)
            pulse.cpu = cores.get(name, 0.0)
            if load is not None:
                pulse.see(now, load.in_flight + load.queued, load.requests)

    def _cores(self) -> dict[str, float]:
        found: dict[str, float] = {}
        for one in self._instances:
            curve = self._vitals.curves.get(one["id"])
            if curve is not None:
                found[one["deployment"]] = found.get(one["deployment"], 0.0) + curve.cpu
        return found

    async def _consider(self, now: float, one: Attendance, pulse: Pulse) -> None:
        if pulse.woken is None:
            pulse.woken = one.woken  # Before this control looked: somebody else has written it.
        if one.woken != pulse.woken:
            pulse.woken = one.woken
            pulse.quiet_since = now
            await self._write(pulse, now, 0, 1, "an arrival woke it", {})
            pulse.changed_at = now
        pulse.instances = one.instances
        deployment = pulse.deployment
        task = self._at_work.get(deployment.id)
        if (task is not None and not task.done()) or deployment.id in self._platform.ending:
            return
        decision = self._decide(now, one, pulse)
        if decision.instances > one.instances:
            decision = self._as_far_as_it_fits(one, deployment, decision)
        if decision.instances != one.instances:
            pulse.changed_at = now
            self._work(deployment.id, self._resize(pulse, now, one.instances, decision))
            return
        if now - pulse.changed_at < _TRUTH:
            return  # What was measured may be of an instance that is gone.
        leaking = self._leaking(one, deployment)
        if leaking is not None:
            self._work(deployment.id, self._replace(pulse, now, one, *leaking))
        else:
            await self._give_back(one, deployment)

    def _decide(self, now: float, one: Attendance, pulse: Pulse) -> scale.Decision:
        spec, deployment = pulse.deployment.spec, pulse.deployment
        key = (deployment.application, Number.parse(deployment.version).major, deployment.stack)
        serves = deployment.id in self._platform.serving
        least = max(spec.scaling.min, self._platform.floors.get(deployment.id, 0))
        scaling = replace(spec.scaling, min=min(least, spec.scaling.max) if serves else 0)
        fixed = self._fixed.get(key) if serves and deployment.purpose != ARM else None
        return scale.decide(
            now, pulse.samples, one.instances, scaling, cores=spec.sandbox.cpu, machine_cores=os.cpu_count() or 1,
            quiet_since=pulse.quiet_since, changed_at=pulse.changed_at, fixed=fixed,
        )  # fmt: skip

    def _as_far_as_it_fits(self, one: Attendance, deployment: Deployment, wanted: scale.Decision) -> scale.Decision:
        each, told = deployment.spec.sandbox.memory, self._vitals.capacity
        if not told.total:
            return wanted
        left = told.total - told.promised - self._granted
        more = min(wanted.instances - one.instances, max(0, left) // each)
        self._granted += more * each
        if one.instances + more == wanted.instances:
            return wanted
        self._short = True
        fit = capacity.fits(told.total, told.promised, each * (wanted.instances - one.instances))
        return scale.Decision(one.instances + more, f"{wanted.reason}; {fit.reason}", wanted.inputs)

    async def _resize(self, pulse: Pulse, now: float, before: int, decision: scale.Decision) -> None:
        try:
            await doors.resize(self._platform, pulse.deployment, decision.instances)
        except doors.NoPlace as error:
            log.warning("%s: %s", pulse.deployment.spec.label, error)
            return
        pulse.changed_at = self._platform.clock()
        await self._write(pulse, now, before, decision.instances, decision.reason, decision.inputs)

    def _leaking(self, one: Attendance, deployment: Deployment) -> tuple[int, str] | None:
        """(door, reason) of an instance whose memory will soon be full."""
        limit = deployment.spec.sandbox.memory
        for instance in self._instances:
            curve = self._vitals.curves.get(instance["id"])
            if instance["deployment"] != deployment.id or curve is None or instance["state"] != states.READY:
                continue
            if not leak.may_be_replaced(curve.memory, limit):
                continue
            forecast = curve.forecast(limit)
            if forecast.replace:
                return int(instance["door"]), f"{instance['id']} leaks: {forecast.reason}"
        return None

    async def _replace(self, pulse: Pulse, now: float, one: Attendance, door: int, reason: str) -> None:
        """Another instance comes up first; then the one at `door` leaves, after its last answer."""
        platform, deployment = self._platform, pulse.deployment
        grown = await doors.resize(platform, deployment, one.instances + 1)
        told = await platform.engine.settled(deployment.id)
        stays = tuple(other for other in grown.spec.active if other != door)
        if told.get("state") != "ready":
            # The one that leaks is better than none: what came last goes again.
            await doors.resize(platform, deployment, one.instances)
            pulse.changed_at = platform.clock()
            log.warning("%s: no other instance came up: %s", deployment.spec.label, told.get("message"))
            return
        await doors.resize(platform, deployment, one.instances, keep=stays)
        pulse.changed_at = platform.clock()
        await self._write(pulse, now, one.instances, one.instances, f"replaced: {reason}", {"door": door})
        await platform.store.note(
            Change("control", "replace", deployment.application, deployment.spec.label, None, {"reason": reason})
        )

    async def _give_back(self, one: Attendance, deployment: Deployment) -> None:
        if len(deployment.spec.doors) > max(1, one.instances):
            left = frozenset(door for door in deployment.spec.doors if door not in one.posts)
            await doors.give_back(self._platform, deployment, left)
            self._read_at = 0.0

    def _make_room(self, now: float, attendance: Iterable[Attendance]) -> None:
        """Somebody lacks memory for a start: what has nothing to do gives way."""
        short = self._short or any(one.refused and one.instances for one in attendance)
        # One after another: what leaves is on its way to give its memory back.
        if short and not self._vitals.capacity.leaving and "room" not in self._at_work:
            self._work("room", room.clear(self._platform, now))

    def _work(self, name: str, work: Any) -> None:
        task = asyncio.get_running_loop().create_task(work)
        self._at_work[name] = task
        task.add_done_callback(lambda done: self._worked(name, done))

    def _worked(self, name: str, task: "asyncio.Task[None]") -> None:
        self._at_work.pop(name, None)
        if not task.cancelled() and (error := task.exception()) is not None:
            log.warning("%s: %s", name, error)

    async def _write(
        self, pulse: Pulse, at: float, before: int, after: int, reason: str, inputs: dict[str, Any]
    ) -> None:
        one = pulse.deployment
        step = ScaleStep(one.id, one.application, one.version, one.stack, at, before, after, reason, inputs)
        await self._platform.store.add_scale_step(step)


async def fix(
    platform: Platform, by: Identity, application: str, major: int | None, stack: str, instances: int
) -> FixedScale:
    """The line keeps so many instances until `free`. Raises Missing, Forbidden, Invalid."""
    line = await _line(platform, by, application, major, stack)
    release = (await platform.store.world()).current.get((application, line, stack))
    if release is None:
        raise Missing(f"nothing is released for {application} ^{line} in {stack}")
    most = platform.settings.pools.slots
    if not 0 <= instances <= most:
        raise Invalid(f"{instances} instances are not possible", hint=f"0 to {most}, the slots of this platform")
    wanted = FixedScale(application, line, stack, instances, by.name, platform.clock())
    change = Change(by.name, "scale", application, f"^{line} in {stack}", None, {"instances": instances})
    await platform.store.fix_scale(wanted, change)
    platform.vitals.asked = True
    return wanted


async def free(platform: Platform, by: Identity, application: str, major: int | None, stack: str) -> None:
    """The line scales by itself again. Raises Missing, Forbidden."""
    line = await _line(platform, by, application, major, stack)
    change = Change(by.name, "scale", application, f"^{line} in {stack}", None, {"instances": "by itself"})
    await platform.store.free_scale(application, line, stack, change)
    platform.vitals.asked = True


async def _line(platform: Platform, by: Identity, application: str, major: int | None, stack: str) -> int:
    known = await platform.store.application(application)
    if known is None:
        raise Missing(f"there is no application {application!r}")
    by.require_change(known.team)
    return known.default_major if major is None else major

"""The loop of alerts: every ten seconds the newest minutes and facts are judged, and what turned is written and told.

What it knows of the past it asks of telemetry once, and keeps. While telemetry is away nothing is judged by minutes: no
figures are not bad figures.
"""

import asyncio
import logging
from collections.abc import Sequence
from dataclasses import replace

from stagedoor.control import evidence, saved, webhooks
from stagedoor.control.platform import Platform
from stagedoor.control.ports.store import World
from stagedoor.decide.alert import facts
from stagedoor.decide.alert.hold import Alarm, Hold, Turn
from stagedoor.decide.alert.judge import Key, judge, take
from stagedoor.decide.alert.series import DAY, DAYS, HOUR, KEPT, MINUTE, Series
from stagedoor.decide.alert.verdict import BY_MINUTES, SAVED, Subject, Verdict
from stagedoor.decide.leak import Forecast
from stagedoor.model import manifest
from stagedoor.model.alert import FIRING, RESOLVED, Alert
from stagedoor.model.errors import Failure, Unavailable
from stagedoor.model.instance import Instance

log = logging.getLogger("stagedoor.alerts")

PERIOD = 10.0
_AGAIN = 3 * MINUTE  # Of the past that is asked for anew: records may come late.
_PIECE = HOUR  # Of the past that is asked for at a time.
_MANY = 200


async def keep_alerting(platform: Platform) -> None:
    """Without end."""
    await platform.recovered.wait()
    watch = Watch(platform)
    while True:
        try:
            await watch.look()
        except Failure as error:
            log.info("alerts: %s", error)
        except Exception:
            log.exception("a look at alerts failed")
        await asyncio.sleep(PERIOD)


class Watch:
    """What the loop remembers. After a restart it takes up the alerts that fire, and asks for the past again."""

    def __init__(self, platform: Platform) -> None:
        self._platform = platform
        self._known: dict[Key, Series] = {}
        self._saved = saved.Watch(platform, PERIOD)
        self._hold = Hold()
        self._turned: list[Turn] = []
        self._objectives: dict[tuple[str, str], float] = {}
        self._until = 0
        self._tidied = 0.0
        self._resumed = False

    async def look(self) -> list[Alert]:
        """One look; the alerts that turned."""
        if not self._resumed:
            await self._resume()
        is_there = await self._read(self._platform.clock())
        # The first time that took long: what is looked at now is of now.
        now, world = self._platform.clock(), await self._platform.store.world()
        minutes = await self._of_minutes(now, world) if is_there else self._unchanged(BY_MINUTES)
        verdicts = minutes + await self._of_saved(now) + await self._of_facts(now, world)
        self._turned += self._hold.step(now, verdicts)
        written = []
        while self._turned:
            # What cannot be written now, since the database is away, is written at a later look.
            written.append(await self._write(self._turned[0]))
            self._turned.pop(0)
        await self._tidy(now)
        return written

    async def _resume(self) -> None:
        for one in await self._platform.store.alerts("", FIRING, _MANY):
            subject = Subject(one.rule, one.application, one.stack, one.endpoint)
            verdict = Verdict(subject, one.version, one.reason, one.evidence.get("figures", {}))
            now = self._platform.clock()
            self._hold.alarms[subject] = Alarm(verdict, one.began, one.began, now, 1, True, 0.0, one.times, one.id)
        self._resumed = True

    async def _of_minutes(self, now: float, world: World) -> list[Verdict]:
        since, found = self._hold.since, []
        lines = {(line.application, line.stack) for line in world.lines}
        for key, series in self._known.items():
            if key[:2] not in lines:
                continue  # It was ended on purpose: that nobody asks it is no news.
            objective = await self._objective(key[0], series.version)
            found += judge(now, key, series, objective=objective, since=since)
            await asyncio.sleep(0)  # Others get their turn between endpoints.
        return found

    async def _of_saved(self, now: float) -> list[Verdict]:
        try:
            return await self._saved.look(now)
        except Failure as error:
            log.info("saved queries cannot be looked at: %s", error)
            return self._unchanged((SAVED,))

    def _unchanged(self, rules: Sequence[str]) -> list[Verdict]:
        """What fired and cannot be looked at goes on."""
        return [one.verdict for one in self._hold.alarms.values() if one.fires and one.verdict.subject.rule in rules]

    async def _read(self, now: float) -> bool:
        """Takes in what is new; the first time a week of it. False while telemetry is away."""
        newest = int(now) // MINUTE * MINUTE + MINUTE
        at = self._until - _AGAIN if self._until else newest - DAYS * DAY - HOUR
        while at < newest:
            end = min(newest, at + _PIECE)
            minutes = await self._platform.records.minutes(at, end)
            if minutes is None:
                return False
            take(self._known, minutes)
            for series in self._known.values():
                series.lighten(end - KEPT)
            at = self._until = end
        return True

    async def _objective(self, application: str, version: str) -> float:
        key = (application, version)
        if key not in self._objectives:
            found = await self._platform.store.version(application, version)
            good = manifest.build(found.manifest).objective.good if found else manifest.Objective().good
            self._objectives[key] = good / 100
        self._platform.objectives[application] = self._objectives[key]
        return self._objectives[key]

    async def _of_facts(self, now: float, world: World) -> list[Verdict]:
        platform = self._platform
        governed = platform.governor.governed
        opened = {key: one.breaker.reason for key, one in governed.items() if one.breaker.is_open}
        return [
            *facts.crash_loops(now, platform.vitals.ends),
            *facts.memory(await self._forecasts(world)),
            *facts.breakers(opened),
            *facts.certificates(now, platform.expiries),
        ]

    async def _forecasts(self, world: World) -> list[tuple[Instance, int, int, Forecast]]:
        curves = self._platform.vitals.curves
        limits = {one.id: one.spec.sandbox.memory for one in world.deployments}
        try:
            listed = [Instance(**one) for one in await self._platform.engine.instances()]
        except Unavailable:
            return []
        return [
            (one, curves[one.id].points[-1][1], limits[one.deployment], curves[one.id].forecast(limits[one.deployment]))
            for one in listed
            if one.id in curves and curves[one.id].points and one.deployment in limits
        ]

    async def _write(self, turn: Turn) -> Alert:
        """The alert as it is now; with its evidence once it fires; who listens is told."""
        alarm, platform = turn.alarm, self._platform
        subject, verdict = alarm.verdict.subject, alarm.verdict
        alert = Alert(
            alarm.id, subject.rule, subject.application, subject.stack, subject.endpoint, verdict.version,
            FIRING if alarm.fires else RESOLVED, alarm.began, alarm.ended, alarm.times, verdict.reason,
        )  # fmt: skip
        former = await platform.store.alert(alarm.id) if alarm.id else None
        if alarm.fires:
            alert = replace(alert, evidence=await evidence.gather(platform, alert, verdict, alarm.since))
        elif former is not None:
            alert = replace(alert, evidence=former.evidence)
        alert = await platform.store.save_alert(alert)
        alarm.id = alert.id
        webhooks.tell(platform, alert, await platform.store.silences())
        return alert

    async def _tidy(self, now: float) -> None:
        if now - self._tidied < HOUR:
            return
        self._tidied = now
        for key, series in list(self._known.items()):
            series.forget(int(now) // MINUTE * MINUTE - DAYS * DAY - 2 * HOUR)
            if not series.cells:
                del self._known[key]
        await self._platform.store.forget_alerts(now - self._platform.settings.alerts.kept)

"""Saved queries: charts of people's own, filled back from what is stored; with a bound, alerts of their own."""

import asyncio
import logging
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

import msgspec

from stagedoor.control.platform import Platform
from stagedoor.control.ports.store import Change
from stagedoor.decide.alert import saved as decide
from stagedoor.decide.alert.hold import Alarm, Hold
from stagedoor.decide.alert.series import DAY, DAYS
from stagedoor.decide.alert.verdict import Verdict
from stagedoor.model.access import Identity
from stagedoor.model.errors import Conflict, Failure, Forbidden, Invalid, Missing, Unavailable
from stagedoor.model.names import suggest
from stagedoor.model.saved import SavedQuery, parse, parse_bound
from stagedoor.model.telemetry_views import History, Window

log = logging.getLogger("stagedoor.saved")

MOST = 200
_POINTS = 360  # Windows of 10s for an hour, and of 1m for six.
_AT_ONCE, _GROUPED_AT_ONCE = 4000, 400  # Windows that are asked for at a time.


async def listed(platform: Platform) -> list[SavedQuery]:
    """By name."""
    return await platform.store.saved_queries()


async def one(platform: Platform, name: str) -> SavedQuery:
    """Raises Missing."""
    known = await platform.store.saved_queries()
    found = next((query for query in known if query.name == name), None)
    if found is None:
        raise Missing(f"there is no saved query {name!r}", hint=suggest(name, [query.name for query in known]))
    return found


async def save(platform: Platform, by: Identity, wanted: SavedQuery) -> SavedQuery:
    """A new one, or another in its place. Raises Invalid, Missing, Forbidden, Conflict."""
    by.require_developer()
    parse(wanted)
    known = {query.name: query for query in await platform.store.saved_queries()}
    former = known.get(wanted.name)
    # An operator has no team: what one changes stays with the team that has it.
    team = await _team(platform, by, wanted.application) or (former.team if former else "")
    wanted = replace(wanted, team=team, saved_by=by.name)
    _require(by, wanted, "application")
    if former is not None:
        _require(by, former, "name")
    elif len(known) >= MOST:
        raise Conflict(f"there are {MOST} saved queries", hint="remove one: `stagedoor saved remove NAME`")
    made = replace(wanted, saved_at=platform.clock())
    change = Change(by.name, "save query", made.application, made.name, _told(former) if former else None, _told(made))
    await platform.store.save_query(made, change)
    return made


async def remove(platform: Platform, by: Identity, name: str) -> None:
    """Raises Missing, Forbidden."""
    by.require_developer()
    found = await one(platform, name)
    _require(by, found)
    change = Change(by.name, "remove query", found.application, name, _told(found), None)
    await platform.store.drop_query(name, change)


def _told(saved: SavedQuery) -> dict[str, str]:
    return {"query": saved.query, "kind": saved.kind, "bound": saved.bound}


async def _team(platform: Platform, by: Identity, application: str) -> str:
    if not application:
        return by.team
    found = await platform.store.application(application)
    if found is None:
        raise Missing(f"there is no application {application!r}", field="application")
    return found.team


_ELSE = {"name": "save it under another name", "application": "save it without an application, or of one of yours"}


def _require(by: Identity, saved: SavedQuery, field: str = "") -> None:
    """Raises Forbidden, which names the `field` of a wish that led to it."""
    try:
        if saved.team:
            by.require_change(saved.team)
        else:
            by.require_operator()
    except Forbidden as error:
        details = {"field": field} if field else {}
        message = f"the saved query {saved.name!r}: {error.message}"
        raise Forbidden(message, hint=_ELSE.get(field, error.hint), **details) from None


async def windows(platform: Platform, name: str, since: float, until: float) -> list[Window]:
    """Its chart: at most 360 windows, made longer where needed. Raises Missing, Invalid, Unavailable."""
    found = await one(platform, name)
    now = platform.clock()
    return await _ask(platform, found, since or now - DAY, until or now, points=_POINTS)


async def _ask(platform: Platform, saved: SavedQuery, since: float, until: float, points: int = 0) -> list[Window]:
    said = {"query": saved.query, "kind": saved.kind, "application": saved.application, "points": str(points)}
    said["owner"] = f"saved queries of {saved.team or 'operators'}"
    told = await platform.records.ask("history", **said, since=str(since), until=str(until))
    return msgspec.convert(told, History).windows


class Watch:
    """Judges every saved query with a bound, `period` seconds apart."""

    def __init__(self, platform: Platform, period: float) -> None:
        self._platform = platform
        self._period = period

    async def look(self, now: float) -> list[Verdict]:
        """What passes its bound. Raises Unavailable while telemetry is away."""
        listed = [saved for saved in await self._platform.store.saved_queries() if saved.bound]
        found = [await self._judge(now, saved) for saved in listed]
        return [verdict for verdict in found if verdict is not None]

    async def _judge(self, now: float, saved: SavedQuery) -> Verdict | None:
        """The newest of its windows that passes. One that cannot be asked is nobody else's trouble."""
        try:
            query = parse(saved)
            bound = parse_bound(saved, query)
            late = self._platform.settings.edge.request_timeout
            begun = decide.begins(now, query.every, above=bound.above, late=late, period=self._period)
            told = await _ask(self._platform, saved, begun[0] / 1e6, (begun[-1] + query.every) / 1e6)
        except Unavailable:
            raise
        except Failure as error:
            log.warning("the saved query %s cannot be asked: %s", saved.name, error)
            return None
        known = {decide.at(one): one for one in told}
        windows = [known.get(one) or Window(one / 1e6, query.every / 1e6, []) for one in reversed(begun)]
        verdicts = (decide.judge(saved, query, bound, window) for window in windows)
        return next((verdict for verdict in verdicts if verdict is not None), None)


async def examples(platform: Platform, name: str, figures: Mapping[str, Any], most: int) -> list[str]:
    """Ids of requests in the window that passed the bound; none when they are no longer to be had."""
    try:
        saved = await one(platform, name)
        said = {"query": parse(saved).where.source, "kind": saved.kind, "application": saved.application}
        at, seconds = figures["at"], figures["seconds"]
        told = await platform.records.ask("history", **said, since=str(at), until=str(at + seconds), limit=str(most))
    except Failure:
        return []
    named = [str(record.get("request" if saved.kind == "log" else "id", "")) for record in told["records"]]
    return list(dict.fromkeys(filter(None, named)))


async def test(platform: Platform, name: str, days: int) -> tuple[int, list[Alarm]]:
    """(windows looked at, what would have fired in the last days). Raises Missing, Invalid, Conflict, Unavailable."""
    saved = await one(platform, name)
    if not saved.bound:
        raise Invalid(f"{name} has no bound, so it never fires", hint='save it again with a bound, as in "> 10"')
    if not 1 <= days <= DAYS:
        raise Invalid(f"{days} days cannot be looked at", hint=f"1 to {DAYS}")
    if platform.testing_alerts.locked():
        raise Conflict("another test of alerts is under way", hint="try again when it has ended")
    async with platform.testing_alerts:
        return await _replay(platform, saved, days)


async def _replay(platform: Platform, saved: SavedQuery, days: int) -> tuple[int, list[Alarm]]:
    query, hold = parse(saved), Hold()
    bound, last = parse_bound(saved, query), decide.newest(platform.clock(), query.every)
    alarms: list[Alarm] = []
    count = 0
    begins = range(last - int(days * DAY * 1e6) // query.every * query.every, last + 1, query.every)
    at_once = _GROUPED_AT_ONCE if query.by else _AT_ONCE
    for piece in (begins[at : at + at_once] for at in range(0, len(begins), at_once)):
        found = await _ask(platform, saved, piece[0] / 1e6, (piece[-1] + query.every) / 1e6)
        told = {decide.at(one): one for one in found}
        # Before the first record nothing was stored yet: that is no silence.
        begun: Sequence[int] = piece if count else [at for at in piece if told and at >= min(told)]
        alarms += await asyncio.to_thread(decide.replay, saved, query, bound, begun, told, hold)
        count += len(begun)
    return count, alarms

"""What people see of alerts, and what they do about them: silences, and the backtest over what was stored."""

import asyncio
from collections.abc import Iterable
from dataclasses import asdict

from stagedoor.control.platform import Platform
from stagedoor.control.ports.store import Change
from stagedoor.decide.alert.backtest import Replay
from stagedoor.decide.alert.hold import Alarm
from stagedoor.decide.alert.series import DAY, DAYS, HOUR, MINUTE
from stagedoor.decide.alert.verdict import BY_MINUTES, RULES
from stagedoor.model.access import Identity
from stagedoor.model.alert import FIRING, RESOLVED, Alert, Silence
from stagedoor.model.alert_views import AlertView, BacktestView, FiringView, RuleView
from stagedoor.model.errors import Conflict, Invalid, Missing, Unavailable
from stagedoor.model.names import suggest

_STATES = (FIRING, RESOLVED)
_MOST_DAYS = 30
_MOST_ENDPOINTS = 50
_PIECE = HOUR  # Of the past that is asked for at a time: minutes with their latencies are large.


async def listed(platform: Platform, application: str, state: str, limit: int) -> list[AlertView]:
    """The newest first. Raises Invalid."""
    if state and state not in _STATES:
        raise Invalid(f"there is no state {state!r}", hint=suggest(state, _STATES))
    silences, found = await platform.store.silences(), await platform.store.alerts(application, state, limit)
    return [_view(platform, one, silences) for one in found]


async def one(platform: Platform, number: int) -> AlertView:
    """Raises Missing."""
    found = await platform.store.alert(number)
    if found is None:
        raise Missing(f"there is no alert {number}", hint="`stagedoor alerts` lists them")
    return _view(platform, found, await platform.store.silences())


def _view(platform: Platform, alert: Alert, silences: Iterable[Silence]) -> AlertView:
    now = platform.clock()
    silenced = [f"{one.by}: {one.why}" for one in silences if one.fits(alert, now)]
    return AlertView(**{**asdict(alert), "silenced": "; ".join(silenced)})


def rules() -> list[RuleView]:
    return [RuleView(name, text, name in BY_MINUTES) for name, text in RULES.items()]


async def silences(platform: Platform) -> list[Silence]:
    """Those that are in force."""
    now = platform.clock()
    return [one for one in await platform.store.silences() if now < one.until]


async def silence(platform: Platform, by: Identity, wanted: Silence, seconds: float) -> Silence:
    """For so many seconds from now. Raises Invalid, Missing, Forbidden: a team silences its own applications."""
    if wanted.rule and wanted.rule not in RULES:
        raise Invalid(f"there is no rule {wanted.rule!r}", hint=suggest(wanted.rule, list(RULES)))
    if not wanted.why.strip():
        raise Invalid("a silence needs a reason", hint="say why, for who wonders")
    if not 0 < seconds <= _MOST_DAYS * DAY:
        raise Invalid("a silence lasts at most 30 days", hint="as in 2h")
    await _require(platform, by, wanted.application)
    until = platform.clock() + seconds
    made = Silence(**{**asdict(wanted), "until": until, "by": by.name})
    after = {"rule": made.rule or "all", "until": until, "why": made.why}
    return await platform.store.add_silence(
        made, Change(by.name, "silence", made.application, _name(made), None, after)
    )


async def end_silence(platform: Platform, by: Identity, number: int) -> None:
    """Raises Missing, Forbidden."""
    by.require_developer()
    found = next((one for one in await platform.store.silences() if one.id == number), None)
    if found is None:
        raise Missing(f"there is no silence {number}", hint="`stagedoor alerts silences` lists them")
    await _require(platform, by, found.application)
    change = Change(by.name, "end silence", found.application, _name(found), {"until": found.until}, None)
    await platform.store.drop_silence(number, change)


def _name(one: Silence) -> str:
    return " ".join(part for part in (one.rule, one.application, one.stack, one.endpoint) if part) or "all alerts"


async def _require(platform: Platform, by: Identity, application: str) -> None:
    if not application:
        by.require_operator()
        return
    found = await platform.store.application(application)
    if found is None:
        raise Missing(f"there is no application {application!r}")
    by.require_change(found.team)


async def test(platform: Platform, application: str, days: int) -> BacktestView:
    """How often each rule would have fired. Raises Invalid, Unavailable, Conflict while another one runs."""
    if not 1 <= days <= _MOST_DAYS:
        raise Invalid(f"{days} days cannot be looked at", hint=f"1 to {_MOST_DAYS}")
    until = int(platform.clock()) // MINUTE * MINUTE
    replay = Replay(until - days * DAY, _MOST_ENDPOINTS, platform.objectives)
    if platform.testing_alerts.locked():
        raise Conflict("another test of alerts is under way", hint="try again when it has ended")
    async with platform.testing_alerts:
        for at in range(replay.since - DAYS * DAY, until, _PIECE):
            end = min(until, at + _PIECE)
            minutes = await platform.records.minutes(at, end, application)
            if minutes is None:
                raise Unavailable("telemetry is away; what was stored cannot be read", hint="try again later")
            # In a thread, so that others get their turn; a week of one endpoint is two seconds' work.
            await asyncio.to_thread(replay.feed, at, end, minutes)
    counts = dict.fromkeys(BY_MINUTES, 0) | replay.by_rule
    looked, left = len(replay.known), len(replay.left_out)
    return BacktestView(
        replay.since, until, replay.minutes, looked, left, counts, [firing(one) for one in replay.alarms]
    )


def firing(one: Alarm) -> FiringView:
    """What would have fired, as it is shown."""
    subject, verdict = one.verdict.subject, one.verdict
    return FiringView(**asdict(subject), began=one.began, ended=one.ended, times=one.times, reason=verdict.reason)

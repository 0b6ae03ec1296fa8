"""A pipeline: what a version goes through on its way to its devices, written in `stagedoor.toml`."""

import re
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta, tzinfo
from zoneinfo import ZoneInfo

from stagedoor.model.errors import Invalid
from stagedoor.model.names import PROD, TEST, check_name, suggest
from stagedoor.model.quantity import say_time
from stagedoor.model.sections import setting

CHECKS, SMOKE, REHEARSAL, APPROVAL, HOURS, COMMAND = "checks", "smoke", "rehearsal", "approval", "hours", "command"
REPLAY = "replay"
STAGES = (CHECKS, TEST, SMOKE, REPLAY, REHEARSAL, COMMAND, APPROVAL, HOURS, PROD)
HARM, ANY = "harm", "any"

_DAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
_HOURS = re.compile(r"([a-z]{3})(?:-([a-z]{3}))? (\d\d):(\d\d)-(\d\d):(\d\d)")
_YEAR = 366
_LONGEST_COMMAND = 540.0  # Seconds: what control waits for an answer of node.


@dataclass(frozen=True, slots=True)
class Opening:
    """Minutes of some days of a week (0: Monday) on which prod may change."""

    days: tuple[int, ...]
    begin: int
    end: int


@dataclass(frozen=True, slots=True)
class Pipeline:
    stages: tuple[str, ...] = setting(
        (CHECKS, TEST, SMOKE, REPLAY, PROD), f"what happens, in order: of {', '.join(STAGES)}", "texts"
    )
    smoke: tuple[str, ...] = setting(
        (), "smoke: paths that must answer below 500 in test; empty: checks.path, or the runtime's own", "texts"
    )
    refuses: str = setting(HARM, "replay: what it refuses: harm, or any difference that nobody accepted")
    approvers: str = setting("", "approval: the team that gives it; empty: the owner's. Never who deployed")
    hours: tuple[str, ...] = setting((), 'hours: when prod may change, as in ["Mon-Thu 09:00-16:00"]', "texts")
    zone: str = setting("UTC", "time zone of hours and freeze, as in Europe/Berlin")
    freeze: tuple[str, ...] = setting((), 'days on which prod never changes, as in ["2026-12-20..2027-01-02"]', "texts")
    command: tuple[str, ...] = setting((), "command: what is run in a sandbox with the source; 0 is good", "texts")
    timeout: float = setting("5m", "command: longest time for it, up to 9m", "time")
    patience: float = setting("7d", "approval and hours: longest wait; the pipeline ends then", "time")

    def check(self) -> None:
        """Raises Invalid, for what nobody knows and for a pipeline that cannot end."""
        for stage in self.stages:
            if stage not in STAGES:
                raise Invalid(f"pipeline.stages: there is no stage {stage!r}", hint=suggest(stage, STAGES))
        if len(set(self.stages)) != len(self.stages):
            raise Invalid("pipeline.stages: a stage stands there twice")
        if not self.stages or self.stages[-1] not in (TEST, SMOKE, REHEARSAL, PROD):
            raise Invalid("a pipeline that cannot end: no release is behind its last stage", hint="end with prod")
        for stage in (SMOKE, REHEARSAL):
            if stage in self.stages and TEST not in self.stages[: self.stages.index(stage)]:
                raise Invalid(f"pipeline.stages: {stage} asks the version in test", hint=f"put test before {stage}")
        if PROD in self.stages[:-1]:
            raise Invalid("pipeline.stages: nothing comes after prod")
        if not 0 < self.timeout <= _LONGEST_COMMAND:
            raise Invalid("pipeline.timeout is above 0 and at most 9m")
        if COMMAND in self.stages and not self.command:
            raise Invalid("pipeline.command is empty", hint='as in ["python", "acceptance.py"]')
        for path in self.smoke:
            if not path.startswith("/"):
                raise Invalid(f"pipeline.smoke: {path!r} is no path", hint="it begins with /")
        if self.approvers:
            check_name("a team", self.approvers)
        self._check_values()

    def _check_values(self) -> None:
        if self.refuses not in (HARM, ANY):
            raise Invalid(f"pipeline.refuses = {self.refuses!r} is not known", hint=suggest(self.refuses, (HARM, ANY)))
        if APPROVAL in self.stages and HOURS in self.stages[: self.stages.index(APPROVAL)]:
            raise Invalid("pipeline.stages: whoever approves may come at night", hint="put hours behind approval")
        opens, freezes = self.openings(), self.freezes()
        if HOURS in self.stages and not opens:
            raise Invalid("pipeline.hours is empty", hint='as in ["Mon-Thu 09:00-16:00"]')
        if HOURS in self.stages:
            longest = _longest_closed(opens)
            if longest > self.patience:
                raise Invalid(
                    f"a pipeline that cannot end: prod is closed for up to {say_time(longest)}, and it waits for "
                    f"{say_time(self.patience)}",
                    hint="raise pipeline.patience, or open more hours",
                )
        for first, last in freezes:
            if (last - first).days >= _YEAR:
                raise Invalid(
                    f"a pipeline that cannot end: a freeze of {(last - first).days + 1} days", hint="end it earlier"
                )

    def openings(self) -> tuple[Opening, ...]:
        """Raises Invalid."""
        return tuple(_opening(text) for text in self.hours)

    def freezes(self) -> tuple[tuple[date, date], ...]:
        """(first, last) day of each. Raises Invalid."""
        return tuple(_freeze(text) for text in self.freeze)

    def clock(self) -> tzinfo:
        """Raises Invalid."""
        if self.zone == "UTC":
            return UTC
        try:
            return ZoneInfo(self.zone)
        except (KeyError, ValueError, OSError):
            raise Invalid(f"pipeline.zone = {self.zone!r} is not known here", hint="as in Europe/Berlin") from None


def _opening(text: str) -> Opening:
    found = _HOURS.fullmatch(text.lower())
    if not found or any(day not in _DAYS for day in found.group(1, 2) if day):
        raise Invalid(f"pipeline.hours: {text!r} is not understood", hint='as in "Mon-Thu 09:00-16:00"')
    first = _DAYS.index(found[1])
    last = _DAYS.index(found[2]) if found[2] else first
    begin, end = int(found[3]) * 60 + int(found[4]), int(found[5]) * 60 + int(found[6])
    if not 0 <= begin < end <= 24 * 60:
        raise Invalid(f"pipeline.hours: {text!r} is no time of a day", hint="what begins before it ends, up to 24:00")
    days = tuple((first + n) % 7 for n in range((last - first) % 7 + 1))
    return Opening(days, begin, end)


def _freeze(text: str) -> tuple[date, date]:
    first, _, last = text.partition("..")
    try:
        found = date.fromisoformat(first.strip()), date.fromisoformat((last or first).strip())
    except ValueError:
        raise Invalid(f"pipeline.freeze: {text!r} is no stretch of days", hint='"2026-12-20..2027-01-02"') from None
    if found[1] < found[0]:
        raise Invalid(f"pipeline.freeze: {text!r} ends before it begins")
    return found


def _longest_closed(openings: tuple[Opening, ...]) -> float:
    """Seconds of a week, and around it, in which nothing is open."""
    week, day = 7 * 1440, 1440
    stretches = sorted((each * day + one.begin, each * day + one.end) for one in openings for each in one.days)
    longest, until = 0, stretches[-1][1] - week
    for begin, end in stretches:
        longest, until = max(longest, begin - until), max(until, end)
    return longest * 60.0


def opens(pipeline: Pipeline, now: float) -> tuple[float, str]:
    """(when prod may change next, why not now): (now, "") while it may. -1 when that is never within a year."""
    zone, frozen = pipeline.clock(), pipeline.freezes()
    openings = pipeline.openings() if HOURS in pipeline.stages else ()
    moment = datetime.fromtimestamp(now, zone)
    reason = _closed(moment, openings, frozen)
    if not reason:
        return now, ""
    for ahead in range(_YEAR):
        day = (moment + timedelta(days=ahead)).date()
        for minute in sorted({0, *(one.begin for one in openings)}):
            start = datetime.combine(day, datetime.min.time(), zone) + timedelta(minutes=minute)
            if start.timestamp() >= now and not _closed(start, openings, frozen):
                return start.timestamp(), reason
    return -1.0, reason


def _closed(moment: datetime, openings: tuple[Opening, ...], frozen: tuple[tuple[date, date], ...]) -> str:
    for first, last in frozen:
        if first <= moment.date() <= last:
            return f"frozen from {first} to {last}"
    minute = moment.hour * 60 + moment.minute
    if openings and not any(moment.weekday() in one.days and one.begin <= minute < one.end for one in openings):
        return "outside of its hours"
    return ""

"""Recorded requests run with a new version, and twice with the one that served them: no service is asked anything."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, replace

from stagedoor.control import modest
from stagedoor.control.platform import Platform
from stagedoor.control.ports.store import Change
from stagedoor.control.replaying import reading, repeating, running
from stagedoor.decide.replay import runs as replays
from stagedoor.decide.replay.repeats import REPETITIONS
from stagedoor.model.access import Identity
from stagedoor.model.comparison import Accepted, Comparison
from stagedoor.model.errors import Invalid, Missing
from stagedoor.model.names import PROD
from stagedoor.model.recording import Kept, Outcome
from stagedoor.model.recording_views import ReportView
from stagedoor.model.replay import Job

REPLAY, SHADOW = "replay", "shadow"
MOST = 1000
_TURN = 50


@dataclass(frozen=True, slots=True)
class Wish:
    """`against` is the new version; `version` the old one, empty: the one with the newest recording."""

    against: str
    version: str = ""
    stack: str = PROD
    seconds: float = 3600.0
    endpoint: str = ""
    limit: int = 100


async def compare(platform: Platform, by: Identity, application: str, wish: Wish) -> ReportView:
    """Raises Missing, Forbidden, Invalid, Unavailable."""
    known = await platform.store.application(application)
    if known is None:
        raise Missing(f"there is no application {application!r}")
    by.require_change(known.team)
    if not 0 < wish.limit <= MOST:
        raise Invalid(f"1 to {MOST} recordings are compared at one time")
    chosen, skipped = await choose(platform, application, wish)
    if not chosen:
        raise Missing(
            f"there is no recording of {application} {wish.version} in {wish.stack} that could be replayed",
            hint="; ".join(f"{count} times: {why}" for why, count in skipped.items())
            or "requests of the last minutes are recorded by themselves; `stagedoor recordings` lists them",
        )
    return await of_recordings(platform, by.name, application, wish, chosen, skipped)


async def choose(platform: Platform, application: str, wish: Wish) -> tuple[list[Kept], dict[str, int]]:
    """(recordings of one version, how many cannot be replayed by why)."""
    said = {
        "application": application, "stack": wish.stack, "since": str(platform.clock() - wish.seconds),
        "version": wish.version, "endpoint": wish.endpoint, "limit": str(wish.limit * 4),
    }  # fmt: skip
    found = await reading.find(platform, **{name: value for name, value in said.items() if value})
    version = wish.version or (found[0].version if found else "")
    mine = [one for one in found if one.version == version]
    skipped = Counter(why for one in mine for why in one.lacking)
    return [one for one in mine if not one.lacking][: wish.limit], dict(skipped)


@dataclass(frozen=True, slots=True)
class Ran:
    """A recording's runs. `why`: what made the old version differ from what was recorded, empty when nothing did."""

    run: replays.Run
    why: tuple[str, ...] = ()


async def of_recordings(
    platform: Platform, by: str, application: str, wish: Wish, chosen: Sequence[Kept], skipped: dict[str, int]
) -> ReportView:
    began = platform.clock()
    old = await running.version_of(platform, application, chosen[0].version)
    new = await running.version_of(platform, application, wish.against)
    sides = [await running.side(platform, one, wish.stack) for one in (old, new)]
    found = await ran(platform, sides, chosen)
    comparison = await judge(platform, sides, [one.run for one in found])
    view = ReportView(
        0, application, wish.stack, REPLAY, old.number, new.number, began, by, platform.clock() - began, len(found),
        sum(not one.why for one in found), _counted(found), comparison, skipped,
    )  # fmt: skip
    return await platform.store.add_report(view)


async def judge(platform: Platform, sides: Sequence[running.Side], runs: Sequence[replays.Run]) -> Comparison:
    """Where only one version failed both run some more times: whether it is the version, or chance."""
    wanted = replays.worth_confirming(runs)
    confirmed = await _confirm(platform, sides, wanted) if wanted else {}
    whole = [replace(one, confirmed=confirmed.get(one.id, ())) for one in runs]
    version = sides[1].version
    accepted = await platform.store.accepted(version.application)
    return await compare_runs(whole, accepted, version.number)


async def compare_runs(runs: Sequence[replays.Run], accepted: Sequence[Accepted], version: str) -> Comparison:
    """Judges all runs beside the loop, where statistics are imported when they are needed: it takes half a second."""

    def work() -> Comparison:
        from stagedoor.decide.replay import report

        return report.compare(runs, accepted, version)

    return await modest.work(work)


async def _confirm(
    platform: Platform, sides: Sequence[running.Side], wanted: Sequence[str]
) -> dict[str, tuple[tuple[bool, bool], ...]]:
    recordings = await platform.records.recordings(wanted)
    failed: list[dict[str, list[bool]]] = [{}, {}]
    for which, side in enumerate(sides):
        jobs = [Job(one) for one in recordings for _ in range(REPETITIONS)]
        for outcome in await running.run_jobs(platform, side, jobs):
            failed[which].setdefault(outcome.id, []).append(replays.fails(outcome))
    return {one: tuple(zip(failed[0].get(one, ()), failed[1].get(one, ()), strict=False)) for one in wanted}


def _counted(found: Sequence[Ran]) -> dict[str, int]:
    return dict(Counter(why for one in found for why in one.why).most_common(20))


async def ran(platform: Platform, sides: Sequence[running.Side], chosen: Sequence[Kept]) -> list[Ran]:
    """With the old version, the old one again, and the new one. They take turns at being first: what makes one run
    slower than another is no version's.
    """
    found: list[Ran] = []
    for number, at in enumerate(range(0, len(chosen), _TURN)):
        those = chosen[at : at + _TURN]
        recordings = {one.id: one for one in await platform.records.recordings([one.id for one in those])}
        told: dict[int, dict[str, Outcome]] = {}
        for turn in (0, 1, 2):
            which = (turn + number) % 3
            told[which] = await running.run(platform, sides[which // 2], list(recordings.values()))
        for one in those:
            if all(one.id in told[which] for which in (0, 1, 2)):
                old, again, new = (told[which][one.id] for which in (0, 1, 2))
                run = replays.Run(one.id, one.endpoint, old, again, new)
                found.append(Ran(run, repeating.explain(recordings[one.id], run.old)))
    return found


async def accept(platform: Platform, by: Identity, wanted: Accepted) -> list[Accepted]:
    """All that are accepted for the application. Raises Missing, Forbidden, Invalid."""
    await _require(platform, by, wanted.application)
    if not wanted.why.strip():
        raise Invalid("say why the difference is wanted", hint="whoever comes after you will want to know")
    one = replace(wanted, by=by.name, at=platform.clock())
    change = Change(by.name, "accept", one.application, f"{one.endpoint} {one.place}", None, {"why": one.why})
    await platform.store.accept(one, change)
    return await platform.store.accepted(one.application)


async def retract(platform: Platform, by: Identity, wanted: Accepted) -> list[Accepted]:
    await _require(platform, by, wanted.application)
    change = Change(by.name, "retract", wanted.application, f"{wanted.endpoint} {wanted.place}", None, None)
    await platform.store.retract(wanted, change)
    return await platform.store.accepted(wanted.application)


async def _require(platform: Platform, by: Identity, application: str) -> None:
    known = await platform.store.application(application)
    if known is None:
        raise Missing(f"there is no application {application!r}")
    by.require_change(known.team)

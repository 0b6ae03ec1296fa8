"""What telemetry cannot see by itself: endpoints of versions, what is personal, how much deployments use.

Told again and again, so that a telemetry that starts anew knows it within seconds.
"""

import asyncio
import logging
from dataclasses import dataclass, field
from typing import Any

import msgspec

from stagedoor.control import attempts, flagging
from stagedoor.control.attempts import Attempt
from stagedoor.control.platform import Platform
from stagedoor.control.used import Used
from stagedoor.model.errors import Failure
from stagedoor.model.version import Version

log = logging.getLogger("stagedoor.telling")

_ROUND, _PATIENCE = 1.0, 2.0
_ALL_EVERY = 15  # Rounds.


@dataclass(slots=True)
class Seen:
    """Of the look before, to tell what was added since: seconds of CPU by instance, ids, ends.

    `flags`: those of the program before this one are known. `attempts`: those of the last look, which are activities.
    """

    cpu: dict[str, float] = field(default_factory=dict)
    instances: set[str] = field(default_factory=set)
    at: float = 0.0
    flags: bool = False
    attempts: set[Attempt] = field(default_factory=set)


async def keep_told(platform: Platform) -> None:
    await platform.recovered.wait()
    seen, number, told = Seen(at=platform.clock()), 0, b""
    while True:
        try:
            if not seen.flags:
                await flagging.recall(platform)
                seen.flags = True
            told = await _teach(platform, told if number % _ALL_EVERY else b"")
            if number % _ALL_EVERY == 0:
                await platform.records.tell("usage", msgspec.json.encode(await usage(platform, seen)))
                seen.attempts = await attempts.note(platform, seen.attempts)
        except Failure as error:
            # All of it next time: what the edge counted before anybody compared is never missed.
            number = -1
            log.debug("telemetry was told nothing: %s", error)
        except Exception:
            log.exception("telemetry could not be told")
        number += 1
        await asyncio.sleep(_ROUND)


async def teach(platform: Platform, application: str, version: str) -> None:
    """Before a version has traffic, telemetry knows its endpoints and what is personal of it, if telemetry is there."""
    if (application, version) in platform.taught:
        return
    try:
        async with asyncio.timeout(_PATIENCE):
            await _teach(platform, b"")
    except (Failure, TimeoutError) as error:
        log.warning("telemetry does not know %s %s yet: %r", application, version, error)


async def _teach(platform: Platform, told: bytes) -> bytes:
    """Tells what is known unless that is what was told before. Raises Failure."""
    found, versions = await known(platform)
    now = msgspec.json.encode(found)
    if now != told:
        await platform.records.tell("known", now)
        platform.taught = versions
    return now


async def known(platform: Platform) -> tuple[dict[str, Any], dict[tuple[str, str], Version]]:
    """({endpoints, personal, flags, shadows} of what runs now, the versions that run)."""
    endpoints: dict[str, list[tuple[str, str]]] = {}
    personal: set[str] = set()
    versions: dict[tuple[str, str], Version] = {}
    for one in {(each.application, each.version) for each in await platform.store.deployments()}:
        # What a version says of itself never changes: it is read once.
        version = platform.taught.get(one) or await platform.store.version(*one)
        if version is None:
            continue
        versions[one] = version
        endpoints[f"{one[0]}@{one[1]}"] = [(each["method"], each["path"]) for each in version.endpoints]
        personal.update(version.manifest.get("telemetry", {}).get("personal", ()))
    flagged = sorted(platform.flags.live(platform.clock()))
    shadows = {f"{one.application}|{one.stack}": one.share for one in await platform.store.shadows()}
    return {"endpoints": endpoints, "personal": sorted(personal), "flags": flagged, "shadows": shadows}, versions


async def usage(platform: Platform, seen: Seen) -> dict[str, Any]:
    """{rows, asked, under_way}: a row for each deployment, and what the edge's workers counted."""
    now = platform.clock()
    running: dict[tuple[str, str, str], list[dict[str, Any]]] = {}
    for one in await platform.engine.instances():
        running.setdefault((one["application"], one["version"], one["stack"]), []).append(one)
    pulses = {
        (pulse.deployment.application, pulse.deployment.version, pulse.deployment.stack): pulse
        for pulse in platform.vitals.pulses.values()
    }
    ended = [end for end in platform.vitals.ends if end.at > seen.at and end.unwanted]
    rows = [_row(platform, now, key, running.get(key, []), pulses.get(key), seen, ended) for key in {*running, *pulses}]
    for row in rows:
        platform.used.setdefault(row[1:4], Used(*row[1:4])).see(*row[4:])
    seen.cpu = {name: curve.points[-1][2] for name, curve in platform.vitals.curves.items() if curve.points}
    seen.instances = {one["id"] for listed in running.values() for one in listed}
    seen.at = now
    asked, under_way = await platform.edge.counted()
    return {"rows": rows, "asked": asked, "under_way": under_way}


def _row(
    platform: Platform, now: float, key: tuple[str, str, str], running: list[dict[str, Any]], pulse: Any, seen: Seen,
    ended: list[Any],
) -> tuple[Any, ...]:  # fmt: skip
    curves = {one["id"]: platform.vitals.curves.get(one["id"]) for one in running}
    points = {name: curve.points[-1] for name, curve in curves.items() if curve and curve.points}
    cpu = sum(max(0.0, point[2] - seen.cpu.get(name, 0.0)) for name, point in points.items())
    room = len(running) * pulse.deployment.spec.concurrency if pulse else 0
    busy = pulse.samples[-1].busy / room if pulse and pulse.samples and room else 0.0
    starts = sum(one["id"] not in seen.instances for one in running) if seen.instances else 0
    deaths = sum((end.application, end.version, end.stack) == key for end in ended)
    memory = sum(point[1] for point in points.values())
    return (now, *key, len(running), busy, int(cpu * 1e6), memory, starts, deaths)

"""The adaptive loop: looks at the figures several times a second, and tells the egress what it may let through.

It holds no request up: while it, telemetry or the edge is away the last limits stay.
"""

import asyncio
import logging

from stagedoor.control.governor import PAUSE
from stagedoor.control.platform import Platform
from stagedoor.control.ports.store import Change
from stagedoor.model.errors import Failure
from stagedoor.model.service import Service

log = logging.getLogger("stagedoor.governor")

_WINDOW = 5
_SELDOM = 4


async def keep_governed(platform: Platform) -> None:
    """Without end. Whatever is away, the limits that are in force stay."""
    await platform.recovered.wait()
    quiet = 0
    while True:
        await asyncio.sleep(PAUSE)
        try:
            in_flight = await platform.live.in_flight()
            quiet = 0 if any(in_flight.values()) or platform.governor.is_needed else quiet + 1
            if quiet % _SELDOM == 0:  # Where nothing goes on there is little to see.
                await _once(platform, await platform.store.services(), in_flight)
        except Failure as error:
            log.info("limits stay as they are: %s", error)
        except Exception:
            log.exception("limits stay as they are")


async def _once(platform: Platform, services: list[Service], in_flight: dict[str, int]) -> None:
    cells = await platform.records.governed(_WINDOW)
    if cells is None:
        return
    entries, turned = platform.governor.look(platform.clock(), services, cells, in_flight)
    await platform.live.set(entries)
    for key, breaker in turned:
        action = "breaker open" if breaker.is_open else "breaker closed"
        target = key.replace("/", ".")
        await platform.store.note(Change("stagedoor", action, "", target, None, {"reason": breaker.reason}))

"""Room in the machine's memory: whether something fits, and what gives way when it does not."""

import asyncio
import logging

from stagedoor.control import doors
from stagedoor.control.platform import Platform
from stagedoor.decide import capacity
from stagedoor.model.deployment import Deployment
from stagedoor.model.errors import Unavailable
from stagedoor.model.quantity import say_size, say_time
from stagedoor.model.scaling import ScaleStep

log = logging.getLogger("stagedoor.room")

_QUIET = 2.0  # Seconds without a request after which an instance may give way to one that is needed.
_PATIENCE = 15.0  # Seconds for what gives way to finish what it has.
_LOOK = 0.05


async def make(platform: Platform, wanted: int, what: str) -> None:
    """Returns once `wanted` bytes more can be promised. Raises Unavailable with the figures when that cannot be."""
    deadline, clearing = platform.clock() + _PATIENCE, True
    while True:
        told, _ = await platform.engine.capacity()
        fit = capacity.fits(told.total, told.promised, wanted)
        if fit.fits:
            return
        if wanted <= told.total and (clearing or told.leaving) and platform.clock() < deadline:
            # One after another: what has gone may be enough.
            clearing = bool(told.leaving) or await clear(platform, platform.clock())
            await asyncio.sleep(_LOOK)
        else:
            used = sum(one.memory for one in await platform.engine.usage())
            raise Unavailable(
                f"{what} does not fit into the machine's memory: {fit.reason}; they use {say_size(used)}, and the "
                f"machine has {say_size(told.free)} free",
                hint="lower resources.memory or scaling.min of what runs, delete lines that nobody needs, or raise "
                "capacity.memory in platform.toml",
            )


async def clear(platform: Platform, now: float) -> bool:
    """Puts the deployment to sleep that had nothing to do for longest. False when none may."""
    attendance, _ = await platform.engine.attendance(doors.NO_ENDS)
    awake = {one.deployment: one.instances for one in attendance if one.instances}
    quiet = [
        one
        for one in await platform.store.deployments()
        if one.id in awake and _may_sleep(platform, one) and platform.vitals.quiet_for(now, one.id) >= _QUIET
    ]
    if not quiet:
        return False
    coldest = max(quiet, key=lambda one: platform.vitals.quiet_for(now, one.id))
    idle = platform.vitals.quiet_for(now, coldest.id)
    log.info("%s gives way: idle for %.0f s", coldest.spec.label, idle)
    await doors.resize(platform, coldest, 0)
    reason = f"its memory is needed by another; no request for {say_time(idle)}"
    await platform.store.add_scale_step(
        ScaleStep(coldest.id, coldest.application, coldest.version, coldest.stack, now, awake[coldest.id], 0, reason)
    )
    return True


def _may_sleep(platform: Platform, one: Deployment) -> bool:
    return one.spec.scaling.min == 0 or one.id not in platform.serving

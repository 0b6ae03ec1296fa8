"""Doors: given out to deployments as they need more instances, taken back when nobody stands there any more."""

from dataclasses import replace

from stagedoor.control.platform import Platform
from stagedoor.model.deployment import Deployment
from stagedoor.model.errors import Unavailable

NO_ENDS = 1 << 62  # Above any number of an end: who asks wants to hear of none.
RAISE = "delete lines that nobody needs, or raise [pools] in platform.toml and restart"


class NoPlace(Unavailable):
    """All backends, doors or slots are given out."""


async def present(platform: Platform, deployment: str) -> int:
    """How many instances it has; 0 while it sleeps."""
    attendance, _ = await platform.engine.attendance(NO_ENDS)
    return next((one.instances for one in attendance if one.deployment == deployment), 0)


async def resize(platform: Platform, deployment: Deployment, count: int, *, keep: tuple[int, ...] = ()) -> Deployment:
    """Gives a deployment `count` instances from now on, on more doors when it needs them; 0 puts it to sleep.

    With `keep`, the instances on these doors stay, and others leave before them. Raises NoPlace.
    """
    async with platform.pool_lock:
        fresh = await platform.store.deployment(deployment.id)
        if fresh is None:
            return deployment
        doors = fresh.spec.doors
        if keep:
            doors = (*keep, *(door for door in doors if door not in keep))
        missing = count - len(doors)
        if missing > 0:
            # As many as there are: some more are better than none.
            doors = (*doors, *free(platform, await platform.store.deployments(), missing, least=1))
            count = len(doors)
        changed = replace(fresh, spec=replace(fresh.spec, doors=doors, instances=count))
        await platform.store.save_deployment(changed)
        if set(doors) != set(fresh.spec.doors):
            await platform.apply_traffic()
        # Within the lock: node hears of changes in the order in which they were made.
        await platform.engine.change(changed.spec)
    return changed


async def give_back(platform: Platform, deployment: Deployment, left: frozenset[int]) -> None:
    """Doors beyond those with an instance go back once nobody stands there any more, as `left` says."""
    async with platform.pool_lock:
        fresh = await platform.store.deployment(deployment.id)
        if fresh is None:
            return
        # Node may have woken it since the database was told.
        instances = await present(platform, deployment.id)
        needed = max(1, instances)
        kept = (*fresh.spec.doors[:needed], *(door for door in fresh.spec.doors[needed:] if door not in left))
        if kept == fresh.spec.doors:
            return
        changed = replace(fresh, spec=replace(fresh.spec, doors=kept, instances=instances))
        await platform.store.save_deployment(changed)
        await platform.engine.change(changed.spec)
    await platform.apply_traffic()


def free(platform: Platform, known: list[Deployment], count: int, *, least: int = 0) -> tuple[int, ...]:
    """`count` doors that nobody has; fewer, but `least`, when there are no more. Raises NoPlace."""
    most = platform.settings.pools.doors
    taken = {door for one in (*known, *platform.ending.values()) for door in one.spec.doors}
    found = [door for door in range(most) if door not in taken][:count]
    if len(found) < (least or count):
        raise NoPlace(f"no place for {count} more instances: {len(taken)} of {most} doors are given out", hint=RAISE)
    return tuple(found)

"""The services that scripts may call."""

from dataclasses import replace

from stagedoor.control.platform import Platform
from stagedoor.control.ports import Change
from stagedoor.model.access import Identity
from stagedoor.model.errors import Unavailable
from stagedoor.model.service import Service, check_service


async def save(platform: Platform, by: Identity, name: str, url: str) -> Service:
    """Adds or changes a service. Raises Invalid, Forbidden, Unavailable."""
    by.require_operator()
    service = check_service(name, url)
    async with platform.pool_lock:
        known = {one.name: one for one in (await platform.store.world()).services}
        former = known.get(name)
        taken = {one.backend for one in known.values()}
        free = [f"s{n}" for n in range(platform.settings.pools.services) if f"s{n}" not in taken]
        # An address is a server's own; a changed one gets a new backend, so that nothing is sent to the old by mistake.
        if former is not None and former.url == service.url:
            return former
        if not free:
            raise Unavailable(
                f"all {len(taken)} places for services are taken",
                hint="raise pools.services in platform.toml",
            )
        service = replace(service, backend=free[0])
        change = Change(by.name, "service", "", name, former.url if former else None, service.url)
        await platform.store.save_service(service, change)
    await platform.apply_traffic()
    return service

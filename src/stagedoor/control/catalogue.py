"""The services that scripts may call."""

import asyncio
import socket
from dataclasses import replace

from stagedoor.control.platform import Platform
from stagedoor.control.ports import Change
from stagedoor.model.access import Identity
from stagedoor.model.errors import Invalid, Unavailable
from stagedoor.model.service import Service, check_service


async def save(platform: Platform, by: Identity, name: str, url: str) -> Service:
    """Adds or changes a service. Raises Invalid, Forbidden, Unavailable."""
    by.require_operator()
    service = await _resolve(check_service(name, url))
    async with platform.pool_lock:
        known = {one.name: one for one in (await platform.store.world()).services}
        former = known.get(name)
        taken = {one.backend for one in known.values()}
        free = [f"s{n}" for n in range(platform.settings.pools.services) if f"s{n}" not in taken]
        # An address is a server's own; a changed one gets a new backend, so that nothing is sent to the old by mistake.
        if former is not None and (former.url, former.address) == (service.url, service.address):
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


async def _resolve(service: Service) -> Service:
    """The edge is given an address, not a name: one that cannot be resolved would keep it from starting."""
    host, port = service.endpoint
    try:
        found = await asyncio.get_running_loop().getaddrinfo(host, port, family=socket.AF_INET, type=socket.SOCK_STREAM)
    except OSError as error:
        raise Invalid(f"{host!r} has no address: {error.strerror}", hint="is the name right?") from None
    return replace(service, address=f"{found[0][4][0]}:{port}")

"""What an owner does to a method while it serves: off for all, on again, faults for a while."""

import secrets
from dataclasses import replace
from typing import Any

from stagedoor.control.catalogue import get
from stagedoor.control.platform import Platform
from stagedoor.control.ports.store import Change
from stagedoor.model.access import Identity
from stagedoor.model.errors import Conflict, Missing
from stagedoor.model.fault import Fault
from stagedoor.model.names import suggest
from stagedoor.model.service import Off, Service

_MOST_FAULTS = 50


async def switch(platform: Platform, by: Identity, name: str, method: str, *, on: bool, reason: str = "") -> Service:
    """Turns a method off for all, or on again. Raises Missing, Forbidden."""
    return await _change_method(
        platform, by, name, method, "switch on" if on else "switch off",
        lambda service: replace(service, off=_switched(service, method, on, Off(by.name, platform.clock(), reason))),
    )  # fmt: skip


def _switched(service: Service, method: str, on: bool, off: Off) -> dict[str, Off]:
    others = {name: one for name, one in service.off.items() if name != method}
    return others if on else {**others, method: service.off.get(method, off)}


async def add_fault(platform: Platform, by: Identity, name: str, wish: dict[str, Any]) -> Fault:
    """Raises Missing, Forbidden, Invalid."""
    now = platform.clock()
    seconds = wish.pop("seconds")
    fault = Fault(id=f"f{secrets.token_hex(4)}", by=by.name, at=now, until=now + seconds, **wish)
    fault.check()

    def change(service: Service) -> Service:
        held = tuple(one for one in service.faults if one.until > now)
        if len(held) >= _MOST_FAULTS:
            raise Conflict(f"{name} has {len(held)} faults already", hint="end some first")
        same = next((one for one in held if (one.method, one.application) == (fault.method, fault.application)), None)
        if same is not None:
            raise Conflict(f"{name}.{fault.method} has the fault {same.id} already", hint="end it first")
        return replace(service, faults=(*held, fault))

    await _change_method(platform, by, name, fault.method, "fault", change)
    return fault


async def end_fault(platform: Platform, by: Identity, name: str, fault: str, reason: str = "") -> None:
    """Raises Missing, Forbidden."""
    service = await get(platform, name)
    by.require_change(service.team)
    held = next((one for one in service.faults if one.id == fault), None)
    if held is None:
        raise Missing(f"{name} has no fault {fault!r}", hint=suggest(fault, [one.id for one in service.faults]))
    await _change_method(
        platform, by, name, held.method, "fault ended" + (f": {reason}" if reason else ""),
        lambda known: replace(known, faults=tuple(one for one in known.faults if one.id != fault)),
    )  # fmt: skip


async def _change_method(platform: Platform, by: Identity, name: str, method: str, action: str, change: Any) -> Service:
    async with platform.pool_lock:
        service = await get(platform, name)
        by.require_change(service.team)
        if method not in service.method_names:
            hint = suggest(method, list(service.method_names))
            raise Missing(f"the service {name} has no method {method!r}", hint=hint)
        wanted = change(service)
        note = Change(by.name, action[:20], "", f"{name}.{method}", None, {"action": action})
        await platform.store.save_service(wanted, note)
    await platform.apply_traffic()
    return await get(platform, name)

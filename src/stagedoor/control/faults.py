"""Faults that end by themselves: by their time, or when an application has lost more than its budget."""

import asyncio
import logging
from typing import Any

from stagedoor.control import switches
from stagedoor.control.platform import Platform
from stagedoor.decide import budget
from stagedoor.model.access import OPERATOR, Identity
from stagedoor.model.errors import Failure
from stagedoor.model.fault import Fault
from stagedoor.model.service import Service

log = logging.getLogger("stagedoor.faults")

_PAUSE = 1.0
_ITSELF = Identity("stagedoor", OPERATOR)

Sums = dict[str, tuple[int, int]]


async def keep_within_budget(platform: Platform) -> None:
    """Without end."""
    await platform.recovered.wait()
    began: dict[str, Sums] = {}
    while True:
        await asyncio.sleep(_PAUSE)
        try:
            services = [one for one in await platform.store.services() if one.faults]
            if services:
                await _look(platform, services, began)
        except Failure as error:
            log.warning("faults are looked at again: %s", error)
        except Exception:
            log.exception("faults are looked at again")


async def _look(platform: Platform, services: list[Service], began: dict[str, Sums]) -> None:
    now = platform.clock()
    sums = _add_up(await platform.records.fanout(3600) or [])
    for service in services:
        for fault in service.faults:
            first = began.setdefault(fault.id, sums)
            reason = "its time is over" if fault.until <= now else _harm(fault, first, sums)
            if reason:
                await switches.end_fault(platform, _ITSELF, service.name, fault.id, reason)
                began.pop(fault.id, None)


def _add_up(told: list[dict[str, Any]]) -> Sums:
    """(requests, failed ones) by application."""
    sums: Sums = {}
    for one in told:
        application = one["label"].partition("@")[0]
        requests, failed = sums.get(application, (0, 0))
        sums[application] = (requests + one["requests"], failed + one["failed"])
    return sums


def _harm(fault: Fault, first: Sums, now: Sums) -> str:
    for application, (requests, failed) in now.items():
        if fault.application in ("", application):
            before = first.get(application, (0, 0))
            reason = budget.is_spent(max(0, requests - before[0]), max(0, failed - before[1]), fault.budget)
            if reason:
                return f"{application}: {reason}"
    return ""

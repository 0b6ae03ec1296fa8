"""Configuration and secrets: set for an application in a stack; every change makes a new release of each line there."""

import json
from dataclasses import replace
from typing import Any

from stagedoor.control import releases
from stagedoor.control.operations import Progress, Work
from stagedoor.control.platform import Platform
from stagedoor.control.ports.store import Change
from stagedoor.model import configuration as rules
from stagedoor.model.access import Identity
from stagedoor.model.application import Application
from stagedoor.model.configuration import Numbers, Value
from stagedoor.model.errors import Failure, Missing
from stagedoor.model.names import suggest
from stagedoor.model.operation import Operation
from stagedoor.model.release import Release


async def listed(platform: Platform, by: Identity, name: str, stack: str) -> list[Value]:
    """Every name's newest value; of secrets never the content. Raises Missing."""
    await _application(platform, name)
    known = await platform.store.values(name, stack)
    kept = sorted((one for one in known if not one.dropped), key=lambda one: one.number)
    last = {(one.stack, one.secret, one.name): one for one in kept}
    return [replace(one, content="" if one.secret else one.content) for one in last.values() if one.content]


async def set_value(
    platform: Platform,
    by: Identity,
    name: str,
    stack: str,
    key: str,
    content: Any,
    *,
    secret: bool,
    known: bool = False,
) -> tuple[Value, list[Operation]]:
    """Sets a value, and begins a release of each line of the stack with it.

    `known`: only one that exists already, as a rotation wants it. Raises Missing, Invalid, TooLarge, Forbidden.
    """
    application = await _application(platform, name)
    by.require_change(application.team)
    text = content if secret else json.dumps(content)
    rules.check_value(key, text)
    if known:
        await _require_known(platform, name, stack, key, secret=secret)
    stored = platform.vault.seal(rules.owner(name, stack, key), text) if secret else text
    return await _save(platform, by, Value(name, stack, secret, key, 0, stored, by.name, platform.clock()))


async def remove_value(
    platform: Platform, by: Identity, name: str, stack: str, key: str, *, secret: bool
) -> tuple[Value, list[Operation]]:
    """Takes a value away; earlier releases still hold it. Raises Missing, Forbidden."""
    application = await _application(platform, name)
    by.require_change(application.team)
    await _require_known(platform, name, stack, key, secret=secret)
    return await _save(platform, by, Value(name, stack, secret, key, 0, "", by.name, platform.clock()))


async def _save(platform: Platform, by: Identity, value: Value) -> tuple[Value, list[Operation]]:
    kind = "secret" if value.secret else "config"
    shown = None if value.secret or not value.content else json.loads(value.content)
    after = {"removed": True} if not value.content else {} if value.secret else {"value": shown}
    target = f"{value.name} in {value.stack}"
    lines = await _reserve(platform, by, value)
    change = Change(by.name, kind, value.application, target, None, after or None)

    def begun(saved: Value) -> list[Operation]:
        return [
            replace(reserved, goal=releases.goal_of(_wish(saved, by, reserved, current))) for reserved, current in lines
        ]

    try:
        saved, operations = await platform.store.add_value(value, change, begun)
    except BaseException:
        for reserved, _ in lines:
            platform.operations.free(reserved)
        raise
    for operation in operations:
        platform.operations.resume(operation, carry_out(platform, saved, operation))
    return saved, operations


async def _reserve(platform: Platform, by: Identity, value: Value) -> list[tuple[Operation, Release]]:
    """Each line of the stack, with what it runs, before anything is stored. Raises Conflict, and takes none then."""
    cause = "secret" if value.secret else "config"
    taken: dict[tuple[str, int, str], Operation] = {}
    try:
        for key in (await platform.store.world()).current:
            name, major, stack = key
            if (name, stack) == (value.application, value.stack):
                taken[key] = platform.operations.reserve(cause, name, f"{name} ^{major} in {stack}", by.name)
        # What they run is read once nobody else can move them.
        current = (await platform.store.world()).current
    except BaseException:
        for reserved in taken.values():
            platform.operations.free(reserved)
        raise
    return [(reserved, current[key]) for key, reserved in taken.items()]


def _wish(value: Value, by: Identity, reserved: Operation, current: Release) -> releases.Wish:
    return releases.Wish(current.version, value.stack, by.name, reserved.kind, numbers=_with(current.numbers, value))


def carry_out(platform: Platform, value: Value, operation: Operation) -> Work:
    """The release of one line with a value that was just set."""

    async def work(progress: Progress) -> dict[str, Any]:
        wish = releases.wish_of(operation.goal, operation.by)
        try:
            return await releases.carry_out(platform, progress, value.application, wish)
        except Failure:
            await _forget_unused(platform, value)
            raise

    return work


async def _forget_unused(platform: Platform, value: Value) -> None:
    """A value with which nothing started was never set."""
    for one in await platform.store.all_releases():
        held = one.secrets if value.secret else one.values
        same = (one.application, one.stack) == (value.application, value.stack)
        if same and held.get(value.name) == value.number:
            return
    await platform.store.drop_value(value)


def _with(numbers: Numbers, value: Value) -> Numbers:
    held = dict(numbers.secrets if value.secret else numbers.values)
    held.pop(value.name, None)
    if value.content:
        held[value.name] = value.number
    return replace(numbers, secrets=held) if value.secret else replace(numbers, values=held)


async def renew_key(platform: Platform, by: Identity) -> int:
    """Seals every secret with a new key; how many. Old keys stay for what runs. Raises Forbidden."""
    by.require_operator()
    platform.vault.renew()
    sealed = []
    for one in await platform.store.secrets():
        owner = rules.owner(one.application, one.stack, one.name)
        text = platform.vault.open(owner, one.content)
        sealed.append(replace(one, content=platform.vault.seal(owner, text)))
    await platform.store.reseal(sealed, Change(by.name, "key", "", "secrets", None, {"secrets": len(sealed)}))
    return len(sealed)


async def _application(platform: Platform, name: str) -> Application:
    found = await platform.store.application(name)
    if found is None:
        raise Missing(f"there is no application {name!r}", hint="deploy or publish it first")
    return found


async def _require_known(platform: Platform, name: str, stack: str, key: str, *, secret: bool) -> None:
    numbers = rules.newest(await platform.store.values(name, stack))
    held = numbers.secrets if secret else numbers.values
    if key not in held:
        kind = "secret" if secret else "value"
        raise Missing(f"{name} has no {kind} {key!r} in {stack}", hint=suggest(key, list(held)))

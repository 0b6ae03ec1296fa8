"""The services that scripts may call: who owns them, where they are, what is allowed, and what is switched off."""

import asyncio
import json
import logging
from dataclasses import dataclass, replace
from typing import Any

import msgspec

from stagedoor.control import traffic
from stagedoor.control.lookup import look_up
from stagedoor.control.platform import Platform
from stagedoor.control.ports.store import Change
from stagedoor.model import openapi
from stagedoor.model.access import Identity
from stagedoor.model.errors import Conflict, Invalid, Missing, Unavailable
from stagedoor.model.grant import grants
from stagedoor.model.method import Method
from stagedoor.model.names import suggest
from stagedoor.model.policy import repeatable
from stagedoor.model.service import (
    CREDENTIAL_FIELDS,
    Service,
    check_origins,
    credential_owner,
)
from stagedoor.model.stubs import Described, argument
from stagedoor.model.stubs import write as write_stubs

log = logging.getLogger("stagedoor.catalogue")

_LOOK_UP = 30.0
_MOST_ADDRESSES = 16
_MOST_FAULTS = 50
_SECRET = 100_000


@dataclass(frozen=True, slots=True)
class Wish:
    """What a service is to be; None leaves what there is. `document` is an OpenAPI document."""

    urls: tuple[str, ...] | None = None
    team: str | None = None
    document: dict[str, Any] | None = None
    policies: dict[str, Any] | None = None
    credential: str | None = None
    credential_field: str = CREDENTIAL_FIELDS[0]


async def save(platform: Platform, by: Identity, name: str, wish: Wish) -> Service:
    """Adds or changes a service, whole or not at all. Raises Invalid, Forbidden, Unavailable, TooLarge."""
    # Read before anybody waits for it: a document may be large.
    methods = None if wish.document is None else await asyncio.to_thread(openapi.methods, wish.document)
    async with platform.pool_lock:
        former = await platform.store.service(name)
        base = former or Service(name, (), team=wish.team or by.team)
        by.require_change(base.team)
        if wish.team is not None and wish.team != base.team:
            by.require_operator()
        wanted = _merge(platform, base, wish, base.methods if methods is None else methods)
        if wish.urls is not None or not former:
            addresses = await look_up(platform, check_origins(name, wanted.urls), by)
            wanted = replace(wanted, urls=check_origins(name, wanted.urls), addresses=addresses)
        _ = wanted.policy  # What contradicts itself is refused before anything is kept.
        if former is None:
            wanted = replace(wanted, backend=await _free_backend(platform))
        if former is None or replace(wanted, number=0) != replace(former, number=0) or wish.document is not None:
            change = Change(by.name, "service", "", name, _say(former) if former else None, _say(wanted))
            document = None if wish.document is None else json.dumps(wish.document)
            await platform.store.save_service(wanted, change, document)
    await platform.apply_traffic()
    await tell_scripts(platform)
    return await get(platform, name)


async def get(platform: Platform, name: str) -> Service:
    """Raises Missing."""
    service = await platform.store.service(name)
    if service is None:
        known = [one.name for one in await platform.store.services()]
        raise Missing(f"there is no service {name!r}", hint=suggest(name, known))
    return service


def _merge(platform: Platform, base: Service, wish: Wish, methods: tuple[Method, ...]) -> Service:
    wanted = replace(
        base,
        urls=base.urls if wish.urls is None else wish.urls,
        team=base.team if wish.team is None else wish.team,
        methods=methods,
        policies=base.policies if wish.policies is None else wish.policies,
        off={method: one for method, one in base.off.items() if not methods or any(m.name == method for m in methods)},
    )
    if wish.credential is None:
        return wanted
    if wish.credential_field not in CREDENTIAL_FIELDS:
        hint = f"egress knows {' and '.join(CREDENTIAL_FIELDS)}"
        raise Invalid(f"a credential cannot go into {wish.credential_field!r}", hint=hint)
    if not wish.credential:
        return replace(wanted, credential="", credential_field="")
    if len(wish.credential) > _SECRET or not wish.credential.isprintable() or not wish.credential.isascii():
        raise Invalid("the credential holds what a header cannot", hint="one line of printable ASCII")
    sealed = platform.vault.seal(credential_owner(base.name), wish.credential)
    return replace(wanted, credential=sealed, credential_field=wish.credential_field)


def _say(service: Service) -> dict[str, Any]:
    """For the audit log: what changed, without the credential."""
    return {
        "urls": list(service.urls), "team": service.team, "methods": len(service.methods),
        "policies": service.policies, "credential": bool(service.credential),
    }  # fmt: skip


async def _free_backend(platform: Platform) -> str:
    taken = {one.backend for one in await platform.store.services()}
    free = [f"s{n}" for n in range(platform.settings.pools.services) if f"s{n}" not in taken]
    if not free:
        raise Unavailable(
            f"all {len(taken)} places for services are taken", hint="raise pools.services in platform.toml"
        )
    return free[0]


async def remove(platform: Platform, by: Identity, name: str) -> None:
    """Raises Missing, Forbidden, Conflict while something that runs calls it."""
    by.require_developer()
    async with platform.pool_lock:
        service = await get(platform, name)
        by.require_change(service.team)
        world = await platform.store.world()
        serving = traffic.serving_ids(world)
        serving_now = [one.spec for one in world.deployments if one.id in serving]
        callers = sorted({one.label for one in serving_now if name in grants(one.services)})
        if callers:
            raise Conflict(f"{name} is called by {', '.join(callers[:5])}", hint="release versions without it first")
        await platform.store.drop_service(name, Change(by.name, "service", "", name, _say(service), None))
    await platform.apply_traffic()
    await tell_scripts(platform)


# What scripts are told


async def tell_scripts(platform: Platform) -> None:
    """Makes the catalogue that instances read say what it is now; what runs learns it within a second or two."""
    services = await platform.store.services()
    try:
        await platform.engine.tell_catalogue(hosts(services), json.dumps(descriptions(services)))
    except Unavailable as error:
        log.warning("instances are not told of the catalogue: %s", error)


def hosts(services: list[Service]) -> str:
    """Names that lead to the egress inside a container: any client reaches a service by its name."""
    names = " ".join(one.name for one in services)
    return f"127.0.0.1 localhost {names}\n"


def descriptions(services: list[Service]) -> dict[str, Any]:
    """By service, what the runtime's client needs to know of its methods."""
    return {one.name: {"methods": [_describe(one, method) for method in one.methods]} for one in services}


def _describe(service: Service, method: Method) -> dict[str, Any]:
    own = service.policy.of(method.name)
    return {
        "name": method.name, "verb": method.verb, "path": method.path,
        "parameters": [
            {"name": one.name, "place": one.place, "required": one.required, "argument": argument(one.name)}
            for one in method.parameters
        ],
        "timeout": own.timeout, "retries": own.retries if repeatable(own, method) else 0,
        "shared": not own.personal and own.cache, "fallback": own.fallback,
    }  # fmt: skip


async def stubs(platform: Platform, names: list[str]) -> dict[str, Any]:
    """For editors, type checkers and tests: what `http.bodies.Stubs` holds."""
    known = {one.name: one for one in await platform.store.services()}
    chosen = [known[name] for name in (names or known) if name in known]
    documents = {one.name: await platform.store.description(one.name) for one in chosen if one.methods}
    described = [Described(one.name, json.loads(documents[one.name]) if one.methods else None) for one in chosen]
    signatures = {one.name: msgspec.to_builtins(one.methods) for one in chosen}
    return {
        "stub": await asyncio.to_thread(write_stubs, described),
        "description": json.dumps({"services": descriptions(chosen), "signatures": signatures}, indent=1) + "\n",
        "services": {one.name: len(one.methods) for one in chosen},
        "missing": [name for name in names if name not in known],
    }

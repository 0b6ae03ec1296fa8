"""Calls to services for people: from a sandbox of `stagedoor dev`, or by a token alone. By the rules for scripts.

What may be called follows from a manifest: of a version that the application has, or the one that `dev` runs, which it
tells before. Each call is an activity; many of the same are one, with their number.
"""

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass

from stagedoor.control import asking
from stagedoor.control.call_counts import ToldManifest
from stagedoor.control.platform import Platform
from stagedoor.control.ports.services import Answered
from stagedoor.control.ports.store import Change
from stagedoor.decide import allowance
from stagedoor.decide.allowance import Grants, Observed
from stagedoor.model import grant
from stagedoor.model.access import OPERATOR, VIEWER, Identity
from stagedoor.model.errors import Failure, Forbidden, Invalid, Missing, TooMany, Unavailable
from stagedoor.model.names import check_name, suggest
from stagedoor.model.service import Service

MANIFEST_AGE_S = 12 * 3600.0
_MAX_PATH, _MAX_NAME = 200, 40


class CallRefused(Failure):
    """A call that a script would not be let make either. `reason` is one of `allowance.REFUSALS`."""

    def __init__(self, reason: str, what: str) -> None:
        refusal = allowance.REFUSALS[reason]
        super().__init__(f"{what}: {refusal.say('application')}", hint=_HINTS.get(reason, "try again later"))
        self.reason, self.status, self.code = reason, refusal.status, refusal.code


_HINTS = {
    "grant": "name it under services in stagedoor.toml, and run it with `stagedoor dev` or publish it",
    "target": "write the path in its plain form",
    "method": "`stagedoor service show NAME` lists its methods",
    "off": "`stagedoor service show NAME` says who switched it off",
}


@dataclass(frozen=True, slots=True)
class Call:
    """What is wanted. `path` is as it was sent, not decoded; `application` is for whom."""

    service: str
    application: str
    stack: str
    verb: str
    path: str
    query: str
    fields: Mapping[str, str]
    body: bytes


async def tell_manifest(
    platform: Platform, by: Identity, application: str, team: str, services: tuple[str, ...]
) -> None:
    """Takes the grants of the manifest that `dev` runs. Raises Invalid, Forbidden, TooMany."""
    check_name("an application", application)
    grant.check(services)
    known = await platform.store.application(application)
    by.require_change(known.team if known else team)
    now, key = platform.clock(), (by.name, application)
    former = platform.calling.manifest(key, now)
    is_new = former is None or former.services != services
    if is_new and not platform.calling.spend_note(now, by.name):
        raise TooMany("the manifest changes too often", hint="try again in a minute")
    platform.calling.keep(key, ToldManifest(team, services, now + MANIFEST_AGE_S))
    if is_new:
        before = {"services": list(former.services)} if former else None
        await platform.store.note(
            Change(by.name, "dev", application, application, before, {"services": list(services)})
        )


async def call(platform: Platform, by: Identity, wanted: Call) -> Answered:
    """The service's answer. Raises Missing, Forbidden, CallRefused, Unavailable."""
    try:
        granted, service = await _admit(platform, by, wanted)
    except Failure as error:
        await _note(platform, by, wanted, "", error.code)
        raise
    name, reason = allowance.find_method(service, granted, wanted.verb, wanted.path)
    key, caller = f"{service.name}/{name}", f"{wanted.application}:{service.name}/{name}"
    others = await _count_others(platform, key)
    # From here on nothing waits until the call is counted: of many at the same moment no more than allowed pass.
    observed = _observe(platform, key, caller, others)
    if reason := reason or allowance.decide(service, name, wanted.application, observed):
        await _note(platform, by, wanted, name, reason)
        raise CallRefused(reason, f"{service.name}{f'.{name}' if name else ''}")
    with platform.calling.counted(key, caller):
        await _note(platform, by, wanted, name, "")
        return await _ask(platform, by, wanted, service, name)


async def _admit(platform: Platform, by: Identity, wanted: Call) -> tuple[Grants, Service]:
    """Returns what the application may call, and the service. Raises Forbidden, Invalid, Missing."""
    if by.role == VIEWER:
        raise Forbidden(f"{by.name} is a viewer and may not call services")
    if wanted.stack == "prod" and by.role != OPERATOR:
        raise Forbidden(f"{by.name} may call services of prod only from what runs there", hint="leave out --stack prod")
    return await _granted(platform, by, wanted.application), await _service(platform, wanted.service)


async def _ask(platform: Platform, by: Identity, wanted: Call, service: Service, name: str) -> Answered:
    target = f"{wanted.path}?{wanted.query}" if wanted.query else wanted.path
    timeout = service.policy.of(name).timeout
    try:
        async with asyncio.timeout(timeout):
            return await asking.ask(
                platform, service, f"dev:{by.name}", wanted.stack, wanted.verb, target, fields=wanted.fields,
                body=wanted.body,
            )  # fmt: skip
    except TimeoutError:
        raise Unavailable(f"{service.name}.{name} does not answer within {timeout:g} s") from None


async def _service(platform: Platform, name: str) -> Service:
    known = {service.name: service for service in (await platform.store.world()).services}
    if name not in known:
        raise Missing(f"there is no service {name!r}", hint=suggest(name, list(known)))
    return known[name]


async def _granted(platform: Platform, by: Identity, application: str) -> Grants:
    """What manifests of the application name: of what is released, of the newest version, and of the caller's `dev`.

    Raises Invalid for a call that names no application, Forbidden for one of another team, Missing.
    """
    if not application:
        raise Invalid(
            "a call says for which application it is made", hint="send its name as the field stagedoor-application"
        )
    known = await platform.store.application(application)
    told = platform.calling.manifest((by.name, application), platform.clock())
    if known is None and told is None:
        raise Missing(f"there is no application {application!r}", hint="`stagedoor dev` tells what it runs")
    by.require_change(known.team if known else told.team if told else "")
    declared = list(told.services) if told else []
    if known is not None:
        declared += await _declared(platform, application)
    return grant.grants(declared)


async def _declared(platform: Platform, application: str) -> list[str]:
    world = await platform.store.world()
    numbers = {release.version for (name, _, _), release in world.current.items() if name == application}
    numbers |= {(await platform.store.latest_versions()).get(application, "")} - {""}
    versions = [await platform.store.version(application, number) for number in sorted(numbers)]
    return [str(service) for version in versions if version for service in version.manifest.get("services", [])]


async def _count_others(platform: Platform, key: str) -> int:
    """Returns the calls of instances that are under way."""
    try:
        return (await platform.live.in_flight()).get(key, 0)
    except Unavailable:
        return 0  # The egress is away, and so are the calls of instances.


def _observe(platform: Platform, key: str, caller: str, others: int) -> Observed:
    """Own calls, those of instances under way, and what the adaptive loop decided."""
    calls, in_flight, caller_calls, caller_in_flight = platform.calling.observe(platform.clock(), key, caller)
    governed = platform.governor.governed.get(key)
    limit = governed.limit.value if governed else 0
    is_open = governed.breaker.is_open if governed else False
    return Observed(calls, in_flight + others, caller_calls, caller_in_flight, limit, is_open)


async def _note(platform: Platform, by: Identity, wanted: Call, name: str, reason: str) -> None:
    key = (wanted.application, wanted.service, name, wanted.stack, reason)
    if count := platform.calling.count_note(platform.clock(), by.name, key):
        after = {"stack": wanted.stack, "verb": wanted.verb, "path": wanted.path[:_MAX_PATH], "calls": count}
        after |= {"refused": reason} if reason else {}
        target = f"{wanted.service}.{name}" if name else wanted.service[:_MAX_NAME]
        action = "service-call-refused" if reason else "service-call"
        await platform.store.note(Change(by.name, action, wanted.application[:_MAX_NAME], target, None, after))

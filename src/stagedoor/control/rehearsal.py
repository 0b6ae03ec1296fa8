"""Rehearsing failures: each call of each endpoint fails in turn, for one request that says so by a signed header.

The version runs as its preview does. What was found is remembered, so that who turns a method off is told.
"""

import asyncio
import base64
import hashlib
import hmac
import json
import time
import uuid
from collections.abc import Sequence
from dataclasses import dataclass, field

from stagedoor.control import deployments, effective
from stagedoor.control.platform import Platform
from stagedoor.control.ports.edge import Probed
from stagedoor.decide import fallback as decide
from stagedoor.model.access import Identity
from stagedoor.model.deployment import PREVIEW, Deployment
from stagedoor.model.errors import Invalid, Missing
from stagedoor.model.fault import KINDS
from stagedoor.model.manifest import build as build_manifest
from stagedoor.model.names import suggest
from stagedoor.model.service import Service
from stagedoor.model.version import Version

_AT_ONCE = 8
_PATIENCE = 2.0
_LONGEST = 60.0
_MOST_TRIALS = 400
_VALID = 120  # Seconds for which a signed fault holds.


@dataclass(frozen=True, slots=True)
class Wish:
    """`paths` are asked beside the endpoints without parameters. `kinds` empty: all."""

    version: str = ""
    paths: tuple[str, ...] = ()
    member: str = ""
    device: str = ""
    kinds: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Trial:
    """One call that failed in one way. `stands`: the answer was a usable one, in time."""

    endpoint: str
    method: str
    kind: str
    stands: bool
    found: str
    status: int
    took: float


@dataclass(frozen=True, slots=True)
class Skipped:
    endpoint: str
    reason: str


@dataclass(frozen=True, slots=True)
class Rehearsal:
    application: str
    version: str
    took: float
    trials: list[Trial] = field(default_factory=list)
    skipped: list[Skipped] = field(default_factory=list)


def sign(key: str, method: str, fault: str, expires: float) -> str:
    """A JWT (HS256) by which egress lets one method fail; `method` is `service/name`, `fault` as `error|503`."""

    def encoded(value: bytes) -> str:
        return base64.urlsafe_b64encode(value).rstrip(b"=").decode()

    head = encoded(b'{"alg":"HS256","typ":"JWT"}')
    claims = encoded(json.dumps({"method": method, "fault": fault, "exp": int(expires)}).encode())
    mark = hmac.new(key.encode(), f"{head}.{claims}".encode(), hashlib.sha256).digest()
    return f"{head}.{claims}.{encoded(mark)}"


async def rehearse(platform: Platform, by: Identity, application: str, wish: Wish) -> Rehearsal:
    """Raises Missing, Invalid, Forbidden, Unavailable."""
    known = await platform.store.application(application)
    if known is None:
        names = list(await platform.store.latest_versions())
        raise Missing(f"there is no application {application!r}", hint=suggest(application, names))
    by.require_change(known.team)
    for kind in wish.kinds:
        if kind not in KINDS:
            raise Invalid(f"there is no fault {kind!r}", hint=suggest(kind, KINDS))
    began = time.monotonic()
    version = await _choose(platform, application, wish.version)
    configuration = await effective.of_version(platform, version, "test")
    deployment = await deployments.ensure(platform, version, "test", configuration, PREVIEW)
    await deployments.settle(platform, deployment)
    await platform.apply_traffic()
    paths, skipped = _paths(version, wish.paths)
    stage = _Stage(platform, deployment, version, wish, asyncio.Semaphore(_AT_ONCE))
    found = await asyncio.gather(*(stage.endpoint(path) for path in paths))
    trials = [trial for those, _ in found for trial in those]
    skipped += [Skipped(path, reason) for path, (_, reason) in zip(paths, found, strict=True) if reason]
    _remember(platform, version, trials)
    return Rehearsal(application, version.number, time.monotonic() - began, trials, skipped)


async def _choose(platform: Platform, application: str, number: str) -> Version:
    known = {one.number: one for one in await platform.store.versions(application)}
    wanted = number or (await platform.store.latest_versions()).get(application, "")
    if wanted not in known:
        raise Missing(
            f"{application} has no version {wanted or '(none is published)'}", hint=suggest(wanted, list(known))
        )
    return known[wanted]


def _paths(version: Version, given: Sequence[str]) -> tuple[list[str], list[Skipped]]:
    """What is asked: endpoints without parameters that only read, and what was named."""
    paths = list(dict.fromkeys(given))
    skipped = []
    for one in version.endpoints:
        if one["method"] != "GET":
            skipped.append(Skipped(f"{one['method']} {one['path']}", "it may have an effect"))
        elif "{" in one["path"]:
            if not any(_fits(one["path"], path) for path in paths):
                skipped.append(Skipped(f"GET {one['path']}", "it has parameters; name a path with --path"))
        elif one["path"] not in paths:
            paths.append(one["path"])
    return paths, skipped


def _fits(template: str, path: str) -> bool:
    parts, asked = template.split("/"), path.partition("?")[0].split("/")
    return len(parts) == len(asked) and all("{" in one or one == other for one, other in zip(parts, asked, strict=True))


@dataclass(slots=True)
class _Stage:
    """The version that is tried, and how it is asked."""

    platform: Platform
    deployment: Deployment
    version: Version
    wish: Wish
    room: asyncio.Semaphore

    async def endpoint(self, path: str) -> tuple[list[Trial], str]:
        """(trials, why there are none)."""
        identity = str(uuid.uuid4())
        usual = await self._ask(path, identity, "")
        if usual.status >= 400:
            return [], f"it answers {usual.status} as it is"
        called = await self._called(identity)
        if not called:
            return [], "it calls no service"
        services = {one.name: one for one in await self.platform.store.services()}
        kinds = self.wish.kinds or KINDS
        pairs = [(name, kind) for name in sorted(called) for kind in kinds][:_MOST_TRIALS]
        return list(await asyncio.gather(*(self._trial(path, name, kind, services) for name, kind in pairs))), ""

    async def _called(self, identity: str) -> set[str]:
        """The methods that a request called, as `service/name`, from its records."""
        deadline = time.monotonic() + _PATIENCE
        found: set[str] = set()
        while time.monotonic() < deadline:
            before = len(found)
            async for one in self.platform.records.read({"kind": "call", "id": identity}, 500, follow=False):
                found.add(f"{one['service']}/{one.get('name', 'any')}")
            if found and len(found) == before:
                break
            await asyncio.sleep(0.05)
        return found

    async def _trial(self, path: str, name: str, kind: str, services: dict[str, Service]) -> Trial:
        service, _, method = name.partition("/")
        policy = services[service].policy.of(method) if service in services else None
        timeout = policy.timeout if policy else 5.0
        fault = {"delay": f"delay|{round(timeout * 1000) + 200}", "error": "error|503"}.get(kind, kind)
        token = sign(self.platform.fault_key, name, fault, self.platform.clock() + _VALID)
        async with self.room:
            answer = await self._ask(path, str(uuid.uuid4()), token)
        limit = build_manifest(self.version.manifest).limits.request
        stands, found = decide.judge(answer.status, answer.degraded, answer.took, limit)
        return Trial(path, name.replace("/", "."), kind, stands, found, answer.status, answer.took)

    async def _ask(self, path: str, identity: str, token: str) -> Probed:
        headers = {"stagedoor-request-id": identity, "stagedoor-member": self.wish.member}
        headers |= {"stagedoor-device": self.wish.device, "stagedoor-fault": token}
        given = {name: value for name, value in headers.items() if value}
        return await self.platform.edge.ask(self.deployment.spec.backend, path, given, _LONGEST)


def _remember(platform: Platform, version: Version, trials: Sequence[Trial]) -> None:
    found: dict[str, str] = {}
    for one in sorted(trials, key=lambda one: one.stands, reverse=True):
        found[one.method] = f"rehearsed: {one.found}" if one.stands else f"rehearsed: {one.endpoint} {one.found}"
    platform.rehearsed[f"{version.application}@{version.number}"] = found

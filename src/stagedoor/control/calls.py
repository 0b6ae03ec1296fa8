"""What a version calls, looked at before it runs: against its grants, the catalogue, and the version before it."""

import json
from typing import Any

import msgspec

from stagedoor.control import traffic
from stagedoor.control.platform import Platform
from stagedoor.control.ports.artefacts import Source
from stagedoor.model import usage
from stagedoor.model.errors import Invalid
from stagedoor.model.method import Method
from stagedoor.model.version import Version

STUB = "stagedoor_api.json"
_SHOWN = 10
_RECENT = 600


async def check(platform: Platform, source: Source) -> None:
    """Raises Invalid for calls that would be refused, and for stubs that no longer fit their service."""
    files = platform.artefacts.texts(source.name, (".py", STUB))
    services = {one.name: one.methods for one in await platform.store.services()}
    found = usage.faults(_uses(files), source.manifest.services, services, _pulled(files.get(STUB, "")))
    if found:
        more = f"\n... and {len(found) - _SHOWN} more" if len(found) > _SHOWN else ""
        raise Invalid("its calls to services do not hold", log="\n".join(found[:_SHOWN]) + more, step="calls")


async def describe(platform: Platform, version: Version, stack: str) -> str:
    """How what it calls differs from what its line in the stack calls now; with how much that is, from its traffic."""
    now = await _of(platform, version.source)
    line = await platform.store.line(version.application, version.major, stack)
    former, rate = None, 0.0
    for release in await platform.store.releases(version.application, version.major, stack):
        known = await platform.store.version(version.application, release.version)
        if release.number == line.release and known is not None:
            former = await _of(platform, known.source)
            rate = await _rate(platform, version, stack)
    return usage.news(now, former, rate)


async def _of(platform: Platform, source: str) -> dict[str, list[str]]:
    services = {one.name: one.methods for one in await platform.store.services()}
    return usage.resolve(_uses(platform.artefacts.texts(source, (".py",))), services)


def _uses(files: dict[str, str]) -> list[usage.Use]:
    """Of the script itself: its tests may call what they like."""
    return usage.find({name: text for name, text in files.items() if name.endswith(".py") and not _is_test(name)})


def _is_test(name: str) -> bool:
    return any(part in ("tests", "test") or part.startswith("test_") for part in name.split("/"))


def _pulled(text: str) -> dict[str, dict[str, Method]]:
    """The signatures that `api pull` wrote; none in a file that is something else."""
    try:
        signatures: Any = json.loads(text or "{}").get("signatures", {})
        methods = msgspec.convert(signatures, dict[str, tuple[Method, ...]])
    except (ValueError, AttributeError, msgspec.ValidationError):
        raise Invalid(f"{STUB} cannot be read", hint="run `stagedoor api pull` again") from None
    return {service: {one.name: one for one in those} for service, those in methods.items()}


async def _rate(platform: Platform, version: Version, stack: str) -> float:
    """Requests a second of the line, over the last minutes."""
    world = await platform.store.world()
    wanted = (version.application, version.major, stack)
    line = next((one for one in world.lines if (one.application, one.major, one.stack) == wanted), None)
    serving = traffic.serving(world, line) if line is not None else None
    if serving is None:
        return 0.0
    told = await platform.records.fanout(_RECENT) or []
    requests = sum(one["requests"] for one in told if (one["label"], one["stack"]) == (serving.spec.label, stack))
    return float(requests) / _RECENT

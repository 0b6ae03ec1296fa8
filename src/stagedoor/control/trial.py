"""Running an application's own tests in the sandbox, without publishing anything."""

from pathlib import Path
from typing import Any

from stagedoor.control.platform import Platform
from stagedoor.control.ports.artefacts import Source
from stagedoor.control.publish import discard
from stagedoor.model.access import Identity
from stagedoor.model.errors import Invalid


async def run(platform: Platform, by: Identity, archive: Path) -> dict[str, Any]:
    """Raises Invalid, TooLarge, Forbidden."""
    source = await platform.artefacts.accept(archive)
    platform.reading += 1
    try:
        by.require_change(source.manifest.team)
        return await _run(platform, source)
    finally:
        platform.reading -= 1
        await discard(platform, source)


async def _run(platform: Platform, source: Source) -> dict[str, Any]:
    checks = source.manifest.checks
    if not platform.artefacts.has_tests(source.name, checks.tests):
        raise Invalid(f"there is no folder {checks.tests!r} with tests", hint="`stagedoor init` writes one")
    layer, python, _ = await platform.artefacts.prepare(source.name, source.manifest)
    sandbox = await platform.artefacts.sandbox(source.name, layer, python, source.manifest, tool="checks")
    paths = platform.artefacts.import_paths(layer, tool="checks")
    return await platform.engine.check(sandbox, paths, checks.tests, source.manifest.config, checks.timeout)

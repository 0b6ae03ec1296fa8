"""What a version runs with in a stack: its manifest's values under those that were set there."""

from stagedoor.control.platform import Platform
from stagedoor.model import configuration as rules
from stagedoor.model.configuration import Configuration, Numbers
from stagedoor.model.version import Version


async def numbers_for(platform: Platform, application: str, major: int, stack: str) -> Numbers:
    """What a new release of the line holds: what its present one does, the first of a line the newest of everything."""
    line = await platform.store.line(application, major, stack)
    for one in await platform.store.releases(application, major, stack):
        if one.number == line.release:
            return one.numbers
    return rules.newest(await platform.store.values(application, stack))


async def of_version(platform: Platform, version: Version, stack: str, numbers: Numbers | None = None) -> Configuration:
    """What `version` runs with in `stack`: its manifest's values under those that were set."""
    if numbers is None:
        numbers = await numbers_for(platform, version.application, version.major, stack)
    known = await platform.store.values(version.application, stack)
    return rules.apply(dict(version.manifest.get("config", {})), numbers, known)

"""Previews: any published version answers at an address of its own, for who may change it."""

from stagedoor.control import deployments, effective
from stagedoor.control.platform import Platform
from stagedoor.model.access import Identity
from stagedoor.model.deployment import PREVIEW, Deployment
from stagedoor.model.errors import Invalid, Missing


async def bring_up(platform: Platform, by: Identity, label: str) -> Deployment:
    """The deployment of `label` ("tv-home@5.1.0") in the stack test, ready. Raises Missing, Forbidden, Invalid."""
    name, _, number = label.partition("@")
    application = await platform.store.application(name)
    version = await platform.store.version(name, number)
    if application is None or version is None:
        raise Missing(f"there is no version {label!r}", hint="written as application@1.2.3")
    by.require_change(application.team)
    configuration = await effective.of_version(platform, version, "test")
    deployment = await deployments.ensure(platform, version, "test", configuration, PREVIEW)
    try:
        await deployments.settle(platform, deployment)
    except Invalid:
        await deployments.end_unless_serving(platform, deployment)
        raise
    await platform.apply_traffic()
    return deployment

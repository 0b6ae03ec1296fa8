"""Devices whose requests are all kept: who may say so, and that a restart of control forgets none."""

from pathlib import Path

import pytest

from stagedoor.control import flagging
from stagedoor.control.flags import Flags
from stagedoor.model.access import Identity
from stagedoor.model.errors import Forbidden, Invalid, TooLarge
from tests.unit.test_alerting import ADA, World, in_world


def test_what_is_flagged_is_known_after_a_restart_until_it_ends(tmp_path: Path) -> None:
    async def work(world: World) -> None:
        platform, now = world.platform, world.now[0]
        for device, seconds in (("tv-1", 600), ("tv-2", 60), ("tv-3", 600), ("tv-3", 900)):
            await flagging.put(platform, ADA, device, seconds)
        await flagging.put(platform, ADA, "tv-4", 600)
        await flagging.clear(platform, ADA, "tv-4")
        world.now[0] += 120
        platform.flags = Flags()
        await flagging.recall(platform)
        assert platform.flags.live(world.now[0]) == {"tv-1": now + 600, "tv-3": now + 900}

    in_world(tmp_path, work)


def test_a_viewer_flags_nothing_and_a_flag_has_its_bounds(tmp_path: Path) -> None:
    async def work(world: World) -> None:
        with pytest.raises(Forbidden):
            await flagging.put(world.platform, Identity("vic", "viewer"), "tv-1", 60)
        for device, seconds in (("", 60), ("tv-1", 0), ("tv-1", 90_000), ("x" * 201, 60)):
            with pytest.raises(Invalid):
                await flagging.put(world.platform, ADA, device, seconds)
        for number in range(100):
            await flagging.put(world.platform, ADA, f"tv-{number}", 60)
        with pytest.raises(TooLarge):
            await flagging.put(world.platform, ADA, "tv-100", 60)
        assert len(await flagging.put(world.platform, ADA, "tv-99", 60)) == 100

    in_world(tmp_path, work)

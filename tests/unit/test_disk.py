"""What may be written to a disk that fills up, and how much is set aside."""

from pathlib import Path

import pytest

from stagedoor.decide import disk
from stagedoor.model.errors import Unavailable
from stagedoor.sql.reserve import NAME, DiskReserve

_GB, _MB = 10**9, 10**6


@pytest.mark.parametrize(
    ("free", "held", "purpose", "allowed", "release"),
    [
        (2 * _GB, 64 * _MB, disk.GROWTH, True, 0),
        (_GB, 64 * _MB, disk.GROWTH, True, 0),
        (_GB - 1, 64 * _MB, disk.GROWTH, False, 0),
        (0, 64 * _MB, disk.GROWTH, False, 0),
        (_GB, 64 * _MB, disk.CHANGE, True, 0),
        (4 * _MB, 64 * _MB, disk.CHANGE, True, 0),
        (3 * _MB, 64 * _MB, disk.CHANGE, True, 4 * _MB),
        (0, 1 * _MB, disk.CHANGE, True, 1 * _MB),
        (0, 0, disk.CHANGE, True, 0),
    ],
)
def test_growth_stops_before_changes_do(free: int, held: int, purpose: str, allowed: bool, release: int) -> None:
    verdict = disk.judge(100 * _GB, free, held, purpose)
    assert (verdict.allowed, verdict.release_bytes) == (allowed, release)
    assert bool(verdict.reason) is not allowed


@pytest.mark.parametrize(
    ("total", "free", "held", "wanted"),
    [
        (100 * _GB, 50 * _GB, 0, 64 * _MB),
        (100 * _GB, 50 * _GB, 60 * _MB, 64 * _MB),
        (400 * _MB, 300 * _MB, 0, 32 * _MB),
        (400 * _MB, 90 * _MB, 0, 0),
        (400 * _MB, 10 * _MB, 4 * _MB, 4 * _MB),
    ],
)
def test_what_is_set_aside_leaves_room_for_growth(total: int, free: int, held: int, wanted: int) -> None:
    assert disk.held_bytes(total, free, held) == wanted


def test_the_reserve_is_given_in_parts_and_filled_again(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    reserve, usage = DiskReserve(tmp_path), (100 * _GB, 50 * _GB)
    monkeypatch.setattr(DiskReserve, "_usage", lambda self: usage)
    reserve.refill()
    file = tmp_path / NAME
    assert file.stat().st_size == 64 * _MB and file.stat().st_blocks * 512 >= 64 * _MB
    assert not reserve.make_room() and reserve.warning() == ""
    reserve.require_room()
    usage = (100 * _GB, 0)
    with pytest.raises(Unavailable, match="0 B of 100 GB are free"):
        reserve.require_room()
    assert reserve.make_room() and file.stat().st_size == 60 * _MB
    assert reserve.release() and file.stat().st_size == 56 * _MB
    reserve.refill()
    assert file.stat().st_size == 56 * _MB
    usage = (100 * _GB, 50 * _GB)
    reserve.refill()
    assert file.stat().st_size == 64 * _MB
    file.unlink()
    assert not reserve.release()

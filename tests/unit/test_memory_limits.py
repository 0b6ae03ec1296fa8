"""How a machine's memory is divided, and how a program begins inside its group."""

from dataclasses import fields

import pytest

from stagedoor import groups
from stagedoor.decide import memory
from stagedoor.main.units import CAPABILITIES
from stagedoor.model.settings import Programs

_GB, _MB = 1 << 30, 1 << 20


@pytest.mark.parametrize(
    ("total", "reserve", "limit"),
    [
        (24 * _GB, 0, 23 * _GB),
        (4 * _GB, 0, 3 * _GB),
        (2 * _GB, 0, 2 * _GB * 3 // 4),
        (24 * _GB, 6 * _GB, 18 * _GB),
        (24 * _GB, 100 * _GB, 6 * _GB),
    ],
)
def test_scripts_leave_a_reserve(total: int, reserve: int, limit: int) -> None:
    assert memory.limit_scripts(total, reserve) == limit


def test_a_program_has_what_the_operator_set_or_a_part_of_the_machine() -> None:
    assert memory.limit_program("telemetry", 24 * _GB, 0) == 24 * _GB // 16
    assert memory.limit_program("telemetry", 2 * _GB, 0) == 768 * _MB
    assert memory.limit_program("telemetry", 2 * _GB, 5) == 5


def test_a_proxy_takes_no_more_connections_than_its_memory_holds() -> None:
    assert memory.count_connections(512 * _MB, encrypted=False) == 21_845
    assert memory.count_connections(512 * _MB, encrypted=True) == 8_192
    assert memory.limit_store(768 * _MB) == 384 * _MB and memory.limit_store(8 * _GB) == _GB


def test_every_program_that_a_setting_names_has_a_default() -> None:
    for field in fields(Programs):
        assert memory.limit_program(field.name, 24 * _GB, 0) >= 512 * _MB


def test_a_program_without_a_group_begins_as_it_is(monkeypatch: pytest.MonkeyPatch) -> None:
    assert groups.enter("/no-such-group-here", ["a", "b c"]) == ["a", "b c"]
    monkeypatch.delenv(groups.VARIABLE, raising=False)
    assert groups.enter_helper("builder", ["a"]) == ["a"]


def test_the_service_may_protect_the_platform() -> None:
    assert "CAP_SYS_RESOURCE" in CAPABILITIES

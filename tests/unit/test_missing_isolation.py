"""What a machine lacks is refused or accepted part by part, and its containers ask for what there is."""

from pathlib import Path

import pytest

from stagedoor.decide import isolation
from stagedoor.model import settings
from stagedoor.model.deployment import Sandbox
from stagedoor.model.errors import Invalid
from stagedoor.oci import spec
from stagedoor.oci.abilities import Abilities

ALL = frozenset({"memory", "pids", "cpu"})


@pytest.mark.parametrize(
    ("missing", "accepted", "refused_names", "accepted_names"),
    [
        ((), (), [], []),
        ((), ("seccomp",), [], []),
        (("seccomp",), (), ["seccomp"], []),
        (("seccomp",), ("seccomp",), [], ["seccomp"]),
        (("cpu", "seccomp", "memory"), ("seccomp", "cpu"), ["memory"], ["seccomp", "cpu"]),
        (("user-namespaces",), ("seccomp", ""), ["user-namespaces"], []),
    ],
)
def test_what_is_missing_is_refused_unless_it_was_named(
    missing: tuple[str, ...], accepted: tuple[str, ...], refused_names: list[str], accepted_names: list[str]
) -> None:
    decision = isolation.decide(missing, accepted)
    assert [part.name for part in decision.refused] == refused_names
    assert [part.name for part in decision.accepted] == accepted_names


def test_each_missing_ability_has_the_name_of_its_part() -> None:
    assert Abilities(True, True, True, ALL).missing == frozenset()
    assert Abilities(False, False, False, frozenset()).missing == set(isolation.PARTS)
    assert Abilities(True, False, True, ALL - {"pids"}).missing == {"seccomp", "pids"}


def test_a_setting_names_parts_that_there_are() -> None:
    assert settings.parse('[isolation]\naccept = ["seccomp", "cpu"]\n').isolation.accept == ("seccomp", "cpu")
    with pytest.raises(Invalid, match=r"isolation\.accept = all names no part"):
        settings.parse('[isolation]\naccept = ["all"]\n')


def test_a_container_has_the_limits_that_the_machine_can_hold() -> None:
    sandbox = Sandbox("/usr/bin/python3", (), 1000, 1.0, 10, 1000)
    container = spec.Container(["x"], sandbox, (), Path("/rootfs"), "/group", controllers=ALL - {"memory"})
    linux = spec.configure(container)["linux"]
    assert set(linux["resources"]) == {"devices", "cpu", "pids"}
    assert linux["seccomp"]["defaultAction"] == "SCMP_ACT_ERRNO"

"""Which deployments may end: what has no traffic stays warm for a while, so that a way back is instant."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from stagedoor.model.deployment import ARM, PREVIEW, Deployment
from stagedoor.model.settings import Keep


@dataclass(frozen=True, slots=True)
class End:
    deployment: Deployment
    reason: str


def decide(
    now: float, deployments: Iterable[Deployment], in_use: frozenset[str], keep: Keep, *, short_of: int = 0
) -> list[End]:
    """`in_use` are ids that a line points at or an operation works on; they never end here.

    `short_of` instances are missing in the reserve of free places: so many give way, the coldest first.
    """
    idle = [one for one in deployments if one.id not in in_use]
    ends = [End(one, _expired(now, one, keep)) for one in idle if _expired(now, one, keep)]
    ended = {end.deployment.id for end in ends}
    for group in _by_line([one for one in idle if one.id not in ended and one.purpose != PREVIEW]):
        newest_first = sorted(group, key=lambda one: one.used_at, reverse=True)
        ends += [End(one, f"{keep.warm_versions} newer ones are warm") for one in newest_first[keep.warm_versions :]]
    return ends + _for_room([one for one in idle if one.id not in {end.deployment.id for end in ends}], ends, short_of)


def _for_room(left: Sequence[Deployment], ends: Sequence[End], short_of: int) -> list[End]:
    found: list[End] = []
    missing = short_of - sum(len(end.deployment.spec.doors) for end in ends)
    for one in sorted(left, key=lambda one: one.used_at):
        if missing <= 0:
            break
        found.append(End(one, f"{short_of} places are missing in the reserve"))
        missing -= len(one.spec.doors)
    return found


def _expired(now: float, one: Deployment, keep: Keep) -> str:
    if one.purpose == ARM:
        return "its rollout has ended"
    limit = keep.preview if one.purpose == PREVIEW else keep.warm
    idle = now - one.used_at
    return f"without traffic for {idle:.0f} s, the limit is {limit:.0f} s" if idle >= limit else ""


def _by_line(deployments: Iterable[Deployment]) -> list[Sequence[Deployment]]:
    groups: dict[tuple[str, str, str], list[Deployment]] = {}
    for one in deployments:
        groups.setdefault((one.application, one.version.split(".")[0], one.stack), []).append(one)
    return list(groups.values())

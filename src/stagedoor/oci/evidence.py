"""What an instance says of itself, read as evidence: anything may stand there, so much of it is taken and no more."""

from typing import Any

from stagedoor.model.flame import DEPENDENCY, SCRIPT, Frame, make_frame
from stagedoor.model.profile import Holding, InFlight, OpenCall, ThreadStack

_MOST = {"requests": 200, "stacks": 20, "frames": 60, "calls": 50, "types": 1000, "threads": 50}
_LONGEST_TEXT = 300
_LARGEST = 1 << 50
_SHOWN = 30


def read_requests(told: Any) -> tuple[list[InFlight], int, list[list[Frame]]]:
    """Requests, how many there are in all, and the stacks of the script's tasks that belong to none."""
    listed = [_request(one) for one in _list(told, "requests", _MOST["requests"])]
    others = [one for one in _stacks(told, "others") if any(frame.kind in (SCRIPT, DEPENDENCY) for frame in one)]
    return listed, max(len(listed), _count(told, "total")), others


def _request(told: Any) -> InFlight:
    return InFlight(
        _text(told, "id"), _text(told, "method"), _text(told, "path"), _seconds(told, "age"), _stacks(told, "stacks"),
        [_call(one) for one in _list(told, "calls", _MOST["calls"])],
    )  # fmt: skip


def _call(told: Any) -> OpenCall:
    return OpenCall(
        _text(told, "service"), _text(told, "method"), _text(told, "verb"), _text(told, "path"),
        _seconds(told, "age"), _seconds(told, "limit"), _count(told, "attempt"),
    )  # fmt: skip


def _stacks(told: Any, name: str) -> list[list[Frame]]:
    listed = _list(told, name, _MOST["stacks"])
    return [[_frame(one) for one in stack[: _MOST["frames"]]] for stack in listed if isinstance(stack, list)]


def _frame(told: Any) -> Frame:
    return make_frame(_text(told, "function"), _text(told, "file"), _count(told, "line"))


def read_types(told: Any) -> dict[str, tuple[int, int]]:
    """Count and bytes by type."""
    rows = _list(told, "types", _MOST["types"])
    return {_text(one, "type"): (_count(one, "count"), _count(one, "bytes")) for one in rows}


def read_census(told: Any) -> tuple[int, int, float]:
    """Objects looked at, objects there are, seconds it took."""
    return _count(told, "looked"), _count(told, "tracked"), _seconds(told, "took")


def compare(first: dict[str, tuple[int, int]] | None, last: dict[str, tuple[int, int]]) -> list[Holding]:
    """The largest types, or with an earlier look those that grew most: at most 30."""
    if first is None:
        rows = [Holding(name, *figures, 0, 0) for name, figures in last.items()]
        return sorted(rows, key=lambda one: -one.bytes)[:_SHOWN]
    rows = [
        Holding(name, count, size, count - first.get(name, (0, 0))[0], size - first.get(name, (0, 0))[1])
        for name, (count, size) in last.items()
    ]
    grown = [one for one in rows if one.bytes_growth > 0 or one.count_growth > 0]
    return sorted(grown, key=lambda one: (-one.bytes_growth, -one.bytes))[:_SHOWN]


def read_threads(told: Any) -> list[ThreadStack]:
    """The profiler's dump, which begins with the innermost frame; the main thread first."""
    listed = told[: _MOST["threads"]] if isinstance(told, list) else []
    return [_thread(one) for one in listed]


def _thread(told: Any) -> ThreadStack:
    frames = _list(told, "frames", 10_000)
    outermost_first = [
        make_frame(_text(one, "name"), _text(one, "filename"), _count(one, "line")) for one in reversed(frames)
    ]
    active = isinstance(told, dict) and told.get("active") is True
    return ThreadStack(_text(told, "thread_name") or "thread", active, outermost_first[-_MOST["frames"] :])


def _list(told: Any, name: str, most: int) -> list[Any]:
    found = told.get(name) if isinstance(told, dict) else None
    return found[:most] if isinstance(found, list) else []


def _text(told: Any, name: str) -> str:
    found = told.get(name) if isinstance(told, dict) else None
    text = found[:_LONGEST_TEXT] if isinstance(found, str) else ""
    return "".join(one if one.isprintable() else "?" for one in text)


def _count(told: Any, name: str) -> int:
    found = told.get(name) if isinstance(told, dict) else None
    return found if type(found) is int and 0 <= found < _LARGEST else 0


def _seconds(told: Any, name: str) -> float:
    found = told.get(name) if isinstance(told, dict) else None
    return float(found) if isinstance(found, int | float) and 0 <= found < 1e9 else 0.0

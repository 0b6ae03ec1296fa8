"""What node asks of a running instance: which requests wait and for what, and which objects fill its memory.

Node asks at the instance's own door, by a method that no endpoint can have; the edge lets nobody else ask that path.
Nothing is noted while requests are served: all of it is read off the loop's tasks and calls when somebody asks.
"""

import asyncio
import gc
import json
import random
import sys
import time
from collections import deque
from collections.abc import Iterable, Iterator
from contextvars import Context
from itertools import chain, islice
from types import CodeType, FrameType
from typing import Any

from stagedoor.runtime import client, context
from stagedoor.runtime.call import Call
from stagedoor.runtime.connection import Connection
from stagedoor.runtime.request import Request

METHOD = "REPORT"
_WAITING, _MEMORY = b"/.stagedoor/waiting", b"/.stagedoor/memory"
_MOST_REQUESTS = 200
_MOST_TASKS = 20  # Of one request; and of those that belong to none.
_MOST_CALLS = 50
_DEEPEST = 40
_MOST_TYPES = 1000
_MOST_OBJECTS = 200_000
_MOST_SEEN = 200_000
_MOST_PARTS = 1000  # Of one list or dictionary.
_LARGE = frozenset((list, tuple, dict, set, frozenset, deque))
_ATOMS = frozenset((str, bytes, bytearray, int, float, complex, bool))
_TURN = 0.002  # Seconds of a look at objects before requests have their turn.
_PAUSE = 0.004
_LONGEST = 4.0


def is_asked(request: Request) -> bool:
    """Whether node asks: what came through the edge has an id."""
    return request.method == METHOD and not request.id and request.raw_path() in (_WAITING, _MEMORY)


async def answer(request: Request, connection: Connection) -> None:
    told = waiting(connection) if request.raw_path() == _WAITING else await memory()
    connection.tell(json.dumps(told).encode(errors="replace"))


# Requests


def waiting(asked_by: Connection) -> dict[str, Any]:
    """Requests in flight, the oldest first, with their tasks' stacks and open calls; ages in seconds."""
    loop = asyncio.get_running_loop()
    now, own = loop.time(), asyncio.current_task()
    flying = [one for one in asked_by.settings.connections if one.request is not None and one is not asked_by]
    flying.sort(key=lambda one: one.request.deadline if one.request else 0.0)
    known = {id(one.request) for one in flying}
    tasks, calls = _tasks(own, known), _calls(known)
    timeout = asked_by.settings.request_timeout
    return {
        "requests": [_describe(one, tasks, calls, now, timeout) for one in flying[:_MOST_REQUESTS]],
        "total": len(flying),
        "others": [_stack(task) for task in tasks.get(0, ())[:_MOST_TASKS]],
    }


def _describe(
    one: Connection, tasks: dict[int, list[Any]], calls: dict[int, list[Call[Any]]], now: float, timeout: float
) -> dict[str, Any]:
    request = one.request
    assert request is not None
    its = sorted(tasks.get(id(request), ()), key=lambda task: task is not one.task)
    return {
        "id": request.id,
        "method": request.method,
        "path": request.path,
        "age": now - (request.deadline - timeout),
        "stacks": [_stack(task) for task in its[:_MOST_TASKS]],
        "calls": [_call(call, now) for call in calls.get(id(request), ())[:_MOST_CALLS]],
    }


def _tasks(own: Any, known: set[int]) -> dict[int, list[Any]]:
    """Tasks by the request in whose context they run; 0 for those that belong to none in flight."""
    found: dict[int, list[Any]] = {}
    for task in asyncio.all_tasks():
        if task is not own:
            # A task does not tell its context before Python 3.12; the collector knows it.
            its = next((one for one in gc.get_referents(task) if isinstance(one, Context)), None)
            request = its.get(context.current) if its is not None else None
            found.setdefault(id(request) if id(request) in known else 0, []).append(task)
    return found


def _calls(known: set[int]) -> dict[int, list[Call[Any]]]:
    found: dict[int, list[Call[Any]]] = {}
    for call in client.api.open_calls():
        if id(call.request) in known:
            found.setdefault(id(call.request), []).append(call)
    return found


def _call(call: Call[Any], now: float) -> dict[str, Any]:
    exchange = call.exchange
    return {
        "service": call.service,
        "method": call.method.name if call.method is not None else "",
        "verb": call.verb,
        "path": call.path,
        "age": now - exchange.started if exchange is not None else 0.0,
        "limit": call.limit,
        "attempt": exchange.attempt + 1 if exchange is not None else 1,
    }


def _stack(task: Any) -> list[dict[str, Any]]:
    """Where a suspended task stands: its coroutine, what that awaits, and so on to the innermost."""
    return [_frame(code, line) for code, line in _frames(task.get_coro())]


def _frames(awaited: Any) -> Iterator[tuple[CodeType, int]]:
    for _ in range(_DEEPEST):
        if isinstance(awaited, Call):
            awaited = awaited.generator
        frame: FrameType | None = None
        inner = None
        for prefix, following in (("cr", "cr_await"), ("gi", "gi_yieldfrom"), ("ag", "ag_await")):
            if hasattr(awaited, f"{prefix}_frame"):
                frame, inner = getattr(awaited, f"{prefix}_frame"), getattr(awaited, following)
        if frame is None:
            return
        yield frame.f_code, frame.f_lineno
        awaited = inner if inner is not None else None


def _frame(code: CodeType, line: int) -> dict[str, Any]:
    return {"function": getattr(code, "co_qualname", code.co_name), "file": code.co_filename, "line": line}


# Objects


async def memory() -> dict[str, Any]:
    """Objects by type: those that the collector tracks, and what they hold that it does not, such as texts.

    Looked at in turns of some milliseconds. Of very many every n-th stands for n: figures are estimates then, and
    `looked` of `tracked` says of how large a part.
    """
    began = time.perf_counter()
    listed = gc.get_objects()
    tracked = len(listed)
    step = -(-tracked // _MOST_OBJECTS) or 1
    census = _Census()
    looked, until = 0, began + _TURN
    for at in range(0, tracked, step):
        # Any of the next few: what was made in turns would be missed by equal steps.
        census.take(listed[min(tracked - 1, at + random.randrange(step))], step)  # noqa: S311
        looked += 1
        if time.perf_counter() > until:
            if time.perf_counter() - began > _LONGEST:
                break
            await asyncio.sleep(_PAUSE)
            until = time.perf_counter() + _TURN
    return {"types": census.rows(), "looked": looked, "tracked": tracked, "took": time.perf_counter() - began}


class _Census:
    """Counts by type. What it remembers is bounded: memory may be just what is short."""

    def __init__(self) -> None:
        self._found: dict[type, list[int]] = {}
        self._seen: set[int] = set()

    def take(self, thing: Any, stands_for: int) -> None:
        """Counts it, and what is found through it alone: a text that many hold is counted once."""
        rest = [(thing, stands_for)]
        while rest:
            one, weight = rest.pop()
            self._count(one, weight)
            parts, each = _parts(one)
            for part in parts:
                # What is tracked comes by itself.
                if not gc.is_tracked(part) and id(part) not in self._seen and len(self._seen) < _MOST_SEEN:
                    self._seen.add(id(part))
                    rest.append((part, weight * each))

    def _count(self, thing: Any, weight: int) -> None:
        try:
            size = sys.getsizeof(thing)
        except Exception:
            size = 0  # The script's own __sizeof__ may do anything.
        row = self._found.setdefault(type(thing), [0, 0])
        row[0] += weight
        row[1] += weight * size

    def rows(self) -> list[dict[str, Any]]:
        """The largest types."""
        largest = sorted(self._found.items(), key=lambda pair: -pair[1][1])[:_MOST_TYPES]
        return [{"type": _name(kind), "count": row[0], "bytes": row[1]} for kind, row in largest]


def _parts(thing: Any) -> tuple[Iterable[Any], int]:
    """What it holds, or every n-th of very much, and n. No copy is made of a large one."""
    kind = type(thing)
    if kind in _ATOMS:
        return (), 1
    if kind not in _LARGE or len(thing) <= _MOST_PARTS:
        return gc.get_referents(thing), 1
    step = -(-len(thing) // _MOST_PARTS)
    if kind is not dict:
        return islice(thing, 0, None, step), step
    return chain.from_iterable(islice(thing.items(), 0, None, step)), step


def _name(kind: type) -> str:
    module = str(kind.__module__)
    return kind.__qualname__ if module == "builtins" else f"{module}.{kind.__qualname__}"

"""Looking into a live instance: sampled stacks, the profiler's commands, what an instance says, the text of it."""

import asyncio
from collections.abc import Callable, Coroutine
from functools import wraps
from pathlib import Path
from typing import Any

import pytest

from stagedoor.cli import profile_text
from stagedoor.model import flame
from stagedoor.model.profile import MemoryShare
from stagedoor.oci import evidence, profiler, profiles
from stagedoor.runtime import client, context, inside
from stagedoor.runtime.connection import Connection, Settings
from stagedoor.runtime.request import Request

RUN = "run (/stagedoor/stagedoor/runtime/boot.py:115)"
FOLDED = f"""\
{RUN};rows (/app/main.py:3);burn (/app/main.py:9) 70
{RUN};rows (/app/main.py:3);loads (/usr/lib/python3.11/json/__init__.py:299) 20
{RUN};rows (/app/main.py:3) 9
{RUN};Runner.run (/usr/lib/python3.11/asyncio/runners.py:86) 100
{RUN};parse (/layer/films/read.py:4) 1
nonsense
"""


def in_loop(test: Callable[..., Coroutine[Any, Any, None]]) -> Callable[..., None]:
    """The test as one that runs in a loop of its own."""

    @wraps(test)
    def run(**given: Any) -> None:
        asyncio.run(asyncio.wait_for(test(**given), 60))

    return run


# Stacks


def test_a_tree_counts_samples_in_a_function_and_in_what_it_calls() -> None:
    tree = flame.tree(flame.busy(flame.read(FOLDED)))
    rows = tree.children[0].children[0]
    assert (tree.total, tree.own, tree.children[0].total) == (100, 0, 100)
    assert (rows.name, rows.kind, rows.total, rows.own) == ("rows", flame.SCRIPT, 99, 9)
    assert [(one.name, one.kind, one.own) for one in rows.children] == [
        ("burn", flame.SCRIPT, 70), ("loads", flame.PYTHON, 20),
    ]  # fmt: skip


def test_the_hottest_function_is_the_one_that_works_itself() -> None:
    hot = flame.hottest(flame.busy(flame.read(FOLDED)))
    assert [(one.name, one.own, one.total) for one in hot[:3]] == [("burn", 70, 70), ("loads", 20, 20), ("rows", 9, 99)]


def test_the_heaviest_path_begins_with_the_script() -> None:
    first = flame.heaviest(flame.busy(flame.read(FOLDED)))[0]
    assert first.frames == ["rows (main.py:3)", "burn (main.py:9)"] and first.count == 70


def test_whoever_waits_for_events_is_counted_and_not_shown() -> None:
    made = profiles.make_profile("i1", 2.0, 200, 0, 0.5, FOLDED)
    assert (made.samples, made.busy, made.tree.total) == (200, 100, 100)
    idle = profiles.make_profile("i1", 2.0, 200, 0, 0.0, FOLDED.splitlines()[3])
    assert (idle.busy, idle.functions, idle.tree.children) == (0, [], [])


def test_a_function_that_calls_itself_is_one_and_counts_once() -> None:
    stacks = flame.read(";".join(["walk (/app/main.py:1)"] * 50) + " 4")
    assert flame.tree(stacks).children[0].children == []
    assert flame.hottest(stacks) == [flame.Hot("walk", "/app/main.py", flame.SCRIPT, 4, 4)]


def test_a_tree_is_bounded_in_depth_and_breadth() -> None:
    deep = ";".join(f"f{n} (/app/main.py:{n})" for n in range(500)) + " 3"
    node, depth = flame.tree(flame.read(deep)), 0
    while node.children:
        node, depth = node.children[0], depth + 1
    assert depth == 100 and node.own == 3
    wide = "\n".join(f"g{n} (/app/main.py:{n}) 1" for n in range(5000)) + "\nburn (/app/main.py:1) 5000"
    assert [(one.name, one.total) for one in flame.tree(flame.read(wide)).children] == [
        ("burn", 5000), (flame.OTHERS, 5000),
    ]  # fmt: skip


@pytest.mark.parametrize(
    "line", ["", " ", "f (/app/main.py:1)", "f -3", "f 99999999999999", "\0;\x1b[2J 3", "f (/app/x:9999999999999) 2"]
)
def test_lines_that_a_hostile_process_made_up_do_no_harm(line: str) -> None:
    for stack in flame.read(line):
        assert all(one.name.isprintable() and one.line < 1 << 31 for one in stack.frames)


def test_a_tree_folds_into_lines_that_other_tools_read() -> None:
    tree = {"name": "all", "file": "", "own": 0, "children": [
        {"name": "rows", "file": "/app/main.py", "own": 2, "children": [
            {"name": "burn", "file": "/app/main.py", "own": 7, "children": []},
        ]},
    ]}  # fmt: skip
    assert list(profile_text.fold(tree)) == ["rows (main.py) 2", "rows (main.py);burn (main.py) 7"]


# The profiler


def test_the_profilers_command_never_stops_the_process_and_is_bounded() -> None:
    command = list(profiler.record_command("py-spy", 42, 20, Path("/tmp/o")))
    assert command[:3] == ["nice", "-n", "10"] and "--nonblocking" in command
    assert [command[command.index(name) + 1] for name in ("--pid", "--duration", "--rate")] == ["42", "20", "100"]
    assert any(one.startswith("--fsize=") for one in command)
    assert "--locals" not in profiler.dump_command("py-spy", 42)


@in_loop
async def test_a_profiler_that_prints_for_ever_is_ended() -> None:
    with pytest.raises(profiler.ProfilerError, match="did not end"):
        await profiler._run(["sleep", "20"], 0.1)
    with pytest.raises(profiler.ProfilerError, match="too much"):
        await profiler._run(["yes"], 20)
    with pytest.raises(profiler.ProfilerError, match="does not start"):
        await profiler._run(["/no/such/profiler"], 1)


# What an instance says


@pytest.mark.parametrize("told", [
    None, [], 7, {"requests": 7}, {"requests": [None, 7, {"stacks": [None, [7]], "calls": [[]], "age": "x"}]},
    {"requests": [{"age": float("inf"), "id": "\x1b[31m" * 1000, "stacks": [[{"line": -4}] * 1000] * 1000}] * 1000},
])  # fmt: skip
def test_whatever_an_instance_says_is_bounded(told: Any) -> None:
    requests, _, _ = evidence.read_requests(told)
    assert len(requests) <= 200
    for one in requests:
        assert len(one.id) <= 300 and (not one.id or one.id.isprintable()) and 0 <= one.age < 1e9
        assert len(one.stacks) <= 20 and all(len(stack) <= 60 for stack in one.stacks)
    assert evidence.read_types(told) == {} and evidence.read_threads(told) == []


def test_of_tasks_that_belong_to_no_request_the_scripts_own_are_shown() -> None:
    own, ours = ([{"function": "turn", "file": file, "line": 3}] for file in ("/app/main.py", "/stagedoor/x.py"))
    _, total, others = evidence.read_requests({"others": [ours, own], "total": 7})
    assert total == 7 and [one[0].file for one in others] == ["/app/main.py"]


def test_two_looks_show_what_grew() -> None:
    first, last = {"dict": (10, 1000), "list": (5, 900)}, {"dict": (60, 6000), "list": (5, 900), "str": (1, 50)}
    rows = evidence.compare(first, last)
    assert [(one.type, one.bytes_growth, one.count_growth) for one in rows] == [("dict", 5000, 50), ("str", 50, 1)]
    assert [one.type for one in evidence.compare(None, last)] == ["dict", "list", "str"]


def test_a_look_at_objects_leaves_an_instance_near_its_limit_alone() -> None:
    assert MemoryShare(100_000_000, 256_000_000, 0, 0, 0).has_room
    assert not MemoryShare(240_000_000, 256_000_000, 0, 0, 0).has_room
    assert MemoryShare(240_000_000, 0, 0, 0, 0).has_room


# Inside


class Leaked:
    def __init__(self, number: int) -> None:
        self.text = f"kept {number}"


@in_loop
async def test_a_look_at_memory_counts_objects_and_their_texts_by_type() -> None:
    kept = [Leaked(number) for number in range(5000)]
    told = await inside.memory()
    types = {one["type"]: one["count"] for one in told["types"]}
    assert abs(types[f"{__name__}.Leaked"] - len(kept)) < 0.2 * len(kept)
    assert types["str"] >= 4000 and 0 < told["looked"] <= told["tracked"]


@in_loop
async def test_requests_in_flight_are_told_with_the_stacks_of_all_their_tasks() -> None:
    async def inner() -> None:
        await asyncio.sleep(60)

    async def handler() -> None:
        async with asyncio.TaskGroup() as group:
            group.create_task(inner())

    async def application(request: Request, connection: Connection) -> None:
        context.current.set(request)
        await handler()

    settings = Settings(application, "i1", 1000, 10.0)
    busy, asking = (Connection(settings, asyncio.get_running_loop()) for _ in range(2))
    settings.connections |= {busy, asking}
    busy._start(Request("GET", b"/rows?member=7", [(b"stagedoor-request-id", b"r1")]), True)
    await asyncio.sleep(0.01)
    told = inside.waiting(asking)
    assert busy.task is not None
    busy.task.cancel()
    one = told["requests"][0]
    assert told["total"] == 1 and (one["id"], one["path"]) == ("r1", "/rows") and 0 <= one["age"] < 1
    names = [[frame["function"].rpartition(".")[2] for frame in stack] for stack in one["stacks"]]
    assert names[0][:2] == ["application", "handler"] and names[1][0] == "inner"


@in_loop
async def test_open_calls_are_told_with_their_request() -> None:
    class Silent:
        def start(self, exchange: Any) -> None:
            pass

        async def open(self, exchange: Any) -> Any:
            raise NotImplementedError

        def sweep(self) -> None:
            pass

    api = client.Api()
    api.transport = Silent()
    request = Request("GET", b"/", [])
    context.current.set(request)
    task = asyncio.ensure_future(api.films.get("/rows", timeout=3))
    await asyncio.sleep(0)
    (call,) = api.open_calls()
    told = inside._call(call, asyncio.get_running_loop().time() + 1)
    assert call.request is request
    assert (told["service"], told["verb"], told["path"], told["limit"]) == ("films", "GET", "/rows", 3)
    assert 0.9 < told["age"] < 1.5
    assert [frame["function"] for frame in inside._stack(task)][:1] == ["Call.__await__"]
    task.cancel()


def test_only_node_may_ask() -> None:
    from_edge = [(b"stagedoor-request-id", b"r1")]
    assert inside.is_asked(Request("REPORT", b"/.stagedoor/waiting", []))
    assert not inside.is_asked(Request("REPORT", b"/.stagedoor/waiting", from_edge))
    assert not inside.is_asked(Request("GET", b"/.stagedoor/waiting", []))
    assert not inside.is_asked(Request("REPORT", b"/%2estagedoor/waiting", []))


@in_loop
async def test_an_answer_of_another_instance_at_the_same_door_is_none(tmp_path: Path) -> None:
    async def answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readline()
        writer.write(b"HTTP/1.1 200 OK\r\nstagedoor-instance: i2\r\ncontent-length: 2\r\n\r\n{}")
        writer.close()

    door = tmp_path / "door"
    async with await asyncio.start_unix_server(answer, str(door)):
        assert await profiles.ask(door, "i1", "waiting", 1.0) is None
        assert await profiles.ask(door, "i2", "waiting", 1.0) == {}
    assert await profiles.ask(tmp_path / "nobody", "i1", "waiting", 1.0) is None


# The text


def test_the_text_of_a_profile_names_the_hottest_function_first() -> None:
    from dataclasses import asdict

    told = asdict(profiles.make_profile("i1", 2.0, 200, 0, 0.5, FOLDED))
    lines = list(profile_text.cpu(told))
    assert "busy in 50% of 200" in lines[0] and "0.50 cores" in lines[0]
    assert lines[3].split() == ["70.0%", "70.0%", "burn", "main.py"]
    idle = asdict(profiles.make_profile("i1", 2.0, 200, 0, 0.0, ""))
    assert list(profile_text.cpu(idle))[-1] == "It only waited for events."

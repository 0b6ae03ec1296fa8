"""What a call comes to when the service, its time or its caller fails, and what that does to others."""

import asyncio
from collections import Counter
from pathlib import Path
from typing import Any

import pytest

from stagedoor import ApiNotFound, ApiOverloaded, ApiRefused, ApiTimeout, ApiUpstreamError
from stagedoor.runtime import client
from tests.unit.calling import ID, Told, a_request, answer, read_head, run


def test_errors_are_a_small_family(tmp_path: Path) -> None:
    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        head = await read_head(reader)
        if "/busy" in head:
            writer.write(answer("", 503))
        elif "/refused" in head:
            writer.write(answer("", 429, stagedoor_refused="caller_rate more than 5 calls a second"))
        elif "/shed" in head:
            writer.write(answer("", 503, stagedoor_refused="busy the service is short"))
        elif "/none" in head:
            writer.write(answer("", 404))
        elif "/cut" in head:
            writer.write(b"HTTP/1.1 200 OK\r\ncontent-length: 10\r\n\r\nhalf")
        elif "/odd" in head:
            writer.write(b"nonsense\r\n\r\n")
        elif "/slow" in head:
            await reader.read()
        writer.close()

    async def use(films: client.Service) -> None:
        a_request()
        kinds = {
            "/busy": ApiOverloaded, "/refused": ApiRefused, "/shed": ApiOverloaded, "/none": ApiNotFound,
            "/cut": ApiUpstreamError, "/odd": ApiUpstreamError,
        }  # fmt: skip
        for path, kind in kinds.items():
            with pytest.raises(kind) as caught:
                await films.get(path)
            error = caught.value
            assert (error.service, error.method, error.path, error.request_id) == ("films", "GET", path, ID)
        with pytest.raises(ApiTimeout):
            await films.get("/slow", timeout=0.01)
        assert (await films.get("/busy", check=False)).status == 503

    run(tmp_path, serve, use)


def test_a_connection_that_was_closed_meanwhile_is_not_an_error(tmp_path: Path) -> None:
    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await read_head(reader)
        writer.write(answer("ok"))
        writer.close()

    async def use(films: client.Service) -> None:
        for _ in range(3):
            assert (await films.get("/rows")).text == "ok"

    run(tmp_path, serve, use)


def test_gather_raises_the_first_error_and_gives_the_others_up(tmp_path: Path) -> None:
    closed = asyncio.Event()

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        head = await read_head(reader)
        if "/bad" in head:
            writer.write(answer("", 500))
        else:
            assert await reader.read() == b""
            closed.set()
        writer.close()

    async def use(films: client.Service) -> None:
        with pytest.raises(ApiUpstreamError):
            await films._api.gather(films.get("/slow"), films.get("/bad"))
        await closed.wait()

    run(tmp_path, serve, use)


def test_a_call_ends_with_the_request_it_belongs_to_and_says_how_long_that_is(tmp_path: Path) -> None:
    heads: list[str] = []

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        heads.append(await read_head(reader))
        await reader.read()
        writer.close()

    async def use(films: client.Service) -> None:
        request = a_request(seconds=0.05)
        with pytest.raises(ApiTimeout, match="no answer within"):
            await films.get("/slow")
        remaining = next(line for line in heads[0].split("\r\n") if line.startswith("stagedoor-remaining"))
        assert 0 < int(remaining.split(": ")[1]) <= 50
        assert f"traceparent: 00-{ID.replace('-', '')}-" in heads[0]
        assert f"stagedoor-request-id: {ID}" in heads[0]
        request.deadline = asyncio.get_running_loop().time() - 1
        with pytest.raises(ApiTimeout, match="own time is over"):
            await films.get("/slow")
        assert len(heads) == 1

    run(tmp_path, serve, use)


def test_a_fallback_stands_in_and_the_request_says_so(tmp_path: Path) -> None:
    service = Told({"/bad": answer("", 500), "/none": answer("", 404), "/scores": answer("", 503),
                    "/refused": answer("", 403, stagedoor_refused="grant no grant for films")})  # fmt: skip

    async def later(error: Exception) -> str:
        await asyncio.sleep(0)
        return type(error).__name__

    async def use(films: client.Service) -> None:
        request = a_request()
        assert await films.get("/bad", fallback=[]) == []
        assert await films.get("/bad", fallback=lambda error: error.status) == 500
        assert await films._api.gather(films.get("/bad", fallback=later)) == ["ApiUpstreamError"]
        assert await films.scores() == {"scores": {}}
        whole = await films.get("/scores")
        assert (whole.json(), whole.degraded) == ({"scores": {}}, True)
        assert request.degraded == ["films GET /bad", "films.scores"] == films._api.degraded()
        with pytest.raises(ApiNotFound):
            await films.get("/none", fallback="a 404 is an answer")
        with pytest.raises(ApiRefused):
            await films.get("/refused", fallback="a mistake is not hidden")

    run(tmp_path, service, use)


def test_a_method_may_be_tried_again_within_its_time_but_not_against_a_policy(tmp_path: Path) -> None:
    asked: Counter[str] = Counter()

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        while head := await read_head(reader):
            policy = "x-policy" in head
            asked["policy" if policy else "tried"] += 1
            attempt = f"stagedoor-special: {asked['tried'] - 1}|" in head
            assert attempt == (asked["tried"] > 1 and not policy)
            if policy:
                writer.write(answer("", 503, stagedoor_refused="busy the service is short"))
            else:
                writer.write(answer('"ok"') if asked["tried"] == 3 else answer("", 503))
        writer.close()

    async def use(films: client.Service) -> None:
        assert await films.tried() == "ok"
        assert asked["tried"] == 3
        with pytest.raises(ApiOverloaded):
            await films.get("/tried", headers={"x-policy": "1"})
        assert asked["policy"] == 1

    run(tmp_path, serve, use)


def test_who_stops_waiting_frees_the_connection_but_not_for_others(tmp_path: Path) -> None:
    answered = asyncio.Event()
    closed = 0

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        nonlocal closed
        await read_head(reader)
        await answered.wait()
        writer.write(answer('"ok"'))
        closed += await reader.read() == b""
        writer.close()

    async def use(films: client.Service) -> None:
        a_request()
        first, second = asyncio.create_task(films.get("/a")), asyncio.create_task(films.get("/a"))
        await asyncio.sleep(0.01)
        first.cancel()
        await asyncio.sleep(0)
        answered.set()
        assert (await second).json() == "ok"
        with pytest.raises(asyncio.CancelledError):
            await first

    run(tmp_path, serve, use)


def test_what_a_caller_does_wrong_hurts_nobody_else(tmp_path: Path) -> None:
    """The same call twice, one that others wait for too, fallbacks that raise, awaits after a cancellation."""
    go = asyncio.Event()

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        while head := await read_head(reader):
            target = head.split(" ")[1]
            if target == "/slow":
                await go.wait()
            writer.write(answer("", 500) if target == "/bad" else answer(f'"{target}"'))
        writer.close()

    def raises(error: Exception) -> None:
        raise KeyError("in the fallback")

    async def use(films: client.Service) -> None:
        gather = films._api.gather
        one = films.get("/a")
        first, second = await gather(one, one)
        assert first is second
        slow = films.get("/slow", timeout=2)
        waiting = asyncio.create_task(slow)
        await asyncio.sleep(0.01)
        with pytest.raises(ApiUpstreamError):
            await gather(slow, films.get("/bad"))
        with pytest.raises(KeyError, match="in the fallback"):
            await gather(films.get("/a"), films.get("/bad", fallback=raises))
        bad = films.get("/bad", fallback=raises)
        for _ in range(2):
            with pytest.raises(KeyError):
                await bad
        gone = asyncio.create_task(films.get("/slow"))
        await asyncio.sleep(0.01)
        gone.cancel()
        again = films.get("/slow")
        with pytest.raises(TimeoutError):
            async with asyncio.timeout(0.01):
                await again
        go.set()
        assert (await waiting).json() == "/slow"
        assert (await again).json() == "/slow", "it was given up, and begins anew"

        async def fails() -> None:
            raise RuntimeError("at once")

        go.clear()
        with pytest.raises(RuntimeError, match="at once"):
            await gather(asyncio.sleep(5), fails())

    run(tmp_path, serve, use)


def test_a_pause_before_another_attempt_takes_nobody_elses_connection(tmp_path: Path) -> None:
    release = asyncio.Event()

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        while head := await read_head(reader):
            if "/tried" in head:
                writer.write(answer("", 503))
            else:
                await release.wait()
                writer.write(answer('"fine"'))
        writer.close()

    async def use(films: client.Service) -> None:
        tried = asyncio.create_task(films.tried(timeout=0.01))
        await asyncio.sleep(0.005)
        other = asyncio.create_task(films.get("/other", timeout=2))
        await asyncio.sleep(0.05)
        with pytest.raises((ApiTimeout, ApiOverloaded)):
            await tried
        release.set()
        assert (await other).json() == "fine"

    run(tmp_path, serve, use)


def test_the_lines_of_a_service_stay_counted(tmp_path: Path) -> None:
    """Whatever happens to calls, the pool knows in the end that none is under way."""
    hang = asyncio.Event()

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        while head := await read_head(reader):
            if "/cut" in head:
                break
            if "/hang" in head:
                await hang.wait()
            writer.write(answer('"ok"', connection="close") if "/close" in head else answer('"ok"'))
        writer.close()

    async def use(films: client.Service) -> None:
        pool: Any = films._api.transport
        calls = [films.get(path, timeout=0.05, fallback=None) for path in ("/cut", "/hang", "/close", "/a") * 40]
        await films._api.gather(*calls)
        assert (await films.call("HEAD", "/a", timeout=1)).status == 200
        lane = pool._lanes["films"]
        assert (lane.busy, list(lane.waiting)) == (0, [])
        hang.set()

    run(tmp_path, serve, use)

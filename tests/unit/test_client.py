"""The client that scripts call services with, against a server of bytes on a unix socket."""

import asyncio
import gc
from collections import Counter
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

import pytest

from stagedoor import ApiNotFound, ApiOverloaded, ApiRefused, ApiTimeout, ApiUpstreamError
from stagedoor.runtime import client, context
from stagedoor.runtime.freshness import lifetime
from stagedoor.runtime.methods import Description, Method, Parameter
from stagedoor.runtime.request import Request
from stagedoor.runtime.wire import Pool

Talk = Callable[[asyncio.StreamReader, asyncio.StreamWriter], Awaitable[None]]
Use = Callable[[client.Service], Awaitable[None]]

FILMS = Description(
    (
        Method("rows", path="/rows", shared=True, parameters=(Parameter("limit"), Parameter("member"))),
        Method("film", path="/films/{id}", parameters=(Parameter("id", "path", required=True),)),
        Method("scores", path="/scores", timeout=0.02, fallback='{"scores": {}}'),
        Method("tried", path="/tried", retries=2),
    )
)
ID = "01234567-89ab-cdef-0123-456789abcdef"


async def with_service(tmp_path: Path, serve: Talk, use: Use) -> None:
    server = await asyncio.start_unix_server(serve, str(tmp_path / "egress"))
    api = client.Api()
    pool = api.transport = Pool(str(tmp_path / "egress"))
    api.catalogue.load({"films": FILMS})
    try:
        await use(api.films)
    finally:
        pool.close()
        server.close()
        for _ in range(10):  # Both ends see the other's close.
            await asyncio.sleep(0)


class Told:
    """A service that answers what it is told to, and counts what it was asked."""

    def __init__(self, answers: dict[str, bytes] | None = None) -> None:
        self.answers = answers or {}
        self.asked: Counter[str] = Counter()
        self.heads: list[str] = []
        self.connections = 0

    async def __call__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.connections += 1
        while head := await read_head(reader):
            self.heads.append(head)
            target = head.split(" ")[1]
            self.asked[target] += 1
            writer.write(self.answers.get(target) or answer(f'"{target} {self.asked[target]}"'))
        writer.close()


def answer(body: str, status: int = 200, **fields: str) -> bytes:
    lines = "".join(f"{name.replace('_', '-')}: {value}\r\n" for name, value in fields.items())
    return f"HTTP/1.1 {status} Status\r\n{lines}content-length: {len(body)}\r\n\r\n{body}".encode()


async def read_head(reader: asyncio.StreamReader) -> str:
    try:
        return (await reader.readuntil(b"\r\n\r\n")).decode()
    except (asyncio.IncompleteReadError, ConnectionError):
        return ""


def a_request(member: str = "", seconds: float = 5.0) -> Request:
    """A device's request, as the one that the running code belongs to."""
    fields = [(b"stagedoor-request-id", ID.encode()), (b"stagedoor-member", member.encode())]
    request = Request("GET", b"/home", fields)
    request.deadline = asyncio.get_running_loop().time() + seconds
    context.current.set(request)
    return request


def run(tmp_path: Path, serve: Talk, use: Use) -> None:
    asyncio.run(with_service(tmp_path, serve, use))


def test_calls_share_connections_and_carry_what_they_are_given(tmp_path: Path) -> None:
    connections: list[int] = []

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        connections.append(1)
        while head := await read_head(reader):
            assert "host: films" in head
            line = head.split("\r\n")[0]
            writer.write(b"HTTP/1.1 200 OK\r\ncontent-length: %d\r\n\r\n%b" % (len(line), line.encode()))
        writer.close()

    async def use(films: client.Service) -> None:
        assert (await films.get("/a", params={"a": "x y", "b": [1, 2]})).text == "GET /a?a=x+y&b=1&b=2 HTTP/1.1"
        assert (await films.get("/caf\u00e9 x")).text == "GET /caf%C3%A9%20x HTTP/1.1"
        await asyncio.gather(*(films.get("/a") for _ in range(5)))
        assert len(connections) == 5

    run(tmp_path, serve, use)


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


def test_a_large_or_chunked_answer_comes_whole(tmp_path: Path) -> None:
    large = "x" * 300_000
    chunked = b"HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n2\r\nok\r\n0\r\n\r\n"
    service = Told({"/large": answer(large), "/chunked": chunked, "/none": b"HTTP/1.1 204 No\r\n\r\n"})

    async def use(films: client.Service) -> None:
        for _ in range(2):
            assert (await films.get("/large")).text == large
            assert (await films.get("/chunked")).text == "ok"
            assert (await films.get("/none")).status == 204
        assert service.connections == 1

    run(tmp_path, service, use)


def test_gather_asks_side_by_side_and_keeps_the_order(tmp_path: Path) -> None:
    service = Told()

    async def other() -> int:
        await asyncio.sleep(0)
        return 7

    async def use(films: client.Service) -> None:
        first, second, third = await films._api.gather(films.get("/a"), other(), films.get("/b"))
        assert (first.json(), second, third.json()) == ("/a 1", 7, "/b 1")
        assert await films._api.gather() == []
        async with asyncio.TaskGroup() as group:
            task = group.create_task(films.get("/c"))
        assert task.result().json() == "/c 1"

    run(tmp_path, service, use)


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


def test_within_one_request_the_same_get_happens_once(tmp_path: Path) -> None:
    service = Told()

    async def use(films: client.Service) -> None:
        a_request()
        values = await films._api.gather(*(films.get("/a", params={"x": 1}) for _ in range(4)))
        assert {one.json() for one in values} == {"/a?x=1 1"}
        assert (await films.get("/a", params={"x": 1})).json() == "/a?x=1 1"
        assert (await films.get("/a", params={"x": 1}, headers={"accept-language": "de"})).json() == "/a?x=1 2"
        await films.post("/a", params={"x": 1}, json={})
        assert (await films.get("/a", params={"x": 1})).json() == "/a?x=1 4", "it read again after it wrote"
        a_request()
        assert (await films.get("/a", params={"x": 1})).json() == "/a?x=1 5", "another request asks itself"

    run(tmp_path, service, use)


def test_a_request_without_an_id_makes_calls_as_well(tmp_path: Path) -> None:
    service = Told()

    async def use(films: client.Service) -> None:
        for fields in ([], [(b"stagedoor-request-id", b"50% of it")], [(b"stagedoor-device", b"tv%s")]):
            context.current.set(Request("GET", b"/home", fields))
            await films.get("/a")
        assert "traceparent" not in "".join(service.heads)
        assert "stagedoor-request-id: 50% of it\r\n" in service.heads[1]
        assert "stagedoor-device: tv%s\r\n" in service.heads[2]

    run(tmp_path, service, use)


def test_an_error_of_one_call_is_not_kept_for_the_next(tmp_path: Path) -> None:
    service = Told({"/rows": b""})

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await read_head(reader)
        service.asked["/a"] += 1
        if service.asked["/a"] > 1:
            writer.write(answer('"fine"'))
        writer.close()

    async def use(films: client.Service) -> None:
        a_request()
        with pytest.raises(ApiUpstreamError):
            await films.post("/a", json={})
        assert (await films.get("/a")).json() == "fine"

    run(tmp_path, serve, use)


def test_answers_are_shared_only_where_the_catalogue_says_they_are_nobodys(tmp_path: Path) -> None:
    kept = answer('"kept"', cache_control="max-age=60")
    service = Told({"/rows?limit=1": kept, "/films/1": kept, "/rows?limit=2": answer('"own"', cache_control="private")})

    async def use(films: client.Service) -> None:
        for member in ("ann", "bob"):
            a_request(member)
            assert await films.rows(limit=1) == "kept"
            assert await films.rows(limit=2) == "own"
            assert await films.film(id=1) == "kept"
        assert service.asked["/rows?limit=1"] == 1, "one answer for all"
        assert service.asked["/rows?limit=2"] == 2, "its own words forbid it"
        assert service.asked["/films/1"] == 2, "a method that may be personal is asked for each"

    run(tmp_path, service, use)


def test_devices_and_requests_that_are_to_fail_share_nothing(tmp_path: Path) -> None:
    service = Told({"/rows?limit=1": answer('"kept"', cache_control="max-age=60")})

    async def use(films: client.Service) -> None:
        for field, value in ((b"stagedoor-device", b"tv"), (b"stagedoor-device", b"phone"), (b"stagedoor-fault", b"x")):
            request = Request("GET", b"/home", [(field, value)])
            for _ in range(2):
                context.current.set(request)
                await films.rows(limit=1)
                request.calls = None
        assert service.asked["/rows?limit=1"] == 4, "once for each device, and each time for what is to fail"

    run(tmp_path, service, use)


def test_two_members_never_see_each_others_answers(tmp_path: Path) -> None:
    """The service answers by whom it is told of: by parameter, by credentials, by a field that it says it varies by."""

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        while head := await read_head(reader):
            fields = dict(line.split(": ", 1) for line in head.split("\r\n")[1:] if ": " in line)
            member = fields.get("authorization", fields.get("x-member", head.split(" ")[1].partition("member=")[2]))
            vary = fields.get("x-vary", "x-member")
            writer.write(answer(f'"{member}"', cache_control="public, max-age=60", vary=vary))
        writer.close()

    async def use(films: client.Service) -> None:
        for _ in range(2):
            for member in ("ann", "bob"):
                a_request(member)
                calls = (
                    films.get("/rows", params={"member": member}),
                    films.get("/rows", headers={"authorization": member}),
                    films.get("/rows", headers={"x-member": member}),
                )
                assert [one.json() for one in await films._api.gather(*calls)] == [member] * 3
        both = []
        for member in ("ann", "bob"):  # Under way at the same time.
            a_request(member)
            both.append(asyncio.create_task(films.get("/rows", headers={"authorization": f"{member} 2"})))
        assert [one.json() for one in await asyncio.gather(*both)] == ["ann 2", "bob 2"]

    run(tmp_path, serve, use)


@pytest.mark.parametrize(
    ("fields", "with_credentials", "seconds"),
    [
        ({"cache-control": "max-age=60"}, False, 60),
        ({"cache-control": "max-age=60", "age": "20"}, False, 40),
        ({"cache-control": "max-age=10, s-maxage=30"}, False, 30),
        ({"cache-control": "max-age=60"}, True, 0),
        ({"cache-control": "public, max-age=60"}, True, 60),
        ({"cache-control": "no-store, max-age=60"}, False, 0),
        ({"cache-control": "private, max-age=60"}, False, 0),
        ({"cache-control": "max-age=60", "vary": "*"}, False, 0),
        ({"cache-control": "max-age=60", "vary": "accept, stagedoor-device"}, False, 0),
        ({"cache-control": "max-age=60", "vary": "accept"}, False, 60),
        ({"cache-control": "max-age=60", "set-cookie": "a=b"}, False, 0),
        ({"date": "Tue, 03 Nov 2026 10:00:00 GMT", "expires": "Tue, 03 Nov 2026 10:01:00 GMT"}, False, 60),
        ({"cache-control": "max-age=soon"}, False, 0),
        ({}, False, 0),
    ],
)
def test_an_answer_is_kept_as_its_own_words_allow(
    fields: dict[str, str], with_credentials: bool, seconds: float
) -> None:
    raw = [(name.encode(), value.encode()) for name, value in fields.items()]
    assert lifetime(raw, with_credentials=with_credentials) == seconds


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


def test_methods_are_functions(tmp_path: Path) -> None:
    service = Told()

    async def use(films: client.Service) -> None:
        assert await films.film(id="a b") == "/films/a%20b 1"
        assert await films.rows(limit=3, member=True) == "/rows?limit=3&member=true 1"
        with pytest.raises(AttributeError, match="no method 'row'; it has rows, film"):
            _ = films.row
        for wrong, words in (({}, "needs the parameter 'id'"), ({"id": 1, "x": 2}, "no parameter 'x'; it has id")):
            with pytest.raises(TypeError, match=words):
                await films.film(**wrong)
        for value in ("..", "a/b", ""):
            with pytest.raises(ValueError, match="cannot stand in a path"):
                await films.film(id=value)

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


def test_a_stream_passes_through_as_it_comes(tmp_path: Path) -> None:
    half_read = asyncio.Event()

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        head = await read_head(reader)
        writer.write(b"HTTP/1.1 200 OK\r\ncontent-type: text/plain\r\ntransfer-encoding: chunked\r\n\r\n3\r\none\r\n")
        if "/cut" not in head:
            await half_read.wait()
            writer.write(b"3\r\ntwo\r\n0\r\n\r\n")
        writer.close()

    async def use(films: client.Service) -> None:
        stream = await films.stream("/events")
        assert (stream.status, stream.headers["content-type"]) == (200, "text/plain")
        got = []
        async for chunk in stream.chunks():
            got.append(chunk)
            half_read.set()
        assert got == [b"one", b"two"]
        with pytest.raises(ApiUpstreamError, match="broke"):
            async for _ in (await films.stream("/cut")).chunks():
                pass

    run(tmp_path, serve, use)


def test_idle_connections_and_answers_do_not_pile_up(tmp_path: Path) -> None:
    service = Told()

    async def use(films: client.Service) -> None:
        api: Any = films._api
        await api.gather(*(films.get(f"/{n}") for n in range(50)))
        gc.collect()
        assert not any(api._ends.values()), "no answered call waits for its end"
        assert len(api.transport._idle) == 50
        for _ in range(60):
            api.sweep()
        assert not api.transport._idle

    run(tmp_path, service, use)


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


def test_an_answer_that_is_for_one_is_given_to_nobody_else(tmp_path: Path) -> None:
    go = asyncio.Event()
    asked = 0

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        nonlocal asked
        while await read_head(reader):
            asked += 1
            mine = asked
            await go.wait()
            writer.write(answer(f'"{mine}"', cache_control="private"))
        writer.close()

    async def one(films: client.Service, member: str) -> list[str]:
        a_request(member)
        return await films._api.gather(films.rows(limit=1), films.rows(limit=1))  # type: ignore[return-value]

    async def use(films: client.Service) -> None:
        tasks = [asyncio.create_task(one(films, member)) for member in ("ann", "bob", "eve")]
        await asyncio.sleep(0.02)
        go.set()
        found = await asyncio.gather(*tasks)
        assert all(first == second for first, second in found)
        assert len({first for first, _ in found}) == 3, "each has an answer of its own"

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

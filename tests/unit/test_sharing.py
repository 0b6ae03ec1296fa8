"""Which answers the client gives to more than one call, and which to nobody else."""

import asyncio
from pathlib import Path

import pytest

from stagedoor import ApiUpstreamError
from stagedoor.runtime import client, context
from stagedoor.runtime.freshness import lifetime
from stagedoor.runtime.request import Request
from tests.unit.calling import Told, a_request, answer, read_head, run


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


def test_a_request_tells_which_answers_it_had_without_a_call_of_its_own(tmp_path: Path) -> None:
    service = Told({"/rows?limit=1": answer('"kept"', cache_control="max-age=60")})

    async def use(films: client.Service) -> None:
        a_request()
        first = context.current.get()
        await films._api.gather(films.rows(limit=1), films.rows(limit=1), films.get("/a|b,c"))
        await films.rows(limit=1)
        a_request()
        second = context.current.get()
        await films.rows(limit=1)
        assert first is not None and second is not None
        joined, again = [told.partition("=") for told in first.reused or ()]
        assert (joined[0], again[0]) == ("films.rows", "films.rows")
        assert int(joined[2].partition("+")[2]) > 0 and again[2].endswith("+0")
        assert [told.partition("=")[0] for told in second.reused or ()] == ["films.rows"]
        for _ in range(30):
            await films.rows(limit=1)
        assert len(second.reused or ()) == 10, "what is told is bounded"

    run(tmp_path, service, use)


def test_a_name_that_is_told_breaks_no_record() -> None:
    request = Request("GET", b"/home", [])
    request.note_reused('films GET /a|b,c=d"\r\n', 1.5, 1.5)
    assert request.reused == ["films GET /a_b_c_d___=1500000+0"]

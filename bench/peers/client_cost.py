"""What a call costs its client: microseconds of this process's CPU for each, twelve at a time.

python client_cost.py KIND EGRESS CALLS
"""

import asyncio
import sys
import time
from collections.abc import Awaitable, Callable

import uvloop
from shaping import CALLS

PATHS = [f"/item/{n}" for n in range(CALLS)]
Batch = Callable[[], Awaitable[object]]


async def _ours(egress: str) -> Batch:
    from stagedoor.runtime import client, context
    from stagedoor.runtime.request import Request
    from stagedoor.runtime.wire import Pool

    client.api.transport = Pool(egress)
    loop = asyncio.get_running_loop()

    async def batch() -> None:
        # A request of its own for each twelve: what a call does because of one (its id, its time, its cache) is on.
        request = Request("GET", b"/home", [(b"stagedoor-request-id", b"0192f0c1-7a5e-4f33-9d5e-3b8f6f1f7a11")])
        request.deadline = loop.time() + 15
        context.current.set(request)
        await client.api.gather(*(client.api.api.get(path) for path in PATHS))

    return batch


async def _aiohttp(egress: str) -> Batch:
    import aiohttp

    session = aiohttp.ClientSession("http://api", connector=aiohttp.UnixConnector(egress))

    async def get(path: str) -> bytes:
        async with session.get(path) as answer:
            return await answer.read()

    return lambda: asyncio.gather(*(get(path) for path in PATHS))


async def _httpx(egress: str) -> Batch:
    import httpx

    client = httpx.AsyncClient(base_url="http://api", transport=httpx.AsyncHTTPTransport(uds=egress))
    return lambda: asyncio.gather(*(client.get(path) for path in PATHS))


async def _bare(egress: str) -> Batch:
    from bare_client import Client

    client = Client()
    await client.open(egress, CALLS)
    return lambda: client.all([b"GET %b HTTP/1.1\r\nhost: api\r\n\r\n" % path.encode() for path in PATHS])


KINDS = {"ours": _ours, "aiohttp": _aiohttp, "httpx": _httpx, "bare": _bare}


async def main(kind: str, egress: str, calls: int) -> float:
    batch = await KINDS[kind](egress)
    batches = calls // CALLS
    for _ in range(batches // 5):
        await batch()
    began = time.process_time()
    for _ in range(batches):
        await batch()
    return (time.process_time() - began) / (batches * CALLS) * 1e6


print(uvloop.run(main(sys.argv[1], sys.argv[2], int(sys.argv[3]))))

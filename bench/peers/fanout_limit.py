"""The limit of the fan-out: the bare server with the bare client, msgspec between them, everything fixed made ahead.

python fanout_limit.py EGRESS SOCKET
"""

import asyncio
import sys
from typing import Any

import httptools
import msgspec
import uvloop
from bare_client import Client
from shaping import CALLS

CONNECTIONS = 64  # With more of them HAProxy has more to look after, and nothing gets faster.
MESSAGES = [b"GET /item/%d HTTP/1.1\r\nhost: api\r\n\r\n" % n for n in range(CALLS)]
HEAD = b"HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: %d\r\n\r\n%b"


class Film(msgspec.Struct, gc=False):
    id: int
    name: str


class Row(msgspec.Struct, gc=False):
    """What the answer holds of a document; the rest is skipped while it is read."""

    id: int
    title: str
    films: list[Film]


decode = msgspec.json.Decoder(Row).decode
encode = msgspec.json.Encoder().encode


class Device(asyncio.Protocol):
    def __init__(self, client: Client) -> None:
        self._client = client

    def connection_made(self, transport: Any) -> None:
        self._transport = transport
        self._parser = httptools.HttpRequestParser(self)

    def data_received(self, data: bytes) -> None:
        self._parser.feed_data(data)

    def on_message_complete(self) -> None:
        self._client.all(MESSAGES).add_done_callback(self._answer)

    def _answer(self, answered: "asyncio.Future[list[bytes]]") -> None:
        rows = [decode(body) for body in answered.result()]
        for row in rows:
            del row.films[5:]
        body = encode({"rows": rows})
        self._transport.write(HEAD % (len(body), body))


async def main(egress: str, path: str) -> None:
    loop = asyncio.get_running_loop()
    client = Client()
    await client.open(egress, CONNECTIONS)
    server = await loop.create_unix_server(lambda: Device(client), path, backlog=1024)
    await server.serve_forever()


uvloop.run(main(*sys.argv[1:]))

"""The limit: the least a Python server can do. uvloop and httptools, one fixed JSON answer.

python bare.py SOCKET, or python bare.py PORT FILE: on loopback, and the answer is what the file holds.
"""

import asyncio
import sys
from pathlib import Path

import httptools
import uvloop

BODY = Path(sys.argv[2]).read_bytes() if len(sys.argv) > 2 else b'{"message":"Hello","films":[1,2,3]}'
ANSWER = b"HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: %d\r\n\r\n%b" % (len(BODY), BODY)


class Bare(asyncio.Protocol):
    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self.transport = transport
        self.parser = httptools.HttpRequestParser(self)

    def data_received(self, data: bytes) -> None:
        self.parser.feed_data(data)

    def on_message_complete(self) -> None:
        self.transport.write(ANSWER)  # type: ignore[attr-defined]


async def main(address: str) -> None:
    loop = asyncio.get_running_loop()
    if address.isdigit():
        server = await loop.create_server(Bare, "127.0.0.1", int(address), backlog=1024)
    else:
        server = await loop.create_unix_server(Bare, address, backlog=1024)
    await server.serve_forever()


uvloop.run(main(sys.argv[1]))

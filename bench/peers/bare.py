"""The limit: the least a Python server can do. uvloop and httptools on a unix socket, one fixed JSON answer."""

import asyncio
import sys

import httptools
import uvloop

BODY = b'{"message":"Hello","films":[1,2,3]}'
ANSWER = b"HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: %d\r\n\r\n%b" % (len(BODY), BODY)


class Bare(asyncio.Protocol):
    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self.transport = transport
        self.parser = httptools.HttpRequestParser(self)

    def data_received(self, data: bytes) -> None:
        self.parser.feed_data(data)

    def on_message_complete(self) -> None:
        self.transport.write(ANSWER)  # type: ignore[attr-defined]


async def main(path: str) -> None:
    server = await asyncio.get_running_loop().create_unix_server(Bare, path, backlog=1024)
    await server.serve_forever()


uvloop.run(main(sys.argv[1]))

"""A service that counts: it answers every GET, and tells at /counts when each call came (seconds, wall clock).

python counting.py PORT [FILE]   while FILE exists nothing is answered
"""

import asyncio
import json
import sys
import time
from pathlib import Path

import httptools
import uvloop

ARRIVED: list[float] = []
BODY = b'{"rows":[]}'
ANSWER = b"HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: %d\r\n\r\n%b"


class Counting(asyncio.Protocol):
    def __init__(self, hang: Path | None) -> None:
        self._hang = hang

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self.transport = transport
        self.parser = httptools.HttpRequestParser(self)

    def data_received(self, data: bytes) -> None:
        self.parser.feed_data(data)

    def on_url(self, url: bytes) -> None:
        self.url = url

    def on_message_complete(self) -> None:
        if self.url == b"/counts":
            body = json.dumps(ARRIVED).encode()
            ARRIVED.clear()
        elif self._hang is not None and self._hang.exists():
            return
        else:
            ARRIVED.append(time.time())
            body = BODY
        self.transport.write(ANSWER % (len(body), body))  # type: ignore[attr-defined]
        if not self.parser.should_keep_alive():
            self.transport.close()


async def main(port: int, hang: Path | None) -> None:
    loop = asyncio.get_running_loop()
    server = await loop.create_server(lambda: Counting(hang), "127.0.0.1", port, backlog=4096)
    await server.serve_forever()


uvloop.run(main(int(sys.argv[1]), Path(sys.argv[2]) if len(sys.argv) > 2 else None))

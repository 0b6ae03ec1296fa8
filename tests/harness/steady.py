"""A steady load of a given rate on loopback: half of it on kept connections, half on new ones; every answer counts."""

import asyncio
import os
import threading
import time
from dataclasses import dataclass, field
from typing import Self

_LONGEST = 20.0


class Beside:
    """Something that goes on in a thread with a loop of its own, as long as a block lasts."""

    def __enter__(self) -> Self:
        self._stop = threading.Event()
        self._thread = threading.Thread(target=lambda: asyncio.run(self._run()))
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._stop.set()
        self._thread.join()

    async def _run(self) -> None:
        """Until `_stop` is set."""
        raise NotImplementedError


@dataclass
class Steady(Beside):
    """`rate` requests a second to `path`, each to be answered 200; seconds of each answer are kept."""

    port: int
    path: str
    rate: int = 500
    lanes: int = 20
    bursts: bool = False  # All lanes ask at the same moment.
    apart: bool = False  # Its own waiting for a core is not what is measured: in life it is another machine.
    seconds: list[float] = field(default_factory=list)
    failed: list[str] = field(default_factory=list)

    async def _run(self) -> None:
        if self.apart:
            me = threading.get_native_id()
            os.setpriority(os.PRIO_PROCESS, me, -10)
        await asyncio.gather(*(self._lane(number) for number in range(self.lanes)))

    async def _lane(self, number: int) -> None:
        pause = self.lanes / self.rate
        due = time.perf_counter() + (0.0 if self.bursts else pause * number / self.lanes)
        lane = _Lane(self.port, self.path, keep=number % 2 == 0)
        while not self._stop.is_set():
            await asyncio.sleep(max(0.0, due - time.perf_counter()))
            due += pause
            began = time.perf_counter()
            try:
                async with asyncio.timeout(_LONGEST):
                    status = await lane.ask()
            except (OSError, EOFError, TimeoutError) as error:
                self.failed.append(repr(error))
                lane.close()
                continue
            if status == 200:
                self.seconds.append(time.perf_counter() - began)
            else:
                self.failed.append(f"status {status}")
        lane.close()


class _Lane:
    """One client: it keeps its connection unless told otherwise, and opens a new one when the server closed it."""

    def __init__(self, port: int, path: str, *, keep: bool) -> None:
        kept = "keep-alive" if keep else "close"
        self._request = f"GET {path} HTTP/1.1\r\nhost: steady\r\nconnection: {kept}\r\n\r\n".encode()
        self._port = port
        self._writer: asyncio.StreamWriter | None = None
        self._reader = asyncio.StreamReader()

    async def ask(self) -> int:
        if self._writer is None or self._reader.at_eof():
            self.close()
            self._reader, self._writer = await asyncio.open_connection("127.0.0.1", self._port)
        self._writer.write(self._request)
        head = (await self._reader.readuntil(b"\r\n\r\n")).decode("latin-1").lower()
        length = int(head.partition("content-length:")[2].partition("\r\n")[0] or "0")
        await self._reader.readexactly(length)
        if "connection: close" in head:
            self.close()
        return int(head.split(" ", 2)[1])

    def close(self) -> None:
        if self._writer is not None:
            self._writer.close()
        self._writer = None

"""The runtime socket: commands in, text out, and the running state read back."""

import asyncio
import csv
import re
import socket
from collections.abc import Sequence
from pathlib import Path

from stagedoor.haproxy.layout import Layout
from stagedoor.haproxy.state import EdgeState, Server
from stagedoor.haproxy.words import escape
from stagedoor.model.errors import Invalid, TooLarge, Unavailable
from stagedoor.model.views import Load

_VERSION = re.compile(r"New version created: (\d+)")
# What HAProxy says when all is well; anything else is a refusal.
_FINE = re.compile(r"(New server registered\.|Server deleted\.|New version created: \d+|)")


_LARGEST_BLOCK = 7000  # Bytes; a command and its block fit one of the edge's buffers.
FRONTENDS, BACKENDS, _SERVERS = 1, 2, 4  # Types of objects, as `show stat` counts them.
ANSWER_TIMEOUT_S = 2.0
_PART_BYTES = 1 << 16
_AT_ONCE = 100  # Commands that fit one buffer of the socket.


class EdgeDown(Unavailable):
    """The edge's process does not answer on its socket."""


class Refused(Exception):
    """The edge understood a command and refused it."""


class AdminSocket:
    """One connection a command; a command costs 0.1 ms."""

    def __init__(self, path: Path) -> None:
        self._path = path

    async def ask(self, command: str) -> str:
        """What HAProxy answers. Raises EdgeDown."""
        try:
            async with asyncio.timeout(ANSWER_TIMEOUT_S):
                reader, writer = await asyncio.open_unix_connection(str(self._path))
        except TimeoutError:
            raise self._silent() from None
        except OSError as error:
            raise EdgeDown(f"the edge does not answer on its socket: {error.strerror}") from None
        try:
            writer.write(command.encode() + b"\n")
            return (await self._read(reader)).decode().strip()
        except TimeoutError:
            raise self._silent() from None
        except OSError as error:
            raise EdgeDown(f"the edge went away: {error.strerror}") from None
        finally:
            writer.close()

    def accepts(self) -> bool:
        """Returns whether a process listens on the socket, also one that answers nothing."""
        with socket.socket(socket.AF_UNIX) as connection:
            connection.settimeout(1.0)
            try:
                connection.connect(str(self._path))
            except (FileNotFoundError, ConnectionRefusedError):
                return False
            except OSError:
                return True
        return True

    async def _read(self, reader: asyncio.StreamReader) -> bytes:
        """Reads to the end; a long answer may take long, as long as it goes on. Raises TimeoutError."""
        parts: list[bytes] = []
        while True:
            async with asyncio.timeout(ANSWER_TIMEOUT_S):
                part = await reader.read(_PART_BYTES)
            if not part:
                return b"".join(parts)
            parts.append(part)

    def _silent(self) -> EdgeDown:
        return EdgeDown(
            f"the {self._path.parent.name} does not answer within {ANSWER_TIMEOUT_S:g} s",
            hint="`stagedoor status` shows the programs; it may be stopped or overloaded",
        )

    async def do(self, command: str) -> None:
        """One command of a plan. Raises Refused, EdgeDown."""
        if command.startswith("replace map "):
            await self._replace(command)
            return
        answer = await self.ask(command)
        if not _FINE.fullmatch(answer):
            raise Refused(f"{command!r}: {answer}")

    async def _replace(self, command: str) -> None:
        head, *entries = command.split("\n")
        file = head.removeprefix("replace map ")
        match = _VERSION.search(await self.ask(f"prepare map {file}"))
        if not match:
            raise Refused(f"the map {file} could not be prepared")
        for entry in entries:
            key, _, value = entry.partition(" ")
            answer = await self.ask(f"add map @{match[1]} {file} {escape(key)} {escape(value)}")
            if answer:
                raise Refused(f"{entry!r}: {answer}")
        await self.ask(f"commit map @{match[1]} {file}")

    async def read(self, layout: Layout, names: list[str]) -> EdgeState:
        """The running servers and maps. Addresses and bounds of servers are not told by HAProxy, so they stay empty."""
        backends: dict[str, tuple[Server, ...]] = {}
        for backend, server, _ in await self.servers():
            if backend != "control":
                backends[backend] = (*backends.get(backend, ()), Server(server, ""))
        maps = {}
        for name in names:
            text = await self.ask(f"show map {layout.map_file(name)}")
            lines = [line.split(" ", 2) for line in text.splitlines() if line.startswith("0x")]
            maps[name] = {line[1]: line[2] for line in lines}
        return EdgeState(backends, maps)

    async def set_certificate(self, file: Path, pem: str) -> None:
        """Raises TooLarge, and Invalid with HAProxy's words when it does not take it; the old one stays then."""
        # A block of lines ends with an empty one, so it may hold none itself.
        block = "\n".join(line for line in pem.splitlines() if line.strip())
        if len(block) > _LARGEST_BLOCK:
            raise TooLarge("the certificate and its chain are larger than the edge's runtime socket takes")
        said = await self.ask(f"set ssl cert {file} <<\n{block}\n")
        if "transaction" not in said.lower():
            raise Invalid(f"the edge refused the certificate: {said}")
        said = await self.ask(f"commit ssl cert {file}")
        if "success" not in said.lower():
            await self.ask(f"abort ssl cert {file}")
            raise Invalid(f"the edge refused the certificate: {said}")

    async def servers(self) -> list[tuple[str, str, bool]]:
        """(backend, server, lets traffic in) of every server."""
        rows = [line.split(" ") for line in (await self.ask("show servers state")).splitlines()]
        found = []
        for row in rows:
            if len(row) > 6 and row[0].isdigit():
                found.append((row[1], row[3], row[6] == "0"))
        return found

    async def busy(self, backend: str, server: str) -> int:
        """Requests in flight at one server."""
        return (await self.in_flight([backend])).get((backend, server), 0)

    async def in_flight(self, backends: Sequence[str]) -> dict[tuple[str, str], int]:
        """Requests in flight by (backend, server)."""
        rows = await self.servers_of(backends)
        return {(row["pxname"], row["svname"]): int(row["scur"]) for row in rows}

    async def loads(self, backends: Sequence[str] | None = None) -> dict[str, Load]:
        """Of these backends; of all that were ever given a request when none are named."""
        if backends is not None:
            rows = await self._ask_each(backends, BACKENDS)
        else:
            rows = await self.statistics(f"show stat -1 {BACKENDS} -1")
        return {
            row["pxname"]: _load(row)
            for row in rows
            if row["svname"] == "BACKEND" and (backends is not None or row["stot"] != "0" or row["qcur"] != "0")
        }

    async def servers_of(self, backends: Sequence[str]) -> list[dict[str, str]]:
        """Returns the rows of these backends' servers.

        Each backend is asked for on its own: HAProxy dumps all of them in pieces, and a server that is added or removed
        between two pieces makes it leave out others.
        """
        return await self._ask_each(backends, _SERVERS)

    async def _ask_each(self, backends: Sequence[str], kind: int) -> list[dict[str, str]]:
        asked = [f"show stat {name} {kind} -1" for name in backends]
        parts = [asked[first : first + _AT_ONCE] for first in range(0, len(asked), _AT_ONCE)]
        return [row for part in parts for row in await self.statistics(";".join(part))]

    async def statistics(self, command: str) -> list[dict[str, str]]:
        """The rows that HAProxy answers, each a value by its column's name."""
        return read_statistics(await self.ask(command))


def read_statistics(text: str) -> list[dict[str, str]]:
    """Returns the rows of `show stat`. It is CSV: what a check said may hold commas and quotes."""
    names: list[str] = []
    rows = []
    for line in text.splitlines():
        if line.startswith("#"):
            names = line.lstrip("# ").split(",")
        elif line and names:
            values = next(csv.reader([line]))
            rows.append(dict(zip(names, values, strict=False)))
    return rows


def _load(row: dict[str, str]) -> Load:
    def number(name: str) -> int:
        return int(row.get(name) or 0)

    return Load(
        requests_per_second=float(number("rate")),
        in_flight=number("scur"),
        queued=number("qcur"),
        requests=number("stot"),
        errors=number("hrsp_5xx"),
        average_seconds=number("ttime") / 1000,
    )

"""Edge and egress as control uses them: the wanted state to disk, and to the running processes."""

import asyncio
import http.client
import logging
import socket
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

from stagedoor import files
from stagedoor.control.ports.edge import Probed
from stagedoor.haproxy import config, egress, reconcile
from stagedoor.haproxy.layout import Layout
from stagedoor.haproxy.socket import BACKENDS, FRONTENDS, AdminSocket, EdgeDown, Refused
from stagedoor.haproxy.state import LIVE, SLOTS, EdgeState, Proxy, map_names
from stagedoor.haproxy.translate import translate
from stagedoor.model.names import STACKS
from stagedoor.model.traffic import Traffic
from stagedoor.model.views import Load

log = logging.getLogger("stagedoor.edge")

_RECORDED = (*STACKS, "egress")  # What writes a record of each request.


class Edge:
    """Control's side of both processes: all maps but the slots, all servers. Calls are to be made one at a time."""

    def __init__(self, layout: Layout) -> None:
        self._layout = layout
        self._sockets = {proxy: AdminSocket(layout.admin_socket(proxy)) for proxy in Proxy}
        self._socket = self._sockets[Proxy.EDGE]
        self._names = {proxy: map_names(proxy, STACKS, layout.settings.pools.services) for proxy in Proxy}
        self._known: dict[Proxy, EdgeState] = {}  # What a process was told last; one that is missing is read.

    def prepare(self, traffic: Traffic) -> None:
        """Writes what the processes begin with, before they run."""
        self.write(translate(self._layout, traffic))

    def write(self, wanted: EdgeState) -> None:
        """Makes the files on disk say `wanted`: what a restarted process begins with. Root alone reads them."""
        for proxy, names in self._names.items():
            self._layout.configuration(proxy).parent.mkdir(parents=True, exist_ok=True)
            for name in names:
                entries = wanted.maps.get(name, {})
                text = "".join(f"{key} {value}\n" for key, value in entries.items())
                files.update_file(self._layout.map_file(name), text)
        for other in (SLOTS, LIVE):
            if not self._layout.map_file(other).exists():
                files.update_file(self._layout.map_file(other), "")
        files.update_file(self._layout.lua, egress.LUA)
        for proxy in Proxy:
            text = config.render(proxy, self._layout, wanted.of(proxy))
            files.update_file(self._layout.configuration(proxy), text)

    async def apply(self, traffic: Traffic) -> float:
        """Brings disk and processes to what `traffic` says. Returns the seconds the processes took. Raises EdgeDown.

        The processes change first where a map alone moves: a switch does not wait for the disk. When one dies in
        between, the database is the truth and the next `apply` repairs either side.
        """
        wanted = translate(self._layout, traffic)
        began = time.perf_counter()
        try:
            await self._run(wanted)
        finally:
            took = time.perf_counter() - began
            await asyncio.to_thread(self.write, wanted)
        return took

    async def _run(self, wanted: EdgeState) -> None:
        """What a version calls is there before devices reach the version, and goes after they no longer do.

        A process that is away keeps no change from the other one. It begins with what is on disk.
        """
        plans: dict[Proxy, reconcile.Plan] = {}
        away: list[EdgeDown] = []
        for proxy in Proxy:
            with _collect(away):
                running = self._known.pop(proxy, None) or await self._read(proxy)
                plans[proxy] = reconcile.plan(self._layout, running, wanted.of(proxy))
        refused: set[Proxy] = set()
        for proxy, commands in _in_order(plans):
            with _collect(away):
                if await self._do(proxy, commands):
                    refused.add(proxy)
        if away:
            raise away[0]
        # After a refusal (a server whose connections are not closed yet) the next call looks again.
        self._known = {proxy: wanted.of(proxy) for proxy in Proxy if proxy not in refused}

    async def _do(self, proxy: Proxy, commands: Sequence[str]) -> bool:
        """Returns whether the process refused one of the commands."""
        refused = False
        for command in commands:
            try:
                await self._sockets[proxy].do(command)
            except Refused as error:
                log.info("the %s refused %s", proxy, error)
                refused = True
        return refused

    async def _read(self, proxy: Proxy) -> EdgeState:
        return await self._sockets[proxy].read(self._layout, self._names[proxy])

    def place_certificate(self, pem: bytes) -> None:
        """Writes what the edge begins with, readable by root alone."""
        self._layout.certificate.parent.mkdir(parents=True, exist_ok=True)
        files.update_file(self._layout.certificate, pem.decode())

    async def change_certificate(self, pem: bytes) -> None:
        """New connections get it from now on; those that are open stay. Raises Invalid, TooLarge, EdgeDown."""
        await self._socket.set_certificate(self._layout.certificate, pem.decode())
        self.place_certificate(pem)

    def forget(self) -> None:
        """The next `apply` compares with the processes themselves, not with what they were told last."""
        self._known = {}

    async def running(self) -> EdgeState:
        parts = [await self._read(proxy) for proxy in Proxy]
        return EdgeState(
            {name: servers for part in parts for name, servers in part.backends.items()},
            {name: entries for part in parts for name, entries in part.maps.items()},
        )

    async def info(self) -> dict[str, str]:
        """Returns what the edge says of itself. Raises EdgeDown when either process is away."""
        await self._read_info(Proxy.EGRESS)
        return await self._read_info(Proxy.EDGE)

    async def silent(self) -> set[str]:
        """Names the processes that do not answer in time."""
        answers = await asyncio.gather(*(self._read_info(proxy) for proxy in Proxy), return_exceptions=True)
        return {str(proxy) for proxy, answer in zip(Proxy, answers, strict=True) if isinstance(answer, EdgeDown)}

    async def _read_info(self, proxy: Proxy) -> dict[str, str]:
        lines = (await self._sockets[proxy].ask("show info")).splitlines()
        return dict(line.split(": ", 1) for line in lines if ": " in line)

    async def loads(self, backends: Sequence[str] | None = None) -> dict[str, Load]:
        return await self._socket.loads(backends)

    async def in_flight(self, backends: Sequence[str]) -> dict[tuple[str, int], int]:
        """Requests in flight by (backend, door)."""
        found = await self._socket.in_flight(backends)
        return {(backend, int(name.removeprefix("door-"))): busy for (backend, name), busy in found.items()}

    async def counted(self) -> tuple[dict[str, int], int]:
        """Requests that the present workers counted, by their processes, and how many are under way."""
        counted, under_way = {}, 0
        for proxy, admin in self._sockets.items():
            pid = (await self._read_info(proxy)).get("Pid", "").strip()
            rows = await admin.statistics(f"show stat -1 {FRONTENDS | BACKENDS} -1")
            fronts = [row for row in rows if row["svname"] == "FRONTEND" and row["pxname"] in _RECORDED]
            counted[pid] = sum(int(row["req_tot"] or 0) for row in fronts)
            under_way += sum(int(row["scur"] or 0) for row in rows if row["svname"] == "BACKEND")
        return counted, under_way

    async def probe(self, backend: str, path: str, timeout: float) -> int:
        """The status of a GET that goes the way of a device's request: through the edge to the script."""
        return (await self.ask(backend, path, {}, timeout)).status

    async def ask(self, backend: str, path: str, headers: Mapping[str, str], timeout: float) -> Probed:
        """A GET with what only the platform may say of one. Raises EdgeDown."""
        fields = {**headers, "stagedoor-backend": backend}
        return await asyncio.to_thread(_ask, self._layout.probe_socket, path, fields, timeout)


@contextmanager
def _collect(away: list[EdgeDown]) -> Iterator[None]:
    try:
        yield
    except EdgeDown as error:
        away.append(error)


def _in_order(plans: Mapping[Proxy, reconcile.Plan]) -> list[tuple[Proxy, Sequence[str]]]:
    nothing = reconcile.Plan((), ())
    calls, requests = plans.get(Proxy.EGRESS, nothing), plans.get(Proxy.EDGE, nothing)
    return [
        (Proxy.EGRESS, calls.additions),
        (Proxy.EDGE, requests.additions),
        (Proxy.EDGE, requests.removals),
        (Proxy.EGRESS, calls.removals),
    ]


class _UnixConnection(http.client.HTTPConnection):
    def __init__(self, path: Path, timeout: float) -> None:
        super().__init__("edge", timeout=timeout)
        self._path = path

    def connect(self) -> None:
        self.sock = socket.socket(socket.AF_UNIX)
        self.sock.settimeout(self.timeout)
        self.sock.connect(str(self._path))


def _ask(path: Path, target: str, headers: Mapping[str, str], timeout: float) -> Probed:
    connection = _UnixConnection(path, timeout)
    began = time.perf_counter()
    try:
        connection.request("GET", target, headers=dict(headers))
        answer = connection.getresponse()
        answer.read()
        return Probed(answer.status, time.perf_counter() - began, answer.getheader("stagedoor-degraded", ""))
    except (OSError, http.client.HTTPException) as error:
        raise EdgeDown(f"the probe through the edge failed: {error}") from None
    finally:
        connection.close()


def without_addresses(state: EdgeState) -> EdgeState:
    """The state as HAProxy can tell it back: names of servers without address and bounds."""
    backends = {
        name: tuple(replace(one, address="", maxconn=0, extra="") for one in servers)
        for name, servers in state.backends.items()
        if servers
    }
    return EdgeState(backends, state.maps)

"""The edge as control and node use it: the wanted state to disk first, then to the running process."""

import asyncio
import http.client
import logging
import socket
import time
from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path

from stagedoor import files
from stagedoor.control.ports.edge import Probed
from stagedoor.haproxy import config, egress, reconcile
from stagedoor.haproxy.layout import Layout, door_server, slot_listener
from stagedoor.haproxy.socket import BACKENDS, FRONTENDS, AdminSocket, EdgeDown, Refused
from stagedoor.haproxy.state import LIVE, SLOTS, EdgeState, map_names
from stagedoor.haproxy.translate import translate
from stagedoor.model.names import STACKS
from stagedoor.model.traffic import Traffic
from stagedoor.model.views import Load

log = logging.getLogger("stagedoor.edge")

_RECORDED = (*STACKS, "egress")  # What writes a record of each request.


class Edge:
    """Control's side: all maps but the slots, all servers. Calls are to be made one at a time."""

    def __init__(self, layout: Layout) -> None:
        self._layout = layout
        self._socket = AdminSocket(layout.admin_socket)
        self._names = map_names(STACKS, layout.settings.pools.services)
        self._known: EdgeState | None = None

    def prepare(self, traffic: Traffic) -> None:
        """Writes what the edge begins with, before it runs."""
        self.write(translate(self._layout, traffic))

    def write(self, wanted: EdgeState) -> None:
        """Makes the files on disk say `wanted`: what a restarted edge begins with."""
        self._layout.configuration.parent.mkdir(parents=True, exist_ok=True)
        for name in self._names:
            entries = wanted.maps.get(name, {})
            text = "".join(f"{key} {value}\n" for key, value in entries.items())
            files.update_file(self._layout.map_file(name), text)
        for other in (SLOTS, LIVE):
            if not self._layout.map_file(other).exists():
                files.update_file(self._layout.map_file(other), "")
        files.update_file(self._layout.lua, egress.LUA)
        # It holds the keys by which signatures are checked.
        files.update_file(self._layout.configuration, config.render(self._layout, wanted))

    async def apply(self, traffic: Traffic) -> float:
        """Brings disk and process to what `traffic` says. Returns the seconds the process took. Raises EdgeDown.

        The process changes first where a map alone moves: a switch does not wait for the disk. When the edge dies in
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
        running = self._known or await self._socket.read(self._layout, self._names)
        refused = []
        self._known = None
        for command in reconcile.commands(self._layout, running, wanted):
            try:
                await self._socket.do(command)
            except Refused as error:
                log.info("the edge refused %s", error)
                refused.append(error)
        # After a refusal (a server whose connections are not closed yet) the next call looks again.
        self._known = None if refused else wanted

    def place_certificate(self, pem: bytes) -> None:
        """Writes what the edge begins with, readable by root alone."""
        self._layout.certificate.parent.mkdir(parents=True, exist_ok=True)
        files.update_file(self._layout.certificate, pem.decode())

    async def change_certificate(self, pem: bytes) -> None:
        """New connections get it from now on; those that are open stay. Raises Invalid, TooLarge, EdgeDown."""
        await self._socket.set_certificate(self._layout.certificate, pem.decode())
        self.place_certificate(pem)

    def forget(self) -> None:
        """The next `apply` compares with the process itself, not with what it was told last."""
        self._known = None

    async def running(self) -> EdgeState:
        return await self._socket.read(self._layout, self._names)

    async def info(self) -> dict[str, str]:
        lines = (await self._socket.ask("show info")).splitlines()
        return dict(line.split(": ", 1) for line in lines if ": " in line)

    async def loads(self, backends: Sequence[str] | None = None) -> dict[str, Load]:
        return await self._socket.loads(backends)

    async def in_flight(self, backends: Sequence[str]) -> dict[tuple[str, int], int]:
        """Requests in flight by (backend, door)."""
        found = await self._socket.in_flight(backends)
        return {(backend, int(name.removeprefix("door-"))): busy for (backend, name), busy in found.items()}

    async def counted(self) -> tuple[dict[str, int], int]:
        """Requests that the present worker counted, by its process, and how many are under way."""
        pid = (await self._socket.ask("show info")).partition("\nPid: ")[2].split("\n")[0].strip()
        rows = await self._socket.statistics(f"show stat -1 {FRONTENDS | BACKENDS} -1")
        fronts = [one for one in rows if one["svname"] == "FRONTEND" and one["pxname"] in _RECORDED]
        busy = sum(int(one["scur"] or 0) for one in rows if one["svname"] == "BACKEND")
        return {pid: sum(int(one["req_tot"] or 0) for one in fronts)}, busy

    async def probe(self, backend: str, path: str, timeout: float) -> int:
        """The status of a GET that goes the way of a device's request: through the edge to the script."""
        return (await self.ask(backend, path, {}, timeout)).status

    async def ask(self, backend: str, path: str, headers: Mapping[str, str], timeout: float) -> Probed:
        """A GET with what only the platform may say of one. Raises EdgeDown."""
        fields = {**headers, "stagedoor-backend": backend}
        return await asyncio.to_thread(_ask, self._layout.probe_socket, path, fields, timeout)


class Doors:
    """Node's side: which doors may take traffic, and who holds which slot."""

    def __init__(self, layout: Layout) -> None:
        self._layout = layout
        self._socket = AdminSocket(layout.admin_socket)
        self._holders: dict[str, str] = {}

    async def open(self, backend: str, door: int) -> bool:
        return await self._set(backend, door, "ready")

    async def close(self, backend: str, door: int) -> bool:
        return await self._set(backend, door, "maint")

    async def _set(self, backend: str, door: int, state: str) -> bool:
        try:
            said = await self._socket.ask(f"set server {backend}/{door_server(door)} state {state}")
        except EdgeDown as error:
            log.info("door %s of %s cannot be %s: %s", door, backend, state, error)
            return False
        if said:
            log.info("door %s of %s cannot be %s: %s", door, backend, state, said)
        return not said

    async def open_doors(self) -> set[tuple[str, int]] | None:
        """(backend, door) of those that take traffic; None when the edge is away."""
        try:
            servers = await self._socket.servers()
        except EdgeDown:
            return None
        doors = [(backend, server) for backend, server, is_open in servers if is_open and server.startswith("door-")]
        return {(backend, int(server.removeprefix("door-"))) for backend, server in doors}

    async def busy(self, backend: str, door: int) -> int:
        try:
            return await self._socket.busy(backend, door_server(door))
        except EdgeDown:
            return 0

    async def hold(self, slot: int, holder: str) -> None:
        """Names the container in `slot`, on disk and in the process; an empty holder frees it."""
        key, file = slot_listener(slot), self._layout.map_file(SLOTS)
        known = key in self._holders
        if holder:
            self._holders[key] = holder
        else:
            self._holders.pop(key, None)
        files.update_file(file, "".join(f"{name} {value}\n" for name, value in self._holders.items()))
        try:
            if not holder:
                await self._socket.ask(f"del map {file} {key}")
                await self._shut(slot)
            else:
                await self._socket.ask(f"{'set' if known else 'add'} map {file} {key} {holder}")
        except EdgeDown:
            pass  # The file is what it begins with.

    async def _shut(self, slot: int) -> None:
        """Closes what is left of a former holder's connections to egress; the listener's id names them."""
        for line in (await self._socket.ask("show sess")).splitlines():
            if "fe=egress " in line and f"src=unix:{slot + 1} " in line:
                await self._socket.ask(f"shutdown session {line.split(':', 1)[0]}")

    async def recover(self, holders: dict[int, str]) -> None:
        """After a restart of node: exactly these slots are held."""
        text = await self._try_ask(f"show map {self._layout.map_file(SLOTS)}")
        running = {line.split(" ")[1] for line in text.splitlines() if line.startswith("0x")}
        self._holders = dict.fromkeys(running, "")
        for key in running - {slot_listener(slot) for slot in holders}:
            await self.hold(int(key.removeprefix("slot-")), "")
        for slot, holder in holders.items():
            await self.hold(slot, holder)

    async def _try_ask(self, command: str) -> str:
        try:
            return await self._socket.ask(command)
        except EdgeDown:
            return ""


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

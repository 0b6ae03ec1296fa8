"""Node's side of the egress: who holds which slot.

A connection belongs to whoever held the slot when it began. A slot is free only once nothing of its former holder is
left, in the egress and in the kernel: also what waits to be accepted.
"""

import asyncio
from collections.abc import Awaitable, Callable

from stagedoor import files
from stagedoor.haproxy.layout import Layout, slot_listener
from stagedoor.haproxy.socket import AdminSocket, EdgeDown
from stagedoor.haproxy.state import SLOTS, Proxy

_POLL_INTERVAL_S = 0.01
_CLOSE_TIMEOUT_S = 1.0
_MAX_COMMANDS = 50  # In one line to the runtime socket.


class Slots:
    """Implements the port `Slots`. `count_connections` counts those to a slot's listeners, as the kernel has them."""

    def __init__(self, layout: Layout, count_connections: Callable[[int], Awaitable[int]]) -> None:
        self._layout = layout
        self._count_connections = count_connections
        self._socket = AdminSocket(layout.admin_socket(Proxy.EGRESS))
        self._holders: dict[str, str] = {}

    async def hold(self, slot: int, holder: str) -> None:
        """Names the container in `slot`, on disk and in the process. Raises OSError when the egress does not answer."""
        key, file = slot_listener(slot), self._layout.map_file(SLOTS)
        self._holders[key] = holder
        self._write()
        await self._tell(f"del map {file} {key};add map {file} {key} {holder}")

    async def vacate(self, slot: int) -> None:
        """Names nobody, and closes what is left. Raises OSError when something is: then nobody may have the slot."""
        key, file = slot_listener(slot), self._layout.map_file(SLOTS)
        if self._holders.pop(key, None) is not None:
            self._write()
            await self._tell(f"del map {file} {key}")
        deadline = asyncio.get_running_loop().time() + _CLOSE_TIMEOUT_S
        while await self._count_connections(slot):
            await self._shut(slot)
            if asyncio.get_running_loop().time() > deadline:
                raise OSError(f"slot {slot} still has connections of its former holder")
            await asyncio.sleep(_POLL_INTERVAL_S)

    async def recover(self, holders: dict[int, str]) -> None:
        """Makes exactly these slots held, after a restart of node."""
        try:
            text = await self._socket.ask(f"show map {self._layout.map_file(SLOTS)}")
        except EdgeDown:
            text = ""
        running = {line.split(" ")[1] for line in text.splitlines() if line.startswith("0x")}
        self._holders = {}
        self._write()
        for key in running - {slot_listener(slot) for slot in holders}:
            await self._tell(f"del map {self._layout.map_file(SLOTS)} {key}")
        for slot, holder in holders.items():
            await self.hold(slot, holder)

    def _write(self) -> None:
        text = "".join(f"{name} {value}\n" for name, value in self._holders.items())
        files.update_file(self._layout.map_file(SLOTS), text)

    async def _tell(self, commands: str) -> None:
        """An egress that is gone begins with the file. One that is there and silent would keep the former holder."""
        try:
            await self._socket.ask(commands)
        except EdgeDown as error:
            if await asyncio.to_thread(self._is_there):
                raise OSError(str(error)) from None

    def _is_there(self) -> bool:
        return self._socket.accepts()

    async def _shut(self, slot: int) -> None:
        """The listener's id names sessions of the Unix socket; those of the network say it in their details alone."""
        name = slot_listener(slot)
        try:
            lines = [line for line in (await self._socket.ask("show sess")).splitlines() if "fe=egress " in line]
            for line in lines:
                if f"src=unix:{slot + 1} " in line:
                    await self._shut_session(line.split(":", 1)[0])
            others = [line.split(":", 1)[0] for line in lines if "src=unix:" not in line]
            for first in range(0, len(others), _MAX_COMMANDS):
                asked = ";".join(f"show sess {session}" for session in others[first : first + _MAX_COMMANDS])
                for session in _sessions_of(name, await self._socket.ask(asked)):
                    await self._shut_session(session)
        except EdgeDown:
            return  # Its connections go with it.

    async def _shut_session(self, session: str) -> None:
        await self._socket.ask(f"shutdown session {session}")


def _sessions_of(listener: str, details: str) -> list[str]:
    """Returns the sessions of a listener; each session's details begin with its name at the start of a line."""
    sessions, session = [], ""
    for line in details.splitlines():
        if line.startswith("0x"):
            session = line.split(":", 1)[0]
        if f"listener={listener} " in line:
            sessions.append(session)
    return sessions

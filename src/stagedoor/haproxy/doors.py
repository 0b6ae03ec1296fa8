"""Node's side of the edge: which doors may take traffic."""

import logging

from stagedoor.haproxy.layout import Layout, door_server
from stagedoor.haproxy.socket import AdminSocket, EdgeDown
from stagedoor.haproxy.state import Proxy

log = logging.getLogger("stagedoor.edge")


class Doors:
    """Implements the port `Doors`."""

    def __init__(self, layout: Layout) -> None:
        self._layout = layout
        self._socket = AdminSocket(layout.admin_socket(Proxy.EDGE))

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

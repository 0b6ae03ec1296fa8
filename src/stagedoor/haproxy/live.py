"""What the adaptive loop tells the egress: limits and open breakers, as values of one map.

Written apart from everything else, since it changes several times a second. While its writer is away the last values
stay: in the process, and in the file that a restarted edge begins with.
"""

import asyncio
from collections.abc import Mapping

from stagedoor import files
from stagedoor.control.ports.edge import Allowed
from stagedoor.haproxy.egress import OPEN, SHORT
from stagedoor.haproxy.layout import Layout, service_backend_name
from stagedoor.haproxy.socket import AdminSocket
from stagedoor.haproxy.state import LIVE, Proxy
from stagedoor.haproxy.words import escape


class LiveMap:
    """Entries by `service/method`, or by `service` for all of it."""

    def __init__(self, layout: Layout) -> None:
        self._file = layout.map_file(LIVE)
        self._socket = AdminSocket(layout.admin_socket(Proxy.EGRESS))
        self._services = [service_backend_name(number) for number in range(layout.settings.pools.services)]
        self._known: dict[str, str] | None = None

    async def set(self, limits: Mapping[str, Allowed]) -> None:
        """Makes the map say exactly this. Raises EdgeDown; the next call begins anew."""
        known = await self._running() if self._known is None else self._known
        wanted = {
            key: str(min(one.limit, OPEN - 1) + OPEN * one.is_open + SHORT * one.is_short)
            for key, one in limits.items()
        }
        if wanted == known:
            return
        self._known = None
        commands = [f"add map {self._file} {escape(key)} {value}" for key, value in wanted.items() if key not in known]
        changed = {key: value for key, value in wanted.items() if known.get(key, value) != value}
        commands += [f"set map {self._file} {escape(key)} {value}" for key, value in changed.items()]
        commands += [f"del map {self._file} {escape(key)}" for key in known if key not in wanted]
        for first in range(0, len(commands), 50):
            await self._socket.ask(";".join(commands[first : first + 50]))
        text = "".join(f"{key} {value}\n" for key, value in wanted.items())
        await asyncio.to_thread(files.update_file, self._file, text)
        self._known = wanted

    def forget(self) -> None:
        self._known = None

    async def _running(self) -> dict[str, str]:
        text = await self._socket.ask(f"show map {self._file}")
        lines = [line.split(" ", 2) for line in text.splitlines() if line.startswith("0x")]
        return {line[1]: line[2] for line in lines}

    async def in_flight(self) -> dict[str, int]:
        """Calls under way by `service/method`. Raises EdgeDown."""
        found: dict[str, int] = {}
        for line in (await self._socket.ask("show table calls")).splitlines():
            fields = dict(part.split("=", 1) for part in line.split() if "=" in part)
            if "key" in fields and fields.get("conn_cur", "").isdigit():
                found[fields["key"]] = int(fields["conn_cur"])
        return found

    async def endpoints(self) -> dict[str, list[tuple[str, str, str]]]:
        """(address, state, reason) of each service's servers, by backend. Raises EdgeDown."""
        found: dict[str, list[tuple[str, str, str]]] = {}
        for row in await self._socket.servers_of(self._services):
            state = {"UP": "up", "no check": "not checked"}.get(row["status"], "")
            state = state or ("down" if row["status"].startswith("DOWN") else "up")
            reason = row.get("last_chk", "") if state == "down" else ""
            address = row.get("addr", "") or row["svname"]
            found.setdefault(row["pxname"], []).append((address, state, reason))
        return found

"""What is prepared ahead and does not change while the edge runs: files, pools, listeners, rules of the operator."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from stagedoor.haproxy.state import Proxy, map_owner
from stagedoor.model.settings import Platform

_RESERVED_FILES = 1000  # Descriptors for listeners, checks, logs and connections to the runtime socket.
_MIN_CONNECTIONS, _MAX_CONNECTIONS = 500, 100_000
_MIN_PER_SLOT, _MAX_PER_SLOT = 16, 512
_CLIENT_SHARE = 4  # One client address holds at most this part of the edge's connections.
_MIN_PER_CLIENT, _CROWDED_CLIENT_SHARE = 8, 64


@dataclass(frozen=True, slots=True)
class Layout:
    """`run` holds configuration, maps and sockets; its path has no spaces and is short enough for a socket."""

    run: Path
    settings: Platform
    control_address: str
    threads: int
    open_files: int
    users: Mapping[Proxy, tuple[str, ...]] = field(default_factory=dict)  # Lines that say who a worker is.
    fault_key: str = ""  # Signs the header that asks for a fault; letters and digits.

    def buffer(self, proxy: Proxy) -> int:
        """Bytes of one of HAProxy's buffers.

        A request that may be tried again is kept in a copy of its buffer: half the size, half the price of that.
        HTTP/2, which comes with TLS alone, needs 16 KB: its clients may send frames of that size (RFC 9113, 4.2).
        """
        return 16_384 if proxy is Proxy.EDGE and self.settings.tls.certificate else 8192

    @property
    def lua(self) -> Path:
        return self.run / Proxy.EGRESS / "faults.lua"

    def configuration(self, proxy: Proxy) -> Path:
        return self.run / proxy / "haproxy.cfg"

    def admin_socket(self, proxy: Proxy) -> Path:
        return self.run / proxy / "admin.sock"

    @property
    def certificate(self) -> Path:
        """Key, certificate and chain, written by control before the edge starts and whenever they change."""
        return self.run / "edge" / "tls.pem"

    @property
    def authorities(self) -> str:
        """Who vouches for services, as the edge's configuration says it."""
        return self.settings.tls.authorities or "@system-ca"

    @property
    def probe_socket(self) -> Path:
        return self.run / "edge" / "probe.sock"

    @property
    def records_socket(self) -> Path:
        return self.run / "records.sock"

    def map_file(self, name: str) -> Path:
        return self.run / map_owner(name) / f"{name}.map"

    @property
    def max_connections(self) -> int:
        """Connections that one process takes at one time: two descriptors each."""
        return min(_MAX_CONNECTIONS, max(_MIN_CONNECTIONS, (self.open_files - _RESERVED_FILES) // 2))

    @property
    def slot_connections(self) -> int:
        """Connections that one listener of a slot takes; further ones wait in that slot's own backlog.

        A slot has two listeners. All of them together stay within what the egress takes, unless it takes very few:
        so no container, and no number of them, keeps another one from calling.
        """
        share = self.max_connections // (2 * max(1, self.settings.pools.slots))
        return min(_MAX_PER_SLOT, max(_MIN_PER_SLOT, share))

    @property
    def client_connections(self) -> int:
        """Connections that one client address may hold at the edge."""
        return min(self.settings.edge.client_connections, self.max_connections // _CLIENT_SHARE)

    @property
    def crowded(self) -> int:
        """Connections from which on one of the edge's two frontends is crowded: who holds several gets no more."""
        return self.max_connections // 3

    @property
    def crowded_client_connections(self) -> int:
        """Connections that one client address may hold while the edge is crowded."""
        return max(_MIN_PER_CLIENT, self.max_connections // _CROWDED_CLIENT_SHARE)

    def door(self, number: int) -> Path:
        return self.run / "doors" / f"{number}.sock"

    def slot(self, number: int) -> Path:
        return self.run / "slots" / f"{number}.sock"


def backend_name(number: int) -> str:
    return f"b{number}"


def service_backend_name(number: int) -> str:
    return f"s{number}"


def door_server(number: int) -> str:
    return f"door-{number}"


def slot_listener(number: int) -> str:
    return f"slot-{number}"

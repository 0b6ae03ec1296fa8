"""What is prepared ahead and does not change while the edge runs: files, pools, listeners, rules of the operator."""

from dataclasses import dataclass
from pathlib import Path

from stagedoor.model.settings import Platform


@dataclass(frozen=True, slots=True)
class Layout:
    """`run` holds configuration, maps and sockets; its path has no spaces and is short enough for a socket."""

    run: Path
    settings: Platform
    control_address: str
    threads: int
    open_files: int
    user: str = ""
    fault_key: str = ""  # Signs the header that asks for a fault; letters and digits.

    @property
    def lua(self) -> Path:
        return self.run / "edge" / "faults.lua"

    @property
    def configuration(self) -> Path:
        return self.run / "edge" / "haproxy.cfg"

    @property
    def certificate(self) -> Path:
        """Key, certificate and chain, written by control before the edge starts and whenever they change."""
        return self.run / "edge" / "tls.pem"

    @property
    def authorities(self) -> str:
        """Who vouches for services, as the edge's configuration says it."""
        return self.settings.tls.authorities or "@system-ca"

    @property
    def admin_socket(self) -> Path:
        return self.run / "edge" / "admin.sock"

    @property
    def probe_socket(self) -> Path:
        return self.run / "edge" / "probe.sock"

    @property
    def records_socket(self) -> Path:
        return self.run / "records.sock"

    def map_file(self, name: str) -> Path:
        return self.run / "edge" / f"{name}.map"

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

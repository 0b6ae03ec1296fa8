"""Every listening socket of a platform, held by the supervisor: it outlives whoever serves it."""

import os
import shutil
import socket
import stat
from collections.abc import Callable, Iterable, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path

from stagedoor.main import networks
from stagedoor.main.layout import EDGE_USER, edge_user
from stagedoor.main.paths import Paths
from stagedoor.model.errors import Unavailable
from stagedoor.model.settings import Platform

_MAX_ATTEMPTS = 20
_BACKLOG = 4096
_PASSABLE_MODE = 0o711


@dataclass(slots=True)
class HeldSockets:
    """By name. What an earlier supervisor held is held on, everything else is bound."""

    _settings: Platform
    _inherited: Mapping[str, int]
    _run: Path
    _held: dict[str, socket.socket] = field(default_factory=dict)
    receivers: dict[str, str] = field(default_factory=dict)  # The deployment that received each listener last.
    _namespaces: dict[str, int] = field(default_factory=dict)

    @classmethod
    def bind(
        cls,
        paths: Paths,
        settings: Platform,
        inherited: Mapping[str, int],
        more: Mapping[str, Callable[[], socket.socket]],
        receivers: Mapping[str, str],
    ) -> "HeldSockets":
        """Everything that will be listened on. Raises Unavailable that names the port and what to do.

        `more`: how to bind what only some platforms have, by name. `receivers`: which deployment received which of the
        inherited listeners.
        """
        one = cls(settings, inherited, paths.run, receivers=dict(receivers))
        one._bind_ports()
        for name, bind in more.items():
            one._hold(name, bind)
        one._bind_paths(paths)
        one._make_networks()
        for name, number in inherited.items():
            if name not in one._held and name not in one._namespaces:
                os.close(number)  # What nobody serves any more takes no connections either.
        return one

    def _bind_ports(self) -> None:
        ports = self._settings.ports
        for name, address, port in (
            ("PROD", ports.address, ports.prod),
            ("TEST", ports.address, ports.test),
            ("CONTROL", "127.0.0.1", ports.control),
            ("REMOTE", ports.remote_address, ports.remote),
        ):
            if address:
                self._hold(name, lambda name=name, address=address, port=port: _listen_tcp(name, address, port))  # type: ignore[misc]

    def _bind_paths(self, paths: Paths) -> None:
        run = paths.run
        modes = {run: 0o711, run / "doors": 0o711, run / "slots": 0o700, run / "edge": 0o700, run / "egress": 0o700}
        for folder, mode in modes.items():
            _make_folder(folder, mode)
        for number in range(self._settings.pools.doors):
            self._hold_unix(_listener_name(number), _listener_path(run, number), for_edge=True)
        for number in range(self._settings.pools.slots):
            # Whoever is in the slot's container may call; the folder keeps everybody else away.
            self._hold_unix(f"SLOT_{number}", run / "slots" / f"{number}.sock", mode=0o666)
        self._hold_unix("RECORDS", run / "records.sock", for_edge=True)
        self._hold_unix("NODE", paths.node_socket)
        self._hold_unix("LOGS", paths.logs_socket)
        self._hold_unix("TELEMETRY", paths.telemetry_socket)
        self._hold_unix("SUPERVISOR", paths.supervisor_socket)

    def _make_networks(self) -> None:
        """Of each slot: the namespace, and the egress's listener in it."""
        for number in range(self._settings.pools.slots):
            name, space = f"NETWORK_{number}", f"NAMESPACE_{number}"
            if name in self._inherited and space in self._inherited:
                self._held[name] = socket.socket(fileno=self._inherited[name])
                self._namespaces[space] = self._inherited[space]
            else:
                self._held[name], self._namespaces[space] = networks.make(_BACKLOG)

    def _hold(self, name: str, bind: Callable[[], socket.socket]) -> None:
        known = self._inherited.get(name)
        self._held[name] = bind() if known is None else socket.socket(fileno=known)

    def _hold_unix(self, name: str, path: Path, *, for_edge: bool = False, mode: int = 0o600) -> None:
        self._hold(name, lambda: _listen_unix(path, for_edge=for_edge, mode=mode))

    def receive_listener(self, number: int, deployment: str, *, renew: bool = False) -> int:
        """Returns the descriptor of a listener for `deployment`. Raises KeyError, OSError.

        What a script can change on a listener ends with its deployment: for another one, or with `renew`, the path is
        bound anew. It never names nothing meanwhile, so no connection of the edge is refused.
        """
        name = _listener_name(number)
        former = self._held[name]
        if renew or self.receivers.get(name, deployment) != deployment:
            self._held[name] = _replace_unix(_listener_path(self._run, number))
            former.close()
        self.receivers[name] = deployment
        return self._held[name].fileno()

    def number(self, name: str) -> int:
        """The descriptor of a socket or a namespace. Raises KeyError."""
        return self._namespaces[name] if name in self._namespaces else self._held[name].fileno()

    def __contains__(self, name: str) -> bool:
        return name in self._held or name in self._namespaces

    def __getitem__(self, name: str) -> socket.socket:
        return self._held[name]

    def descriptors(self, names: Iterable[str] | None = None) -> dict[str, int]:
        """Of these, or of all."""
        return {name: self.number(name) for name in ((*self._held, *self._namespaces) if names is None else names)}

    def addresses(self) -> dict[str, str]:
        """Where people find the edge's stacks and control."""
        ports = self._settings.ports
        scheme = "https" if self._settings.tls.certificate else "http"
        found = {name.lower(): f"{scheme}://{ports.address}:{self.port(name)}" for name in ("PROD", "TEST")}
        if ports.remote_address:
            found["remote"] = f"https://{ports.remote_address}:{self.port('REMOTE')}"
        return found | {"control": f"http://127.0.0.1:{self.port('CONTROL')}"}

    def port(self, name: str) -> int:
        """The TCP port of a socket. Raises KeyError."""
        return int(self._held[name].getsockname()[1])

    def close(self) -> None:
        for held in self._held.values():
            held.close()
        for number in self._namespaces.values():
            os.close(number)


def _listen_tcp(name: str, address: str, port: int) -> socket.socket:
    try:
        held = socket.create_server((address, port), backlog=_BACKLOG)
    except OSError as error:
        key = name.lower()
        raise Unavailable(
            f"{address}:{port}, the address for {key}, cannot be used: {error.strerror}",
            hint=f"end the program that uses it (ss -ltnp 'sport = :{port}'), or set ports.{key} in platform.toml",
        ) from None
    held.set_inheritable(True)
    return held


def _listener_name(number: int) -> str:
    return f"DOOR_{number}"


def _listener_path(run: Path, number: int) -> Path:
    return run / "doors" / f"{number}.sock"


def _replace_unix(path: Path) -> socket.socket:
    """Binds `path` anew while the edge uses it: the new socket takes its place only once it listens."""
    unfinished = path.with_name(f".{path.name}")
    unfinished.unlink(missing_ok=True)
    fresh = _listen_unix(unfinished, for_edge=True)
    try:
        unfinished.replace(path)
    except OSError:
        fresh.close()
        raise
    return fresh


def _listen_unix(path: Path, *, for_edge: bool = False, mode: int = 0o600) -> socket.socket:
    held = socket.socket(socket.AF_UNIX)
    held.bind(str(path))
    path.chmod(0o660 if for_edge else mode)
    if for_edge and edge_user():
        shutil.chown(path, group=EDGE_USER)
    held.listen(_BACKLOG)
    held.setblocking(False)
    return held


def _make_folder(folder: Path, mode: int) -> None:
    """Makes a folder with its parents. Another platform that stops at this moment may remove a parent: then again."""
    for _ in range(_MAX_ATTEMPTS):
        with suppress(FileNotFoundError):
            folder.mkdir(parents=True, exist_ok=True)
            folder.chmod(mode)
            # Made with the mode that the umask leaves: users of containers pass through it.
            if (parent := folder.parent).stat().st_uid == os.geteuid():
                parent.chmod(stat.S_IMODE(parent.stat().st_mode) | _PASSABLE_MODE)
            return
    raise Unavailable(f"the folder {folder} cannot be made: its parent is removed again and again")

"""The commands that turn a running process into the wanted state: a pure function of both.

What is named is there before a map names it, and goes after no map does: servers, and entries of other maps.
"""

from collections.abc import Mapping
from dataclasses import dataclass

from stagedoor.haproxy.layout import Layout
from stagedoor.haproxy.state import LINES, Backends, EdgeState, Server, is_ordered
from stagedoor.haproxy.words import escape


@dataclass(frozen=True, slots=True)
class Plan:
    """Commands of the runtime socket, in order. All additions come before any removal."""

    additions: tuple[str, ...]
    removals: tuple[str, ...]


def plan(layout: Layout, running: EdgeState, wanted: EdgeState) -> Plan:
    """Returns the commands for one process. Equal states give none."""
    additions = _added(running.backends, wanted.backends)
    removals: list[str] = []
    for name in sorted(wanted.maps, key=_naming):
        known = running.maps.get(name, {})
        additions += _map_changes(str(layout.map_file(name)), name, known, wanted.maps[name])
        removals += _map_removals(str(layout.map_file(name)), name, known, wanted.maps[name])
    return Plan(tuple(additions), (*removals, *_removed(running.backends, wanted.backends)))


def _naming(name: str) -> bool:
    """Whether a map names what stands in others: it changes last."""
    return name.partition("-")[0] == LINES


def _by_name(servers: tuple[Server, ...]) -> dict[str, Server]:
    return {one.name: one for one in servers}


def _added(running: Backends, wanted: Backends) -> list[str]:
    plan = []
    for backend, servers in wanted.items():
        known = _by_name(running.get(backend, ()))
        for server in servers:
            if server.name not in known:
                plan.append(f"add server {backend}/{server.name} {server.options}")
                if server.is_checked:
                    plan.append(f"enable health {backend}/{server.name}")
                # A door is let in by node once an instance answers there; a service is let in at once.
                if not server.address.startswith("unix@"):
                    plan.append(f"enable server {backend}/{server.name}")
    return plan


def _removed(running: Backends, wanted: Backends) -> list[str]:
    plan = []
    for backend, servers in running.items():
        known = _by_name(wanted.get(backend, ()))
        for server in servers:
            if server.name not in known:
                plan += [
                    f"set server {backend}/{server.name} state maint",
                    f"del server {backend}/{server.name}",
                ]
    return plan


def _map_changes(file: str, name: str, running: Mapping[str, str], wanted: Mapping[str, str]) -> list[str]:
    if is_ordered(name):
        return [] if list(running.items()) == list(wanted.items()) else [_replaced(file, wanted)]
    plan = [f"add map {file} {escape(key)} {escape(value)}" for key, value in wanted.items() if key not in running]
    changed = {key: value for key, value in wanted.items() if running.get(key, value) != value}
    return plan + [f"set map {file} {escape(key)} {escape(value)}" for key, value in changed.items()]


def _map_removals(file: str, name: str, running: Mapping[str, str], wanted: Mapping[str, str]) -> list[str]:
    return [] if is_ordered(name) else [f"del map {file} {escape(key)}" for key in running if key not in wanted]


def _replaced(file: str, wanted: Mapping[str, str]) -> str:
    """A marker for the socket: all entries at once, by a new version of the map that is committed whole."""
    return "\n".join([f"replace map {file}", *(f"{key} {value}" for key, value in wanted.items())])

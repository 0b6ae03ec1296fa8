"""The commands that turn the running process into the wanted state: a pure function of both.

Servers are added before a map names their backend, and removed after no map does.
"""

from collections.abc import Mapping

from stagedoor.haproxy.layout import Layout
from stagedoor.haproxy.state import Backends, EdgeState, Server, is_ordered
from stagedoor.haproxy.words import escape


def commands(layout: Layout, running: EdgeState, wanted: EdgeState) -> list[str]:
    """Commands of the runtime socket, in order. Equal states give none."""
    plan = _added(running.backends, wanted.backends)
    for name, entries in wanted.maps.items():
        plan += _map_changes(str(layout.map_file(name)), name, running.maps.get(name, {}), entries)
    return plan + _removed(running.backends, wanted.backends)


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
    plan += [f"set map {file} {escape(key)} {escape(value)}" for key, value in changed.items()]
    return plan + [f"del map {file} {escape(key)}" for key in running if key not in wanted]


def _replaced(file: str, wanted: Mapping[str, str]) -> str:
    """A marker for the socket: all entries at once, by a new version of the map that is committed whole."""
    return "\n".join([f"replace map {file}", *(f"{key} {value}" for key, value in wanted.items())])

"""The edge's layout on this machine, as every program that speaks to it needs it."""

import os
import pwd
import resource
import secrets

from stagedoor.decide import memory
from stagedoor.haproxy.layout import Layout
from stagedoor.haproxy.state import Proxy
from stagedoor.main.paths import Paths
from stagedoor.model.settings import Platform
from stagedoor.oci import machine

EDGE_USER = "haproxy"
# The egress's worker is a user that nobody else is: the number before the first of those that containers have.
_EGRESS_ID = 0x0FFFFFFF


def edge_user() -> str:
    """The user that the distribution made for HAProxy, if it did and we may become it."""
    try:
        pwd.getpwnam(EDGE_USER)
    except KeyError:
        return ""
    return EDGE_USER if os.geteuid() == 0 else ""


def make(paths: Paths, settings: Platform, control_port: int) -> Layout:
    _, most = resource.getrlimit(resource.RLIMIT_NOFILE)
    total = machine.total_memory()
    limit = min(memory.limit_program(proxy, total, getattr(settings.programs, proxy)) for proxy in Proxy)
    # A connection has two descriptors; more of them than memory holds would end the proxy, and all of them.
    most = min(most, 2 * memory.count_connections(limit, encrypted=bool(settings.tls.certificate)))
    # Half of the cores: the scripts need the others, and threads that take turns on one cost a third more.
    threads = max(1, (os.cpu_count() or 1) // 2)
    key = paths.fault_key.read_text() if paths.fault_key.exists() else ""
    return Layout(paths.run, settings, f"127.0.0.1:{control_port}", threads, most, _users(), key)


def _users() -> dict[Proxy, tuple[str, ...]]:
    """Who the workers become, as lines of their configurations: two users, so that neither can touch the other.

    Both are in the group that may write records.
    """
    user = edge_user()
    if not user:
        return {}
    group = f"group {user}"
    return {Proxy.EDGE: (f"user {user}", group), Proxy.EGRESS: (f"uid {_EGRESS_ID}", group)}


def make_fault_key(paths: Paths) -> str:
    """The key of this run that signs what asks for a fault; the one there is, for a control that comes again."""
    file = paths.fault_key
    if not file.exists():
        file.parent.mkdir(parents=True, exist_ok=True)
        with os.fdopen(os.open(file, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as stream:
            stream.write(secrets.token_hex(32))
    return file.read_text()

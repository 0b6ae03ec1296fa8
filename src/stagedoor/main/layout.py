"""The edge's layout on this machine, as every program that speaks to it needs it."""

import os
import pwd
import resource

from stagedoor.haproxy.layout import Layout
from stagedoor.main.paths import Paths
from stagedoor.model.settings import Platform

EDGE_USER = "haproxy"


def edge_user() -> str:
    """The user that the distribution made for HAProxy, if it did and we may become it."""
    try:
        pwd.getpwnam(EDGE_USER)
    except KeyError:
        return ""
    return EDGE_USER if os.geteuid() == 0 else ""


def make(paths: Paths, settings: Platform, control_port: int) -> Layout:
    _, most = resource.getrlimit(resource.RLIMIT_NOFILE)
    # Half of the cores: the scripts need the others, and threads that take turns on one cost a third more.
    threads = max(1, (os.cpu_count() or 1) // 2)
    return Layout(paths.run, settings, f"127.0.0.1:{control_port}", threads, most, edge_user())

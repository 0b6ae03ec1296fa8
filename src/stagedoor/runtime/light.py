"""Loads the event loop without TLS: it takes a quarter of an instance's memory, and nothing in a container can use it.

The one way out is a unix socket, where the egress holds TLS and credentials. asyncio knows how to be without the
module; uvloop asks for its classes when it is loaded and never again. A script that imports `ssl` itself gets the real
one.
"""

import sys
import types
from contextlib import suppress


def load() -> None:
    """To be called before anything has imported asyncio."""
    if "ssl" in sys.modules:
        return
    sys.modules["ssl"] = None  # type: ignore[assignment]
    import asyncio  # noqa: F401

    sys.modules["ssl"] = _StandIn("ssl")
    try:
        with suppress(ImportError):  # `dev --plain` on a system for which there is no uvloop.
            import uvloop  # noqa: F401
    finally:
        del sys.modules["ssl"]


class _StandIn(types.ModuleType):
    """Has a class, or the number of a constant, by every name; no object is an instance of any."""

    def __getattr__(self, name: str) -> object:
        return 0 if name.isupper() else type(name, (Exception,), {})

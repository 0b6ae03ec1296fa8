"""What the author of a script imports.

    from stagedoor import Request, api, endpoint

Names are loaded on first use, so that the command line, which lives in the same package, does not pay
for the event loop that a script needs. `__init__.pyi` gives type checkers the same names.
"""

from importlib import import_module

_HOMES = {
    "ApiError": "errors",
    "ApiNotFound": "errors",
    "ApiOverloaded": "errors",
    "ApiRefused": "errors",
    "ApiTimeout": "errors",
    "ApiUpstreamError": "errors",
    "Answer": "answer",
    "Call": "call",
    "Event": "response",
    "HTTPError": "errors",
    "Request": "request",
    "Response": "response",
    "Stream": "response",
    "api": "client",
    "config": "config",
    "ending": "ending",
    "endpoint": "router",
    "log": "log",
    "secrets": "config",
    "warmup": "router",
}

__all__ = [
    "Answer",
    "ApiError",
    "ApiNotFound",
    "ApiOverloaded",
    "ApiRefused",
    "ApiTimeout",
    "ApiUpstreamError",
    "Call",
    "Event",
    "HTTPError",
    "Request",
    "Response",
    "Stream",
    "api",
    "config",
    "ending",
    "endpoint",
    "log",
    "secrets",
    "warmup",
]


def __getattr__(name: str) -> object:
    if name not in _HOMES:
        raise AttributeError(f"module 'stagedoor' has no attribute {name!r}; it offers {', '.join(__all__)}")
    value = getattr(import_module(f"stagedoor.runtime.{_HOMES[name]}"), name)
    globals()[name] = value
    return value

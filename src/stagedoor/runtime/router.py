"""Which function answers a method and a path.

    @endpoint("GET", "/films/{id}")
    async def film(request: Request) -> dict: ...

A path without parameters is found by one dictionary look-up; the others are tried in the order written.
"""

import re
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Any

from stagedoor.runtime.request import Request

Handler = Callable[[Request], Any]
H = Callable[..., Any]

_METHODS = frozenset(("GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"))
_PARAMETER = re.compile(r"\{([a-zA-Z_][a-zA-Z0-9_]*)\}")


class EndpointError(Exception):
    """An endpoint was declared in a way that cannot work."""


@dataclass(frozen=True, slots=True)
class Endpoint:
    method: str
    path: str
    handler: Handler
    description: str


class Router:
    """The endpoints of one script."""

    def __init__(self) -> None:
        self.endpoints: list[Endpoint] = []
        self._static: dict[tuple[str, str], Handler] = {}
        self._patterns: list[tuple[str, re.Pattern[str], Handler]] = []

    def add(self, method: str, path: str, handler: Handler) -> None:
        method = method.upper()
        if method not in _METHODS:
            raise EndpointError(f"unknown method {method!r}; one of {', '.join(sorted(_METHODS))}")
        if not path.startswith("/"):
            raise EndpointError(f"the path {path!r} of {_name(handler)} must begin with '/'")
        if any(known.method == method and known.path == path for known in self.endpoints):
            raise EndpointError(f"{method} {path} is answered twice, the second time by {_name(handler)}")
        self.endpoints.append(Endpoint(method, path, handler, (handler.__doc__ or "").strip().split("\n")[0]))
        if "{" in path:
            self._patterns.append((method, _compile(path), handler))
        else:
            self._static[method, path] = handler

    def find(self, request: Request) -> Handler | None:
        """The handler of `request`, whose `params` are filled in; None when there is none. HEAD falls back to GET."""
        handler = self._find(request.method, request)
        return self._find("GET", request) if handler is None and request.method == "HEAD" else handler

    def _find(self, method: str, request: Request) -> Handler | None:
        handler = self._static.get((method, request.path))
        if handler is not None:
            return handler
        for known, pattern, candidate in self._patterns:
            if known == method and (match := pattern.fullmatch(request.path)):
                request.params = match.groupdict()
                return candidate
        return None

    def allowed(self, request: Request) -> list[str]:
        """The methods that the path would answer: what a 405 says."""
        methods = {method for method, path in self._static if path == request.path}
        methods |= {method for method, pattern, _ in self._patterns if pattern.fullmatch(request.path)}
        return sorted(methods)


def _compile(path: str) -> re.Pattern[str]:
    parts = _PARAMETER.split(path)
    literal, names = parts[::2], parts[1::2]
    if len(set(names)) != len(names):
        raise EndpointError(f"the path {path!r} names a parameter twice")
    if any("{" in part or "}" in part for part in literal):
        raise EndpointError(f"the path {path!r} has a brace that is no {{parameter}}")
    crowded = next((part for part in path.split("/") if len(_PARAMETER.findall(part)) > 1), "")
    if crowded:
        raise EndpointError(f"the path {path!r} has several parameters in {crowded!r}; one in a segment is allowed")
    pattern = re.escape(literal[0])
    for name, part in zip(names, literal[1:], strict=True):
        pattern += f"(?P<{name}>[^/]+)" + re.escape(part)
    return re.compile(pattern)


def _name(handler: Handler) -> str:
    return f"{handler.__module__}.{getattr(handler, '__qualname__', handler)}"


class Warmups:
    """Functions to run once before the first request."""

    def __init__(self) -> None:
        self.functions: list[Callable[[], Awaitable[None] | None]] = []


router = Router()
warmups = Warmups()


def endpoint(method: str, path: str) -> Callable[[H], H]:
    """Declares the function below as the answer to `method` and `path` (`/films/{id}`: `request.params["id"]`)."""

    def declare(handler: H) -> H:
        router.add(method, path, handler)
        return handler

    return declare


def warmup(function: H) -> H:
    """Declares a function, async or not, that runs once in each instance before it takes requests."""
    warmups.functions.append(function)
    return function

"""Which services a script calls, as its source says: what can be known before it runs.

Only calls through `stagedoor.api` with names written out; what is computed is seen when it happens.
"""

import ast
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from stagedoor.model import template
from stagedoor.model.grant import grants
from stagedoor.model.method import Method, breaks
from stagedoor.model.names import suggest

_BY_PATH = {"get": "GET", "post": "POST", "put": "PUT", "delete": "DELETE", "stream": "GET"}
_MOST = 2000


@dataclass(frozen=True, slots=True)
class Use:
    """A call in a source. `method` is a name of the description; for one by path it is empty, and `path` is known."""

    service: str
    method: str
    where: str
    verb: str = ""
    path: str = ""


def find(sources: Mapping[str, str]) -> list[Use]:
    """In files by name. One that is no Python is somebody else's to refuse."""
    found: list[Use] = []
    for name, text in sorted(sources.items()):
        try:
            tree = ast.parse(text)
        except (SyntaxError, ValueError, RecursionError):
            continue
        apis = _names_of_api(tree)
        nodes = list(ast.walk(tree)) if apis else []
        calls = {one.func: one for one in nodes if isinstance(one, ast.Call)}
        for node in nodes:
            if isinstance(node, ast.Attribute) and (service := _service(node.value, apis)):
                found.append(_use(node, service, f"{name}:{node.lineno}", calls.get(node)))
    return found[:_MOST]


def _names_of_api(tree: ast.Module) -> set[str]:
    """What `stagedoor.api` is called in a file."""
    found = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.ImportFrom) and node.module == "stagedoor" and not node.level:
            found |= {alias.asname or alias.name for alias in node.names if alias.name == "api"}
    return found


def _service(node: ast.expr, apis: set[str]) -> str:
    """The service in `api.films` or `api["films"]`; empty for anything else."""
    if isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name) and node.value.id in apis:
        return "" if node.attr in ("gather", "degraded", "made") else node.attr
    if isinstance(node, ast.Subscript) and isinstance(node.value, ast.Name) and node.value.id in apis:
        return str(node.slice.value) if isinstance(node.slice, ast.Constant) else ""
    return ""


def _use(node: ast.Attribute, service: str, where: str, call: ast.Call | None) -> Use:
    """`call`: the one that calls the attribute, if it is called at all."""
    if node.attr not in (*_BY_PATH, "call"):
        return Use(service, node.attr, where)
    path = _path(call.args[0]) if call is not None and call.args else ""
    return Use(service, "", where, _BY_PATH.get(node.attr, ""), path)


def _path(node: ast.expr) -> str:
    """A path that is written out; what is put into it stands as one character that needs no escape."""
    if isinstance(node, ast.Constant) and isinstance(node.value, str):
        return node.value.partition("?")[0]
    if isinstance(node, ast.JoinedStr):
        parts = [str(one.value) if isinstance(one, ast.Constant) else "x" for one in node.values]
        return "".join(parts).partition("?")[0]
    return ""


def resolve(uses: Iterable[Use], services: Mapping[str, tuple[Method, ...]]) -> dict[str, list[str]]:
    """Where each method is called, by `service.method`; `service.any` for one that is not known by name."""
    found: dict[str, list[str]] = {}
    for one in uses:
        name = one.method or _by_path(one, services.get(one.service, ()))
        found.setdefault(f"{one.service}.{name or 'any'}", []).append(one.where)
    return found


def _by_path(one: Use, methods: tuple[Method, ...]) -> str:
    for method in methods:
        if method.verb == one.verb and re.fullmatch(template.pattern(method.path), one.path):
            return method.name
    return ""


def faults(
    uses: Iterable[Use],
    declared: Iterable[str],
    services: Mapping[str, tuple[Method, ...]],
    pulled: Mapping[str, Mapping[str, Method]],
) -> list[str]:
    """What would go wrong, in words: calls that no grant covers, methods that are not there, stubs that do not fit."""
    granted = grants(declared)
    found: dict[str, None] = {}
    for one in uses:
        if one.service not in granted:
            found[f"{one.where} calls {one.service}, which services in stagedoor.toml does not name"] = None
            continue
        methods = {method.name: method for method in services.get(one.service, ())}
        if one.method and one.service in services:
            if one.method not in methods:
                near = suggest(one.method, list(methods)) if methods else "it has no description; call it by path"
                found[f"{one.where} calls {one.service}.{one.method}, which the service does not have; {near}"] = None
                continue
            allowed = granted[one.service]
            if allowed is not None and one.method not in allowed:
                found[
                    f"{one.where} calls {one.service}.{one.method}, which services in stagedoor.toml does not name"
                ] = None
            known = pulled.get(one.service, {}).get(one.method)
            for why in breaks(known, methods[one.method]) if known is not None else ():
                found[
                    f"{one.where} calls {one.service}.{one.method}, and its stub no longer fits the service: {why};"
                    " run `stagedoor api pull`"
                ] = None
    return list(found)


def news(now: Mapping[str, list[str]], former: Mapping[str, list[str]] | None, rate: float) -> str:
    """How what a version calls differs from what the one before called; `rate` is the line's requests a second."""
    if not now:
        return "it calls no service"
    added = sorted(set(now) - set(former or ()))
    if former is None:
        return f"it calls {len(now)} methods: {', '.join(sorted(now)[:8])}"
    gone = sorted(set(former) - set(now))
    parts = []
    if added:
        more = sum(len(now[one]) for one in added) * rate
        parts.append(f"new: {len(added)} methods ({', '.join(added[:5])}); about {more:.3g} calls/s more")
    if gone:
        parts.append(f"no longer: {', '.join(gone[:5])}")
    return "; ".join(parts) or f"the same {len(now)} methods as before"

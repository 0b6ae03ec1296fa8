"""The catalogue as a script meets it: which methods a service has, and what its owner says about each.

It is read from a file that the platform keeps true while instances run (`stagedoor api pull` writes the same one beside
the source, for tests). Without it, services are still called by path.
"""

import re
import sys
from pathlib import Path
from typing import Any
from urllib.parse import quote

import msgspec

_MOST_REMEMBERED = 1000
_PARAMETER = re.compile(r"\{([^{}/]+)\}")


class Parameter(msgspec.Struct, frozen=True):
    """`place` is path, query or header; `argument` is what a call names it, where that is another name."""

    name: str
    place: str = "query"
    required: bool = False
    argument: str = ""


class Method(msgspec.Struct, frozen=True):
    """One method of a service. `timeout` in seconds, 0: the client's own; `fallback` is JSON, empty for none.

    `shared`: its answers are nobody's in particular, and may be kept for all as their headers allow.
    """

    name: str
    verb: str = "GET"
    path: str = "/"
    parameters: tuple[Parameter, ...] = ()
    timeout: float = 0.0
    retries: int = 0
    shared: bool = False
    fallback: str = ""


class Description(msgspec.Struct, frozen=True):
    """What the catalogue tells scripts of one service."""

    methods: tuple[Method, ...] = ()


class _Pulled(msgspec.Struct, frozen=True):
    services: dict[str, Description] = {}


class Catalogue:
    """Descriptions by service; read again when the file has changed."""

    def __init__(self) -> None:
        self._path: Path | None = None
        self._seen = 0
        self._tables: dict[str, Table] = {}

    def open(self, path: str) -> None:
        self._path = Path(path) if path else None
        self._seen = 0
        self.refresh()

    def refresh(self) -> None:
        """Looks whether the file is another one; what cannot be read leaves what is known."""
        if self._path is None:
            return
        try:
            seen = self._path.stat().st_mtime_ns
            if seen != self._seen:
                self.load(msgspec.json.decode(self._path.read_bytes(), type=dict[str, Description]))
                self._seen = seen
        except (OSError, msgspec.MsgspecError):
            return

    def read_pulled(self) -> None:
        """In a test: what `stagedoor api pull` wrote beside the script, wherever that is imported from."""
        for folder in sys.path:
            file = Path(folder or ".") / "stagedoor_api.json"
            if file.is_file():
                self.load(msgspec.json.decode(file.read_bytes(), type=_Pulled).services)
                return

    def load(self, descriptions: dict[str, Description]) -> None:
        self._tables = {name: Table(one) for name, one in descriptions.items()}

    def get(self, service: str) -> "Table | None":
        return self._tables.get(service)


class Table:
    """The methods of one service, by name and by what is asked of it."""

    def __init__(self, description: Description) -> None:
        self.methods = {one.name: one for one in description.methods}
        self._exact = {f"{one.verb} {one.path}": one for one in description.methods if "{" not in one.path}
        self._patterns = [
            (re.compile(re.escape(one.verb) + " " + pattern(one.path)), one)
            for one in sorted(description.methods, key=_weight)
            if "{" in one.path
        ]
        self._known: dict[str, Method | None] = {}

    def find(self, verb: str, path: str) -> Method | None:
        """The method that `path` (without its query) is a call of."""
        asked = f"{verb} {path}"
        found = self._exact.get(asked)
        if found is not None:
            return found
        if asked not in self._known:
            if len(self._known) > _MOST_REMEMBERED:
                self._known.clear()
            self._known[asked] = next((one for regex, one in self._patterns if regex.fullmatch(asked)), None)
        return self._known[asked]


def _weight(method: Method) -> tuple[int, str]:
    """Who says more of a path comes first, as at the egress."""
    return -len(_PARAMETER.sub("", method.path)), method.path


def pattern(path: str) -> str:
    """Returns a template of OpenAPI as a regular expression, the same as at the egress (`model.template`)."""
    return "/".join(_segment_pattern(segment) for segment in path.split("/"))


def _segment_pattern(segment: str) -> str:
    """Of several parameters in a segment, each but the last one ends where the text behind it begins."""
    runs = re.split(r"((?:\{[^{}/]+\})+)", segment)
    written = re.escape(runs[0])
    for index in range(1, len(runs), 2):
        literal, least = runs[index + 1], runs[index].count("{")
        end = re.escape(literal[0]) if index + 2 < len(runs) else ""
        written += f"[^/{end}]" + ("+" if least == 1 else f"{{{least},}}") + re.escape(literal)
    return written


def build(method: Method, arguments: dict[str, Any]) -> tuple[str, list[tuple[str, str]]]:
    """(path with query, headers) of a typed call. Raises TypeError as a function that is called wrongly does."""
    path = method.path
    query: list[str] = []
    headers: list[tuple[str, str]] = []
    for one in method.parameters:
        value = arguments.pop(one.argument or one.name, None)
        if value is None:
            if one.required:
                raise TypeError(f"{method.name}() needs the parameter {one.name!r}")
        elif one.place == "path":
            path = path.replace("{" + one.name + "}", _segment(method, one.name, value))
        elif one.place == "header":
            headers.append((one.name, _text(value)))
        else:
            many = value if isinstance(value, list | tuple) else (value,)
            query += [f"{quote(one.name)}={encode(_text(each))}" for each in many]
    if arguments:
        known = ", ".join(one.name for one in method.parameters) or "none"
        raise TypeError(f"{method.name}() has no parameter {next(iter(arguments))!r}; it has {known}")
    return f"{path}?{'&'.join(query)}" if query else path, headers


def _segment(method: Method, name: str, value: Any) -> str:
    text = _text(value)
    if text in ("", ".", "..") or "/" in text:
        raise ValueError(f"{method.name}(): {name} = {text!r} cannot stand in a path")
    return encode(text)


def _text(value: Any) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    return str(value)


def encode(text: str) -> str:
    """For a path or a query; most values need nothing done."""
    return text if text.isascii() and text.isalnum() else quote(text, safe="-._~,:")

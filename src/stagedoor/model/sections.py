"""Typed sections of a settings file: one frozen dataclass each, from which come parsing, help and the example.

A field is declared by `setting(default, help, kind)`; `read` turns a table into the dataclass and refuses unknown
keys with a suggestion; `example` writes the annotated file that the documentation shows and a test reads back.
"""

import dataclasses
from collections.abc import Callable, Mapping
from typing import Any, TypeVar

from stagedoor.model.errors import Invalid
from stagedoor.model.names import suggest
from stagedoor.model.quantity import parse_size, parse_time

S = TypeVar("S")


def _text(value: Any) -> str:
    if not isinstance(value, str):
        raise ValueError("a text in quotes")
    return value


def _texts(value: Any) -> tuple[str, ...]:
    if not isinstance(value, list) or not all(isinstance(one, str) for one in value):
        raise ValueError('a list of texts, as in ["one", "two"]')
    return tuple(value)


def _flag(value: Any) -> bool:
    if not isinstance(value, bool):
        raise ValueError("true or false")
    return value


def _count(value: Any) -> int:
    if isinstance(value, bool) or not isinstance(value, int) or value < 0:
        raise ValueError("a whole number, 0 or more")
    return value


def _number(value: Any) -> float:
    if isinstance(value, bool) or not isinstance(value, int | float) or value <= 0:
        raise ValueError("a number above 0")
    return float(value)


def _table(value: Any) -> dict[str, Any]:
    if not isinstance(value, dict):
        raise ValueError("a table")
    return value


_KINDS: dict[str, Callable[[Any], Any]] = {
    "text": _text,
    "texts": _texts,
    "flag": _flag,
    "count": _count,
    "number": _number,
    "size": lambda value: parse_size(_text(value)),
    "time": lambda value: parse_time(_text(value)),
    "table": _table,
}


def setting(default: Any, help: str, kind: str = "text", shown: str = "") -> Any:
    """A field of a section. `default` is as written in the file; `shown` is what the example puts there instead."""
    value = _KINDS[kind](list(default) if isinstance(default, tuple) else default)
    metadata = {"help": help, "kind": kind, "written": default, "shown": shown}
    if isinstance(value, dict):
        return dataclasses.field(default_factory=lambda: dict(value), metadata=metadata)
    return dataclasses.field(default=value, metadata=metadata)


def section(cls: Any, help: str) -> Any:
    return dataclasses.field(default_factory=cls, metadata={"help": help, "section": cls})


def sections(cls: Any, help: str) -> Any:
    return dataclasses.field(default=(), metadata={"help": help, "sections": cls})


def read(cls: type[S], table: Mapping[str, Any], file: str, where: str = "") -> S:
    """`table` as an instance of `cls`. Raises Invalid naming the file, the key, the value and what is allowed."""
    fields = {one.name: one for one in dataclasses.fields(cls)}  # type: ignore[arg-type]
    values: dict[str, Any] = {}
    for key, value in table.items():
        at = f"{where}.{key}" if where else key
        if key not in fields:
            raise Invalid(f"{file}: unknown key {at!r}", hint=suggest(key, list(fields)), key=at)
        values[key] = _read_value(fields[key].metadata, value, file, at)
    try:
        return cls(**values)
    except TypeError as error:
        missing = [one.name for one in fields.values() if _required(one) and one.name not in values]
        raise Invalid(f"{file}: the key {', '.join(missing) or error} is missing", key=where) from None


def _required(field: Any) -> bool:
    return field.default is dataclasses.MISSING and field.default_factory is dataclasses.MISSING


def _read_value(metadata: Mapping[str, Any], value: Any, file: str, at: str) -> Any:
    try:
        if "section" in metadata:
            return read(metadata["section"], _table(value), file, at)
        if "sections" in metadata:
            if not isinstance(value, list):
                raise ValueError(f"a list of tables, each written as [[{at}]]")
            return tuple(read(metadata["sections"], _table(one), file, at) for one in value)
        return _KINDS[metadata["kind"]](value)
    except ValueError as error:
        raise Invalid(f"{file}: {at} = {value!r} is not allowed", hint=f"it is {error}", key=at) from None


def required(help: str, shown: str, kind: str = "text") -> Any:
    return dataclasses.field(metadata={"help": help, "kind": kind, "written": shown, "shown": shown})


def example(cls: type[Any]) -> str:
    """The annotated file: every key with its help and its default."""
    lines: list[str] = []
    tables: list[str] = []
    for field in dataclasses.fields(cls):
        data = field.metadata  # "hidden": read by the caller itself.
        if "section" in data:
            tables += ["", f"# {data['help']}", f"[{field.name}]", *_example_keys(data["section"])]
        elif "sections" in data:
            tables += [
                "",
                f"# {data['help']}",
                f"# [[{field.name}]]",
                *_commented(_example_keys(data["sections"])),
            ]
        elif data["kind"] == "hidden":
            continue
        elif data["kind"] == "table":
            tables += ["", f"# {data['help']}", f"[{field.name}]"]
        else:
            lines += _example_key(field)
    return "\n".join([*lines, *tables]) + "\n"


def _example_keys(cls: type[Any]) -> list[str]:
    return [line for field in dataclasses.fields(cls) for line in _example_key(field)]


def _commented(lines: list[str]) -> list[str]:
    return [line if line.startswith("#") else f"# {line}" for line in lines]


def _example_key(field: Any) -> list[str]:
    return [f"# {field.metadata['help']}", f"{field.name} = {_written(field.metadata)}"]


def _written(metadata: Mapping[str, Any]) -> str:
    value = metadata["shown"] or metadata["written"]
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, tuple | list):
        return "[" + ", ".join(f'"{one}"' for one in value) + "]"
    if isinstance(value, dict):
        return "{}"
    return f'"{value}"' if isinstance(value, str) else str(value)

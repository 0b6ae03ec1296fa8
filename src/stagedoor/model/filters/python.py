"""A filter as Python: one function over a batch, made once.

The text that is compiled holds only what this file writes, names of columns from the schema, constants by repr, and how
a column is read, which is never a user's words.
"""

import math
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from stagedoor.model.filters import patterns
from stagedoor.model.filters.check import Filter
from stagedoor.model.filters.syntax import Binary, Constant, Function, Name, Node, Several, Unary
from stagedoor.model.filters.tokens import duration

Batch = Callable[[Iterable[Any]], list[Any]]
Search = Callable[[str], bool]
_SIGNS = {"&&": "and", "||": "or"}


@dataclass(frozen=True, slots=True)
class Reading:
    """How columns of a record `r` are read: Python of those that are not just its attributes, and what that uses."""

    texts: Mapping[str, str] = field(default_factory=dict)
    known: Mapping[str, Any] = field(default_factory=dict)

    def column(self, name: str) -> str:
        return self.texts.get(name, f"r.{name}")


ATTRIBUTES = Reading()


def compile_batch(one: Filter, reading: Reading = ATTRIBUTES) -> Batch:
    """Those of a batch that pass."""
    if one.node is None:
        return list
    writer = _Writer(reading)
    found: Batch = writer.made(f"lambda batch: [r for r in batch if {writer.passing(one)}]")
    return found


def compile_rows(one: Filter, reading: Reading, keys: Sequence[str], values: Sequence[str]) -> Batch:
    """Of those of a batch that pass two tuples each, of some columns and of others."""
    writer = _Writer(reading)
    parts = ["(" + "".join(f"{reading.column(name)}, " for name in part) + ")" for part in (keys, values)]
    found: Batch = writer.made(f"lambda batch: [({', '.join(parts)}) for r in batch if {writer.passing(one)}]")
    return found


def compile_dicts(reading: Reading, columns: Sequence[str]) -> Batch:
    """Of all of a batch some columns by their names."""
    listed = ", ".join(f"{name!r}: {reading.column(name)}" for name in columns)
    found: Batch = _Writer(reading).made(f"lambda batch: [{{{listed}}} for r in batch]")
    return found


def compile_choice(choices: Sequence[tuple[str, Filter]], reading: Reading, given: Sequence[str]) -> Callable[..., str]:
    """The name of the first filter that a record passes. Columns that are given stand behind it as arguments."""
    told = Reading({**reading.texts, **{name: name for name in given}}, reading.known)
    writer = _Writer(told)
    text = " ".join(f"{name!r} if {writer.passing(one)} else" for name, one in choices)
    found: Callable[..., str] = writer.made(f"lambda {', '.join(['r', *given])}: {text} ''")
    return found


class _Writer:
    """Python of filters, and what of names it uses."""

    def __init__(self, reading: Reading) -> None:
        self._reading = reading
        self._searches: list[Search] = []

    def passing(self, one: Filter) -> str:
        return "True" if one.node is None else _write(one.node, self._column(one), self._searches)

    def _column(self, one: Filter) -> Callable[[str], str]:
        return lambda name: self._reading.column(one.schema[name].column)

    def made(self, text: str) -> Any:
        known = {
            "searches": self._searches,
            "quotient": _divide,
            "remainder": _take_remainder,
            "__builtins__": {"len": len, "max": max, "int": int},
            **self._reading.known,
        }
        return eval(compile(text, "<filter>", "eval"), known)  # noqa: S307


def _write(node: Node, column: Callable[[str], str], searches: list[Search]) -> str:
    def inner(part: Node) -> str:
        return _write(part, column, searches)

    match node:
        case Constant():
            return repr(node.value)
        case Name():
            return column(node.name)
        case Unary():
            return f"({'not ' if node.sign == '!' else '-'}{inner(node.operand)})"
        case Binary(sign="/") | Binary(sign="%"):
            # Each side is written once: written twice, a chain of divisions would double with each of its levels.
            function = "quotient" if node.sign == "/" else "remainder"
            return f"{function}({inner(node.left)}, {inner(node.right)})"
        case Binary():
            return f"({inner(node.left)} {_SIGNS.get(node.sign, node.sign)} {inner(node.right)})"
        case Several():
            return "(" + "".join(f"{inner(item)}, " for item in node.items) + ")"
        case Function():
            return _function(node, inner, searches)


def _function(node: Function, inner: Callable[[Node], str], searches: list[Search]) -> str:
    last = node.arguments[-1]
    if node.name == "size":
        return f"len({inner(last)})"
    assert isinstance(last, Constant)
    if node.name == "duration":
        return repr(duration(str(last.value)))
    subject = inner(node.arguments[0])
    if node.name == "matches":
        searches.append(patterns.compile_search(str(last.value)))
        return f"searches[{len(searches) - 1}]({subject})"
    if node.name == "contains":
        return f"({last.value!r} in {subject})"
    return f"{subject}.{node.name.lower()}({last.value!r})"


def _divide(left: float, right: float) -> float:
    """Divides as SQL does: by zero it gives what passes no comparison."""
    return left / right if right else math.nan


def _take_remainder(left: float, right: float) -> float:
    """Has the sign of the left side, as in SQL."""
    return math.fmod(left, right) if right else math.nan

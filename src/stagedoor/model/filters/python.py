"""A filter as Python: one function over a batch, made once.

The text that is compiled holds only what this file writes: names of columns from the schema, and constants by repr.
"""

import math
import re
from collections.abc import Callable, Iterable
from typing import Any

from stagedoor.model.filters.check import Filter
from stagedoor.model.filters.syntax import Binary, Constant, Function, Name, Node, Several, Unary
from stagedoor.model.filters.tokens import duration

Batch = Callable[[Iterable[Any]], list[Any]]
_SIGNS = {"&&": "and", "||": "or"}


def compile_batch(one: Filter) -> Batch:
    """Those of a batch that pass; records have the schema's columns as attributes."""
    if one.node is None:
        return list
    patterns: list[re.Pattern[str]] = []
    text = _write(one.node, one, patterns)
    known = {
        "patterns": [each.search for each in patterns],
        "nothing": math.nan,
        "remainder": math.fmod,
        "__builtins__": {"len": len},
    }
    made = eval(compile(f"lambda batch: [r for r in batch if {text}]", "<filter>", "eval"), known)  # noqa: S307
    found: Batch = made
    return found


def _write(node: Node, one: Filter, patterns: list[re.Pattern[str]]) -> str:
    def inner(part: Node) -> str:
        return _write(part, one, patterns)

    match node:
        case Constant():
            return repr(node.value)
        case Name():
            return f"r.{one.schema[node.name].column}"
        case Unary():
            return f"({'not ' if node.sign == '!' else '-'}{inner(node.operand)})"
        case Binary(sign="/") | Binary(sign="%"):
            # As in SQL: what is divided by nothing passes no comparison, and a remainder has the sign of what is left.
            left, right = inner(node.left), inner(node.right)
            divided = f"({left}) / ({right})" if node.sign == "/" else f"remainder({left}, {right})"
            return f"({divided} if ({right}) else nothing)"
        case Binary():
            return f"({inner(node.left)} {_SIGNS.get(node.sign, node.sign)} {inner(node.right)})"
        case Several():
            return "(" + "".join(f"{inner(item)}, " for item in node.items) + ")"
        case Function():
            return _function(node, inner, patterns)


def _function(node: Function, inner: Callable[[Node], str], patterns: list[re.Pattern[str]]) -> str:
    last = node.arguments[-1]
    if node.name == "size":
        return f"len({inner(last)})"
    assert isinstance(last, Constant)
    if node.name == "duration":
        return repr(duration(str(last.value)))
    subject = inner(node.arguments[0])
    if node.name == "matches":
        patterns.append(re.compile(str(last.value)))
        return f"(patterns[{len(patterns) - 1}]({subject}) is not None)"
    if node.name == "contains":
        return f"({last.value!r} in {subject})"
    return f"{subject}.{node.name.lower()}({last.value!r})"

"""A filter as a condition of SQL, with its constants apart: the same question to what is stored."""

from typing import Any

from stagedoor.model.filters.check import Filter
from stagedoor.model.filters.syntax import Binary, Constant, Function, Name, Node, Several, Unary
from stagedoor.model.filters.tokens import duration

_SIGNS = {"&&": "AND", "||": "OR", "==": "=", "!=": "<>"}
_FUNCTIONS = {"startsWith": "starts_with", "endsWith": "ends_with", "contains": "contains", "matches": "regexp_matches"}


def condition(one: Filter) -> tuple[str, list[Any]]:
    """(text with a ? for each constant, the constants in order)."""
    if one.node is None:
        return "TRUE", []
    constants: list[Any] = []
    return _write(one.node, one, constants), constants


def _write(node: Node, one: Filter, constants: list[Any]) -> str:
    match node:
        case Constant():
            constants.append(node.value)
            return "?"
        case Name():
            return one.schema[node.name].column
        case Unary():
            return f"({'NOT ' if node.sign == '!' else '-'}{_write(node.operand, one, constants)})"
        case Binary(sign="in"):
            if isinstance(node.right, Several) and not node.right.items:
                return "FALSE"
            left = _write(node.left, one, constants)
            return f"({left} IN {_write(node.right, one, constants)})"
        case Binary():
            left = _write(node.left, one, constants)
            return f"({left} {_SIGNS.get(node.sign, node.sign)} {_write(node.right, one, constants)})"
        case Several():
            return "(" + ", ".join(_write(item, one, constants) for item in node.items) + ")"
        case Function(name="size"):
            return f"length({_write(node.arguments[0], one, constants)})"
        case Function(name="duration"):
            last = node.arguments[0]
            assert isinstance(last, Constant)
            constants.append(duration(str(last.value)))
            return "?"
        case Function():
            parts = [_write(part, one, constants) for part in node.arguments]
            return f"{_FUNCTIONS[node.name]}({', '.join(parts)})"

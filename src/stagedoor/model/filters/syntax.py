"""The grammar of a filter: words become a tree, in which every part knows its place."""

from collections.abc import Callable
from dataclasses import dataclass

from stagedoor.model.errors import Invalid
from stagedoor.model.filters import tokens
from stagedoor.model.filters.tokens import Token, wrong

_DEEPEST = 40
# A chain of operators is as deep as it is long; all who read the tree walk down it.
MAX_CHAIN_DEPTH = 120
# What binds tighter stands later.
_LEVELS: tuple[tuple[str, ...], ...] = (
    ("||",),
    ("&&",),
    ("==", "!=", "<", "<=", ">", ">=", "in"),
    ("+", "-"),
    ("*", "/", "%"),
)
_COMPARISON = 2


@dataclass(frozen=True, slots=True)
class Constant:
    value: str | int | float | bool
    kind: str
    at: int


@dataclass(frozen=True, slots=True)
class Name:
    """A field, dots included."""

    name: str
    at: int


@dataclass(frozen=True, slots=True)
class Unary:
    sign: str
    operand: "Node"
    at: int


@dataclass(frozen=True, slots=True)
class Binary:
    sign: str
    left: "Node"
    right: "Node"
    at: int


@dataclass(frozen=True, slots=True)
class Several:
    """A list of constants, behind `in`."""

    items: tuple["Node", ...]
    at: int


@dataclass(frozen=True, slots=True)
class Function:
    """`path.startsWith("/a")` has the path as its first argument; `size(path)` as well."""

    name: str
    arguments: tuple["Node", ...]
    at: int


Node = Constant | Name | Unary | Binary | Several | Function


def parse(source: str) -> Node:
    """Raises Invalid with the place of what cannot be."""
    reader = _Reader(source)
    node = reader.expression(0)
    if reader.now.kind != "end":
        raise wrong(source, reader.now.at, f"nothing may follow here, and {reader.now.text!r} does")
    if _measure_depth(node) > MAX_CHAIN_DEPTH:
        raise Invalid(f"a filter joins at most {MAX_CHAIN_DEPTH} parts in one chain", hint="use a list: field in [...]")
    return node


def _measure_depth(root: Node) -> int:
    """Returns the depth of the tree, without walking down it by recursion."""
    deepest, waiting = 0, [(root, 1)]
    while waiting:
        node, depth = waiting.pop()
        deepest = max(deepest, depth)
        waiting += [(part, depth + 1) for part in _parts(node)]
    return deepest


def _parts(node: Node) -> tuple["Node", ...]:
    match node:
        case Unary():
            return (node.operand,)
        case Binary():
            return (node.left, node.right)
        case Several():
            return node.items
        case Function():
            return node.arguments
    return ()


class _Reader:
    def __init__(self, source: str) -> None:
        self._source = source
        self._tokens = list(tokens.read(source))
        self._index = 0
        self._depth = 0

    @property
    def now(self) -> Token:
        return self._tokens[self._index]

    def _next(self) -> Token:
        token = self.now
        self._index += 1
        return token

    def _takes(self, *signs: str) -> Token | None:
        return self._next() if self.now.kind in ("sign", "name") and self.now.text in signs else None

    def _expect(self, sign: str) -> None:
        if self._takes(sign) is None:
            found = repr(self.now.text) if self.now.text else "the end"
            raise wrong(self._source, self.now.at, f"{sign!r} is expected here, not {found}")

    def expression(self, level: int) -> Node:
        if level == len(_LEVELS):
            return self._unary()
        left = self.expression(level + 1)
        while token := self._takes(*_LEVELS[level]):
            left = Binary(token.text, left, self.expression(level + 1), token.at)
            if level == _COMPARISON and self.now.text in _LEVELS[level]:
                raise wrong(self._source, self.now.at, "comparisons do not follow one another", "join them by &&")
        return left

    def _unary(self) -> Node:
        if token := self._takes("!", "-"):
            return Unary(token.text, self._nested(self._unary, token.at), token.at)
        return self._member(self._primary())

    def _nested(self, inner: Callable[[], Node], at: int) -> Node:
        self._depth += 1
        if self._depth > _DEEPEST:
            raise wrong(self._source, at, f"a filter is at most {_DEEPEST} levels deep")
        node = inner()
        self._depth -= 1
        return node

    def _member(self, node: Node) -> Node:
        while self._takes("."):
            token = self._next()
            if token.kind != "name":
                raise wrong(self._source, token.at, "a name is expected after the dot")
            if self._takes("("):
                node = Function(token.text, (node, *self._arguments(")")), token.at)
            elif isinstance(node, Name):
                node = Name(f"{node.name}.{token.text}", node.at)
            else:
                raise wrong(self._source, token.at, "only a field has parts")
        return node

    def _arguments(self, end: str) -> list[Node]:
        found: list[Node] = []
        while not self._takes(end):
            if found:
                self._expect(",")
            found.append(self._nested(lambda: self.expression(0), self.now.at))
        return found

    def _primary(self) -> Node:
        token = self._next()
        if token.kind == "sign" and token.text == "(":
            node = self._nested(lambda: self.expression(0), token.at)
            self._expect(")")
            return node
        if token.kind == "sign" and token.text == "[":
            return Several(tuple(self._arguments("]")), token.at)
        if token.kind == "name" and token.text not in ("in", "true", "false", "null"):
            if self._takes("("):
                return Function(token.text, tuple(self._arguments(")")), token.at)
            return Name(token.text, token.at)
        return self._constant(token)

    def _constant(self, token: Token) -> Constant:
        reader = {"number": tokens.number, "duration": tokens.duration, "text": tokens.text}.get(token.kind)
        if reader is not None:
            try:
                return Constant(reader(token.text), token.kind, token.at)
            except ValueError as error:
                raise wrong(self._source, token.at, str(error)) from None
        if token.text in ("true", "false"):
            return Constant(token.text == "true", "truth", token.at)
        raise self._unexpected(token)

    def _unexpected(self, token: Token) -> Invalid:
        what = f"{token.text!r} cannot stand here" if token.text else "the filter ends too early"
        return wrong(self._source, token.at, what)

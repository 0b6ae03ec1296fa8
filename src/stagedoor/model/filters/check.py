"""Whether a filter means something: each part has a kind, and the whole a cost.

A cost stands for how long one record takes: a comparison is 1, a search in a text 3, a pattern 20 and more the larger
it is once compiled.
"""

from dataclasses import dataclass

from stagedoor.model.errors import Invalid
from stagedoor.model.filters import patterns, tokens
from stagedoor.model.filters.fields import DURATION, NUMBER, TEXT, TRUTH, Schema
from stagedoor.model.filters.syntax import Binary, Constant, Function, Name, Node, Several, Unary, parse
from stagedoor.model.filters.tokens import wrong
from stagedoor.model.names import suggest

MOST = 100
_LISTED = 200
_COSTS = {"startsWith": 1, "endsWith": 1, "contains": 3, "matches": 20, "size": 1, "duration": 0}
_SEARCHES = ("startsWith", "endsWith", "contains", "matches")
_INSTRUCTIONS_PER_COST = 25


@dataclass(frozen=True, slots=True)
class Filter:
    """A filter that was read and found right. `node` is None for the empty one, which everything passes."""

    source: str
    node: Node | None
    schema: Schema
    cost: int
    fields: frozenset[str]


def read(source: str, schema: Schema) -> Filter:
    """Raises Invalid with the place: of what is no CEL, means nothing, or costs too much."""
    source = " ".join(source.split("\n")).strip()
    if not source:
        return Filter("", None, schema, 0, frozenset())
    node = parse(source)
    checker = _Checker(source, schema)
    if checker.kind(node) != TRUTH:
        raise wrong(source, 0, "a filter says yes or no; this is a " + checker.kind(node), "compare it with something")
    if checker.cost > MOST:
        raise Invalid(
            f"this filter costs {checker.cost} a record, and {MOST} are allowed",
            hint="a comparison costs 1, contains 3, matches 20 and more for a large pattern: take smaller ones",
        )
    return Filter(source, node, schema, checker.cost, frozenset(checker.fields))


class _Checker:
    def __init__(self, source: str, schema: Schema) -> None:
        self._source = source
        self._schema = schema
        self.cost = 0
        self.fields: set[str] = set()

    def kind(self, node: Node) -> str:
        match node:
            case Constant():
                return node.kind
            case Name():
                return self._field(node)
            case Unary():
                return self._unary(node)
            case Binary():
                return self._binary(node)
            case Function():
                return self._function(node)
            case Several():
                raise wrong(self._source, node.at, "a list stands only behind in")

    def _field(self, node: Name) -> str:
        field = self._schema.get(node.name)
        if field is None:
            raise wrong(
                self._source, node.at, f"there is no field {node.name!r}",
                suggest(node.name, list(self._schema)) or f"fields: {', '.join(self._schema)}",
            )  # fmt: skip
        self.fields.add(node.name)
        return field.kind

    def _unary(self, node: Unary) -> str:
        found = self.kind(node.operand)
        wanted = (TRUTH,) if node.sign == "!" else (NUMBER, DURATION)
        if found not in wanted:
            raise wrong(self._source, node.at, f"{node.sign} does not go with a {found}")
        return found

    def _binary(self, node: Binary) -> str:
        self.cost += 1
        if node.sign == "in":
            return self._in(node)
        left, right = self.kind(node.left), self.kind(node.right)
        if node.sign in ("&&", "||"):
            if (left, right) != (TRUTH, TRUTH):
                place = node.left.at if left != TRUTH else node.right.at
                raise wrong(self._source, place, f"{node.sign} joins what is true or not, and this is not")
            return TRUTH
        if left != right and not self._scales(node.sign, left, right):
            hint = "a duration has a unit, as in 200ms" if DURATION in (left, right) else ""
            raise wrong(self._source, node.at, f"a {left} and a {right} do not go together", hint)
        if node.sign in ("==", "!=", "<", "<=", ">", ">="):
            return TRUTH
        if left not in (NUMBER, DURATION):
            raise wrong(self._source, node.at, f"{node.sign} does not go with a {left}")
        return DURATION if DURATION in (left, right) and not (left == right and node.sign == "/") else NUMBER

    @staticmethod
    def _scales(sign: str, left: str, right: str) -> bool:
        """Twice a duration, and half of one."""
        return (sign == "*" and {left, right} == {NUMBER, DURATION}) or (
            sign == "/" and (left, right) == (DURATION, NUMBER)
        )

    def _in(self, node: Binary) -> str:
        if not isinstance(node.right, Several):
            raise wrong(self._source, node.right.at, "behind in stands a list, as in [200, 204]")
        left = self.kind(node.left)
        if len(node.right.items) > _LISTED:
            raise wrong(self._source, node.right.at, f"a list has at most {_LISTED} items")
        for item in node.right.items:
            if not isinstance(item, Constant) or item.kind != left:
                raise wrong(self._source, item.at, f"a list beside a {left} holds nothing else")
        return TRUTH

    def _function(self, node: Function) -> str:
        if node.name not in _COSTS:
            hint = suggest(node.name, list(_COSTS)) or ", ".join(_COSTS)
            raise wrong(self._source, node.at, f"there is no function {node.name!r}", hint)
        self.cost += _COSTS[node.name]
        wanted = 2 if node.name in _SEARCHES else 1
        if len(node.arguments) != wanted:
            form = 'path.startsWith("/a")' if wanted == 2 else f"{node.name}(...)"
            raise wrong(self._source, node.at, f"{node.name} is written as {form}")
        for argument in node.arguments:
            if self.kind(argument) != TEXT:
                raise wrong(self._source, argument.at, f"{node.name} takes a text")
        if node.name == "size":
            return NUMBER
        last = node.arguments[-1]
        if not isinstance(last, Constant):
            raise wrong(self._source, last.at, f"what {node.name} looks for stands in quotes")
        if node.name == "duration":
            return self._duration(last)
        if node.name == "matches":
            self._pattern(last)
        return TRUTH

    def _duration(self, node: Constant) -> str:
        from_text(self._source, node)
        return DURATION

    def _pattern(self, node: Constant) -> None:
        try:
            size = patterns.count_instructions(str(node.value))
        except ValueError as error:
            raise wrong(
                self._source, node.at, f"this is no pattern: {error}", "https://github.com/google/re2/wiki/Syntax"
            ) from None
        self.cost += size // _INSTRUCTIONS_PER_COST


def from_text(source: str, node: Constant) -> int:
    """Microseconds of duration("200ms")."""
    try:
        return tokens.duration(str(node.value))
    except ValueError as error:
        raise wrong(source, node.at, str(error)) from None

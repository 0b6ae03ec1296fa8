"""A filter with what is to be made of its records: `status >= 500 | count() by path every 5s`."""

import json
import re
from dataclasses import dataclass, replace

from stagedoor.model.errors import Invalid
from stagedoor.model.filters.check import Filter, read
from stagedoor.model.filters.fields import DURATION, NUMBER, Schema
from stagedoor.model.filters.tokens import check_length, duration, wrong
from stagedoor.model.names import suggest
from stagedoor.model.sketch import QUANTILES

_FIGURES = {"count": 0, "rate": 0, "sum": 1, "avg": 1, "min": 1, "max": 1} | dict.fromkeys(QUANTILES, 1)
_FIGURE = re.compile(r"\s*([a-z][a-z0-9]*)\(\s*([a-z.]*)\s*\)\s*")
_MOST_FIGURES, _MOST_BY = 5, 3
_SHORTEST, _LONGEST = 1_000_000, 86_400_000_000


@dataclass(frozen=True, slots=True)
class Figure:
    """`p99(duration)` has the name p99 and the field duration; `count()` has no field."""

    name: str
    field: str

    @property
    def title(self) -> str:
        return f"{self.name}({self.field})"


@dataclass(frozen=True, slots=True)
class Query:
    """`figures` is empty for a query that shows the records themselves. `every` in microseconds."""

    source: str
    where: Filter
    figures: tuple[Figure, ...] = ()
    by: tuple[str, ...] = ()
    every: int = 0

    @property
    def units(self) -> list[str]:
        """Of each figure: duration (microseconds) or number."""
        timed = {name for name, one in self.where.schema.items() if one.kind == DURATION}
        return [DURATION if one.field in timed else NUMBER for one in self.figures]


def parse(source: str, schema: Schema) -> Query:
    """Raises Invalid with the place of what is wrong."""
    source = " ".join(source.split("\n")).strip()
    check_length(source)
    at = _bar(source)
    if at < 0:
        if not _looks_like_figures(source):
            return Query(source, read(source, schema))
        at = -1
    where = read(source[:at] if at >= 0 else "", schema)
    figures, by, every = _rest(source, at + 1)
    return Query(
        source, where, _figures(source, at + 1, figures, schema), _by(source, by, schema), _every(source, every)
    )


def measured(query: Query) -> str:
    """The field whose percentiles are asked for; empty when none are. Raises Invalid for those of two fields."""
    names = {one.field for one in query.figures if one.name in QUANTILES}
    if len(names) > 1:
        listed = ", ".join(sorted(names))
        raise Invalid("percentiles of one field at a time", hint=f"of what is stored; here: {listed}")
    return names.pop() if names else ""


def within(query: Query, name: str, value: str) -> Query:
    """The same of those records alone whose field `name` is `value`."""
    only = f"{name} == {json.dumps(value, ensure_ascii=False)}"
    where = f"{only} && ({query.where.source})" if query.where.source else only
    return replace(query, where=read(where, query.where.schema))


def widen(query: Query, length: int, most: int) -> Query:
    """With windows so many times longer that at most `most` of them make up a `length`, in microseconds."""
    return replace(query, every=query.every * max(1, -(-length // (query.every * most))))


def _bar(source: str) -> int:
    """Where the one bar stands that is no part of || and of no text; -1 without one."""
    quote, at = "", 0
    while at < len(source):
        char = source[at]
        if quote:
            at += char == "\\"
            quote = "" if char == quote else quote
        elif char in "\"'":
            quote = char
        elif source.startswith("||", at):
            at += 1
        elif char == "|":
            return at
        at += 1
    return -1


def _looks_like_figures(source: str) -> bool:
    found = _FIGURE.match(source)
    return found is not None and found[1] in _FIGURES


def _rest(source: str, begin: int) -> tuple[str, tuple[int, str], tuple[int, str]]:
    """(figures, (place, fields behind by), (place, duration behind every))."""
    words = re.split(r"\b(by|every)\b", source[begin:])
    parts = {"by": (0, ""), "every": (0, "")}
    place = begin + len(words[0])
    for word, text in zip(words[1::2], words[2::2], strict=True):
        if parts[word][1]:
            raise wrong(source, place, f"{word} stands here twice")
        parts[word] = (place + len(word), text)
        place += len(word) + len(text)
    return words[0], parts["by"], parts["every"]


def _figures(source: str, begin: int, text: str, schema: Schema) -> tuple[Figure, ...]:
    found, at = [], begin
    for part in text.split(","):
        one = _FIGURE.fullmatch(part)
        if one is None or one[1] not in _FIGURES:
            hint = suggest(one[1], list(_FIGURES)) if one else ""
            raise wrong(source, at, f"{part.strip()!r} is no figure", hint or "as count() or p99(duration)")
        if bool(one[2]) != bool(_FIGURES[one[1]]):
            need = "a field" if _FIGURES[one[1]] else "nothing"
            raise wrong(source, at, f"{one[1]} takes {need} between its brackets")
        if one[2]:
            _number(source, at + part.index(one[2]), one[2], schema)
        found.append(Figure(one[1], one[2]))
        at += len(part) + 1
    if len(found) > _MOST_FIGURES:
        raise wrong(source, begin, f"{len(found)} figures; {_MOST_FIGURES} are allowed")
    return tuple(found)


def _number(source: str, at: int, name: str, schema: Schema) -> None:
    if name not in schema:
        raise wrong(source, at, f"there is no field {name!r}", suggest(name, list(schema)))
    if schema[name].kind not in (NUMBER, DURATION):
        raise wrong(source, at, f"{name} is a {schema[name].kind}, and no number")


def _by(source: str, told: tuple[int, str], schema: Schema) -> tuple[str, ...]:
    at, text = told
    if not at:
        return ()
    names = tuple(part.strip() for part in text.split(","))
    for name in names:
        if name not in schema:
            place = at + max(0, text.find(name))
            raise wrong(source, place, f"there is no field {name!r}", suggest(name, list(schema)))
    if len(names) > _MOST_BY:
        raise wrong(source, at, f"by {len(names)} fields; {_MOST_BY} are allowed")
    return names


def _every(source: str, told: tuple[int, str]) -> int:
    at, text = told
    if not at:
        return 5_000_000
    try:
        every = duration(text.strip())
    except ValueError as error:
        raise wrong(source, at, str(error)) from None
    if not _SHORTEST <= every <= _LONGEST:
        raise wrong(source, at, f"every {text.strip()} is not allowed", "from 1s to 1d")
    return every

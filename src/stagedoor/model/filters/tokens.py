"""The words of a filter, each with its place."""

import re
from collections.abc import Iterator
from dataclasses import dataclass

from stagedoor.model.errors import Invalid

LONGEST = 2000
_WORDS = re.compile(
    r"(?P<space>\s+)"
    r"|(?P<duration>\d+(?:\.\d+)?(?:us|ms|s|m|h|d)\b)"
    r"|(?P<number>\d+\.\d+(?:[eE][+-]?\d+)?|\d+)"
    r"""|(?P<text>"(?:[^"\\\n]|\\.)*"|'(?:[^'\\\n]|\\.)*')"""
    r"|(?P<name>[A-Za-z_][A-Za-z0-9_]*)"
    r"|(?P<sign>&&|\|\||==|!=|<=|>=|[<>!()\[\],.+\-*/%])"
)
_ESCAPE = re.compile(r"""\\(?:([\\"'`?])|([abfnrtv])|x([0-9a-fA-F]{2})|u([0-9a-fA-F]{4}))""")
_LETTERS = {"a": "\a", "b": "\b", "f": "\f", "n": "\n", "r": "\r", "t": "\t", "v": "\v"}
UNITS = {"us": 1, "ms": 1000, "s": 1_000_000, "m": 60_000_000, "h": 3_600_000_000, "d": 86_400_000_000}


@dataclass(frozen=True, slots=True)
class Token:
    kind: str
    text: str
    at: int


def wrong(source: str, at: int, message: str, hint: str = "") -> Invalid:
    """With the line that holds the place, and a mark under it."""
    return Invalid(f"{message} (at character {at + 1})\n  {source}\n  {' ' * at}^", hint=hint)


def read(source: str) -> Iterator[Token]:
    """Raises Invalid at the first character that begins no word."""
    if len(source) > LONGEST:
        raise Invalid(f"a filter has {len(source)} characters; {LONGEST} are allowed")
    at = 0
    while at < len(source):
        found = _WORDS.match(source, at)
        if found is None:
            raise wrong(source, at, f"{source[at]!r} begins nothing that a filter knows", _hint(source[at]))
        assert found.lastgroup is not None
        if found.lastgroup != "space":
            yield Token(found.lastgroup, found[0], at)
        at = found.end()
    yield Token("end", "", len(source))


def _hint(char: str) -> str:
    return {"=": "equality is written ==", "&": "and is written &&", "|": "or is written ||"}.get(char, "")


def duration(text: str) -> int:
    """Microseconds of `200ms`. Raises ValueError."""
    found = re.fullmatch(r"(\d+(?:\.\d+)?)(us|ms|s|m|h|d)", text)
    if found is None:
        raise ValueError(f"{text!r} is no duration, as 200ms, 1.5s or 2h is")
    return int(float(found[1]) * UNITS[found[2]])


def text(written: str) -> str:
    """What a quoted text says."""
    return _ESCAPE.sub(_unescape, written[1:-1])


def _unescape(found: re.Match[str]) -> str:
    plain, letter, two, four = found.groups()
    return plain or _LETTERS.get(letter or "") or chr(int(two or four, 16))

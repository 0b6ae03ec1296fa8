"""The words of a filter, each with its place."""

import re
from collections.abc import Iterator
from dataclasses import dataclass

from stagedoor.model.errors import Invalid

LONGEST = 2000
MAX_INTEGER = 2**63 - 1
MAX_DURATION_US = 100 * 365 * 86_400_000_000
_WORDS = re.compile(
    r"(?P<space>\s+)"
    r"|(?P<duration>\d+(?:\.\d+)?(?:us|ms|s|m|h|d)\b)"
    r"|(?P<number>\d+\.\d+(?:[eE][+-]?\d+)?|\d+)"
    r"""|(?P<text>"(?:[^"\\\n]|\\.)*"|'(?:[^'\\\n]|\\.)*')"""
    r"|(?P<name>[A-Za-z_][A-Za-z0-9_]*)"
    r"|(?P<sign>&&|\|\||==|!=|<=|>=|[<>!()\[\],.+\-*/%])",
    re.ASCII,
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
    check_length(source)
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


def check_length(source: str) -> None:
    """Raises Invalid for what is too long, or holds half of a character."""
    if len(source) > LONGEST:
        raise Invalid(f"a filter has {len(source)} characters; {LONGEST} are allowed")
    try:
        source.encode()
    except UnicodeEncodeError:
        raise Invalid("a filter holds half of a character", hint="send it as UTF-8") from None


def _hint(char: str) -> str:
    return {"=": "equality is written ==", "&": "and is written &&", "|": "or is written ||"}.get(char, "")


def number(written: str) -> int | float:
    """Reads a number. Raises ValueError for one that a record cannot hold: not finite, or of more than 64 bits."""
    value = int(written) if written.isdigit() else float(written)
    if not -MAX_INTEGER <= value <= MAX_INTEGER:
        raise ValueError(f"a number is at most {MAX_INTEGER}")
    return value


def duration(text: str) -> int:
    """Returns microseconds of `200ms`. Raises ValueError."""
    found = re.fullmatch(r"(\d+(?:\.\d+)?)(us|ms|s|m|h|d)", text, re.ASCII)
    if found is None:
        raise ValueError(f"{text[:50]!r} is no duration, as 200ms, 1.5s or 2h is")
    microseconds = float(found[1]) * UNITS[found[2]]
    if microseconds > MAX_DURATION_US:
        raise ValueError("a duration is at most 100 years")
    return int(microseconds)


def text(written: str) -> str:
    """What a quoted text says. Raises ValueError for half of a character, which no record holds."""
    plain = _ESCAPE.sub(_unescape, written[1:-1])
    try:
        plain.encode()
    except UnicodeEncodeError:
        raise ValueError("an escape names half of a character") from None
    return plain


def _unescape(found: re.Match[str]) -> str:
    plain, letter, two, four = found.groups()
    return plain or _LETTERS.get(letter or "") or chr(int(two or four, 16))

"""Text from elsewhere, made harmless for whoever prints it: nothing in it steers a terminal or begins a line.

Two ways, both pure. `escape` shows what is unsafe as an escape sequence of its letters. `quote` replaces it with
characters of a private plane that survive formatting, so that a line break inside a value stays apart from the line
breaks of the text around it; `reveal` escapes them at the end, `unquote` gives the original back.
"""

import re
from typing import Any

_QUOTED, _QUOTED_END = 0xF0000, 0xFFFFF  # A plane of private characters, one for each character of the basic plane.
# C0 and DEL, C1, marks and overrides of direction, separators of lines, invisible operators, byte order marks,
# halves of surrogate pairs, tags, and the private planes.
_STEERING = (
    "\x00-\x1f\x7f-\x9f\u061c\u200e\u200f\u2028-\u202e\u2060-\u206f\ufeff\ufff9-\ufffb\ud800-\udfff"
    "\U000e0000-\U000e0fff"
)
_UNSAFE = re.compile(f"[{_STEERING}\U000f0000-\U0010ffff]")
_MARKED = re.compile("[\U000f0000-\U000fffff]")
_SHORT = {"\n": "\\n", "\r": "\\r", "\t": "\\t"}


def escape(text: str) -> str:
    """Returns the text with everything unsafe as a visible escape sequence, line breaks included."""
    return _UNSAFE.sub(_escape_match, text)


def _escape_match(match: re.Match[str]) -> str:
    return _escape_character(match[0])


def _escape_character(character: str) -> str:
    code = ord(character)
    if character in _SHORT:
        return _SHORT[character]
    return f"\\x{code:02x}" if code < 0x100 else f"\\u{code:04x}" if code < 0x10000 else f"\\U{code:08x}"


def quote(value: Any) -> Any:
    """Returns a value of JSON whose texts, also those that are keys, hold nothing unsafe but in its private form."""
    if isinstance(value, str):
        return _UNSAFE.sub(_quote_match, value)
    if isinstance(value, list):
        return [quote(item) for item in value]
    if isinstance(value, dict):
        return {quote(key): quote(item) for key, item in value.items()}
    return value


def _quote_match(match: re.Match[str]) -> str:
    code = ord(match[0])
    return chr(_QUOTED + code) if code < 0x10000 else _escape_character(match[0])


def unquote(value: Any) -> Any:
    """Returns the value that `quote` was given."""
    if isinstance(value, str):
        return _MARKED.sub(lambda match: chr(ord(match[0]) - _QUOTED), value)
    if isinstance(value, list):
        return [unquote(item) for item in value]
    if isinstance(value, dict):
        return {unquote(key): unquote(item) for key, item in value.items()}
    return value


def reveal(text: str, keep: str = "") -> str:
    """Returns the text with everything unsafe escaped, quoted or not; the characters in `keep` stay."""

    def replace(match: re.Match[str]) -> str:
        character = match[0]
        if character in keep:
            return character
        code = ord(character)
        return _escape_character(chr(code - _QUOTED) if _QUOTED <= code <= _QUOTED_END else character)

    return _UNSAFE.sub(replace, text)

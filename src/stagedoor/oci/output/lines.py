"""One line of a script as it is stored: JSON with a time and a level, and nothing that only the platform may say."""

import json
from dataclasses import dataclass
from typing import Any

import msgspec

from stagedoor.logfiles import PLATFORM_LEVEL
from stagedoor.untrusted import decode_json, nests_too_deep

LEVELS = frozenset(("debug", "info", "warning", "error", "print"))
PLATFORM_EVENTS = frozenset(("ended", "dropped", "throttled", "forged"))
_PLATFORM_KEYS = ("application", "instance")  # Where a line comes from is known by its pipe.
_PLATFORM_WORDS = ("event", "cause")
_MAX_CLOCK_SKEW_S = 1.0
_MAX_REQUEST_ID = 100


@dataclass(frozen=True, slots=True)
class Stored:
    """`content` ends with a line feed. `forged`: the script wrote it as if the platform had."""

    content: bytes
    forged: bool = False


def store(text: bytes, now: float, born: float) -> Stored:
    """Returns the line as it is stored. `born`: when the instance began; it can have said nothing before."""
    fields = _parse(text)
    if fields is None:
        words = text.decode(errors="backslashreplace")
        return Stored(_encode({"at": round(now, 3), "level": "print", "message": words}))
    event = fields.get("event")
    forged = fields.get("level") == PLATFORM_LEVEL or (isinstance(event, str) and event in PLATFORM_EVENTS)
    hidden = (*_PLATFORM_KEYS, *(_PLATFORM_WORDS if forged else ()))
    entry = {
        **{key: value for key, value in fields.items() if key not in hidden},
        "at": _time(fields.get("at"), now, born),
        "level": _level(fields.get("level", "info")),
    }
    if "request_id" in entry:
        entry["request_id"] = str(entry["request_id"])[:_MAX_REQUEST_ID]
    return Stored(_encode(entry), forged)


def _parse(text: bytes) -> dict[str, Any] | None:
    if not text.startswith(b"{") or nests_too_deep(text):
        return None
    try:
        fields: Any = msgspec.json.decode(text)
    except (msgspec.DecodeError, UnicodeError):
        try:
            fields = decode_json(text)  # It knows half a surrogate pair.
        except ValueError:
            return None
    return fields if isinstance(fields, dict) and isinstance(fields.get("message"), str) else None


def _time(value: object, now: float, born: float) -> float:
    plain = isinstance(value, int | float) and not isinstance(value, bool) and born <= value <= now + _MAX_CLOCK_SKEW_S
    return round(float(value), 3) if plain else round(now, 3)  # type: ignore[arg-type]


def _level(value: object) -> str:
    return value if isinstance(value, str) and value in LEVELS else "info"


def _encode(entry: dict[str, Any]) -> bytes:
    try:
        return msgspec.json.encode(entry) + b"\n"
    except (UnicodeError, TypeError, OverflowError, ValueError):
        return json.dumps(entry, default=repr).encode() + b"\n"

"""Values of either side as a person reads them: short, around the first character that differs."""

import json
from typing import Any

LONGEST = 200  # Characters.
_BEFORE = 60  # Of what both have in common.


def as_json(value: Any) -> str:
    try:
        text = json.dumps(value, ensure_ascii=False)
    except RecursionError:
        return "nested too deeply to show"
    return text.encode("utf-8", "backslashreplace").decode()


def readable(data: bytes) -> str:
    return data.decode("utf-8", "backslashreplace").replace("\0", "\\0")


def short(left: str, right: str) -> tuple[str, str]:
    """Both, cut to 200 characters; the same is cut off at the front of both."""
    skipped = 0
    if max(len(left), len(right)) > LONGEST:
        skipped = max(0, _alike(left, right) - _BEFORE)
    return _cut(left, skipped), _cut(right, skipped)


def _alike(left: str, right: str) -> int:
    """How many characters both begin with."""
    low, high = 0, min(len(left), len(right))
    while low < high:
        middle = (low + high + 1) // 2
        if left[:middle] == right[:middle]:
            low = middle
        else:
            high = middle - 1
    return low


def _cut(text: str, skipped: int) -> str:
    text = "…" + text[skipped + 1 :] if skipped else text
    return text if len(text) <= LONGEST else text[: LONGEST - 1] + "…"

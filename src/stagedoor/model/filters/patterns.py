"""Patterns of filters. RE2 runs them in time that grows with the text alone, whatever the pattern.

The store's DuckDB runs the same language, so what arrives and what is stored is filtered alike.
"""

from collections.abc import Callable
from functools import lru_cache
from typing import Any

MAX_CHARACTERS = 500
MAX_MEMORY_BYTES = 1 << 20
# What RE2 answers to the parts of other languages that need backtracking or that DuckDB's RE2 does not read.
_UNSUPPORTED = {
    "invalid perl operator": "RE2 has no lookaround",
    "invalid escape sequence: \\1": "RE2 has no references to groups",
    "invalid repetition size": "a part repeats at most 1000 times",
    "pattern too large": "it repeats too much",
}


def count_instructions(pattern: str) -> int:
    """Returns the size of the compiled pattern. Raises ValueError with the reason when RE2 refuses it.

    Returns 0 where RE2 is not installed: there, the command line prints what the platform has already checked.
    """
    if len(pattern) > MAX_CHARACTERS:
        raise ValueError(f"it has {len(pattern)} characters, and {MAX_CHARACTERS} are allowed")
    if "(?<" in pattern:
        raise ValueError("RE2 has no lookaround, and names a group as (?P<name>...)")
    try:
        size: int = _compile(pattern).programsize
    except ModuleNotFoundError:
        return 0
    return size


def compile_search(pattern: str) -> Callable[[str], bool]:
    """Returns a function that says whether the pattern is anywhere in a text. Raises ValueError."""
    search = _compile(pattern).search

    def is_found(text: str) -> bool:
        return search(text.encode(errors="replace")) is not None

    return is_found


@lru_cache(64)
def _compile(pattern: str) -> Any:
    import re2

    options = re2.Options()
    options.max_mem = MAX_MEMORY_BYTES
    options.never_capture = True
    options.log_errors = False
    try:
        return re2.compile(pattern.encode(errors="replace"), options)
    except re2.error as error:
        raise ValueError(_explain(error)) from None


def _explain(error: Exception) -> str:
    reason = error.args[0] if error.args else ""
    text = reason.decode(errors="replace") if isinstance(reason, bytes) else str(reason)
    return next((f"{hint} ({text})" for words, hint in _UNSUPPORTED.items() if text.startswith(words)), text)

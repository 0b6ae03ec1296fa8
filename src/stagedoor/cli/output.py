"""How things are printed: for people by default, JSON when asked, colours only on a terminal."""

import json
import os
import sys
import time
from collections.abc import Sequence
from typing import Any, TextIO

from stagedoor.model.errors import Failure
from stagedoor.model.quantity import say_time

_COLOURS = {"red": "31", "green": "32", "yellow": "33", "dim": "2", "bold": "1"}
_CUT = 40


def paint(text: str, colour: str, stream: TextIO | None = None) -> str:
    """Returns the text in a color where `stream` (standard output) is a terminal, unless NO_COLOR is set."""
    if not (stream or sys.stdout).isatty() or os.environ.get("NO_COLOR"):
        return text
    return f"\033[{_COLOURS[colour]}m{text}\033[0m"


def show_json(value: Any) -> None:
    print(json.dumps(value, indent=2 if sys.stdout.isatty() else None), flush=True)


def show_table(headings: Sequence[str], rows: Sequence[Sequence[Any]], empty: str) -> None:
    """A table, or the sentence `empty`, which says what to do next."""
    if not rows:
        print(empty)
        return
    cells = [[str(cell) for cell in row] for row in rows]
    widths = [max(len(row[n]) for row in [list(headings), *cells]) for n in range(len(headings))]
    print(paint("  ".join(head.ljust(width) for head, width in zip(headings, widths, strict=True)).rstrip(), "dim"))
    for row in cells:
        print("  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip())


def say_failure(failure: Failure, *, as_json: bool) -> None:
    """The failure on standard error: what, where, what to do; then the script's or the tool's own words."""
    if as_json:
        print(json.dumps({"error": failure.describe()}), flush=True)
        return
    log = str(failure.details.get("log", "")).strip()
    lines = [str(line) for line in failure.details.get("lines", [])][-_CUT:]
    if log:
        print(log, file=sys.stderr)
    if lines and "\n".join(lines) not in log:
        print("last lines of its log:\n" + "\n".join(f"  {line}" for line in lines), file=sys.stderr)
    print(f"stagedoor: {failure.message}", file=sys.stderr)
    if failure.hint:
        print(f"  {failure.hint}", file=sys.stderr)


def show_step(step: dict[str, Any]) -> None:
    """One step of an operation, once it ended, or when it says how far it is."""
    if step["name"] == "done" or (step["state"] == "running" and not step["text"]):
        return
    marks = {"done": paint("ok  ", "green"), "running": paint("..  ", "dim")}
    mark = marks.get(step["state"], paint("FAIL", "red"))
    took = say_time(step["seconds"]) if step["seconds"] else ""
    print(f"  {mark} {step['name']:<13}{took:>8}  {step['text']}", flush=True)


def say_age(at: float) -> str:
    seconds = max(0, int(time.time() - at))
    for size, unit in ((86400, "d"), (3600, "h"), (60, "min")):
        if seconds >= size:
            return f"{seconds // size} {unit}"
    return f"{seconds} s"


def say_clock(at: float) -> str:
    return time.strftime("%Y-%m-%d %H:%M:%S", time.localtime(at))

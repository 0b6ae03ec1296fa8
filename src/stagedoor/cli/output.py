"""Everything that the command line writes to a terminal: for people by default, JSON when asked.

No other module of the command line writes to standard output or standard error; a test holds that. So no character
that steers a terminal gets there from anybody's names, log lines, configuration or errors: `_write` shows it escaped.
Values of the platform are quoted as they arrive (`session.connect`), so a line break in one begins no line here.
"""

import csv
import io
import json
import math
import os
import sys
import time
from codecs import getincrementaldecoder
from collections.abc import Iterable, Sequence
from typing import Any, TextIO

from stagedoor.model.errors import Failure
from stagedoor.model.quantity import say_time
from stagedoor.model.text import escape, reveal, unquote

# Colors stand in a text as private characters, which `_write` turns into the terminal's own sequences or into nothing.
_CODES = {"red": "31", "green": "32", "yellow": "33", "dim": "2", "bold": "1"}
_MARKS = {color: chr(0x100000 + number) for number, color in enumerate(_CODES, 1)}
_END_MARK = chr(0x100000)
_SEQUENCES = {ord(mark): f"\033[{_CODES[color]}m" for color, mark in _MARKS.items()} | {ord(_END_MARK): "\033[0m"}
_NOTHING = dict.fromkeys(_SEQUENCES, "")
_ALL_MARKS = "".join(map(chr, _SEQUENCES))
MAX_LOG_LINES = 40
MAX_FIGURE_LENGTH = 24


def paint(text: str, color: str) -> str:
    """Returns the text in a color; it has none where it is not written to a terminal, or where NO_COLOR is set."""
    return f"{_MARKS[color]}{text}{_END_MARK}"


def say(text: str = "", *, end: str = "\n", flush: bool = False) -> None:
    """Writes a line, or several, to standard output."""
    _write(sys.stdout, f"{text}{end}", flush=flush)


def warn(text: str) -> None:
    """Writes a line to standard error."""
    _write(sys.stderr, f"{text}\n", flush=True)


def show_block(text: str, *, indent: str = "", error: bool = False) -> None:
    """Writes a value of several lines, each escaped for itself."""
    for line in str(unquote(text)).splitlines():
        (warn if error else say)(f"{indent}{escape(line)}")


def _write(stream: TextIO, text: str, *, flush: bool) -> None:
    """The one way to the terminal: what is not a line break or a color of ours is shown escaped."""
    colored = stream.isatty() and not os.environ.get("NO_COLOR")
    safe = reveal(text, keep=f"\n{_ALL_MARKS}").translate(_SEQUENCES if colored else _NOTHING)
    encoding = stream.encoding or "utf-8"
    stream.write(safe.encode(encoding, "backslashreplace").decode(encoding))
    if flush:
        stream.flush()


def show_document(parts: Iterable[bytes]) -> None:
    """Writes a document of lines that the platform made, as it comes: an export, metrics."""
    decoder = getincrementaldecoder("utf-8")("replace")
    for part in parts:
        _write(sys.stdout, decoder.decode(part), flush=False)
    _write(sys.stdout, decoder.decode(b"", True), flush=True)


def pass_through(content: bytes) -> None:
    """Writes bytes as they are: for `stagedoor shell`, whose user asked for a terminal, and for nothing else."""
    sys.stdout.buffer.write(content)
    sys.stdout.buffer.flush()


def is_terminal() -> bool:
    """Whether standard output is one."""
    return sys.stdout.isatty()


def finish() -> None:
    """Writes out what is left, for a reader that may have closed the pipe."""
    try:
        sys.stdout.flush()
    except BrokenPipeError:
        # Python would flush once more as it exits, and print an error.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


def show_json(value: Any) -> None:
    """Writes a value as JSON, in ASCII: whatever steers a terminal is an escape of JSON."""
    indent = 2 if sys.stdout.isatty() else None
    content = unquote(value)
    try:
        text = json.dumps(content, indent=indent, allow_nan=False)
    except ValueError:
        text = json.dumps(_without_infinity(content), indent=indent)
    _write(sys.stdout, f"{text}\n", flush=True)


def _without_infinity(value: Any) -> Any:
    """JSON has no infinity and no NaN: they are null."""
    if isinstance(value, float) and not math.isfinite(value):
        return None
    if isinstance(value, list | tuple):
        return [_without_infinity(item) for item in value]
    if isinstance(value, dict):
        return {key: _without_infinity(item) for key, item in value.items()}
    return value


def show_csv(headings: Sequence[str], rows: Sequence[Sequence[Any]]) -> None:
    """Writes CSV. What is unsafe in a cell is escaped; `--json` has it exactly."""
    text = io.StringIO()
    writer = csv.writer(text)
    writer.writerows([_reveal_cell(cell) for cell in row] for row in (headings, *rows))
    _write(sys.stdout, text.getvalue().replace("\r\n", "\n"), flush=True)


def _reveal_cell(cell: Any) -> Any:
    return cell if isinstance(cell, int | float) else reveal("" if cell is None else str(cell))


def show_table(headings: Sequence[str], rows: Sequence[Sequence[Any]], empty: str) -> None:
    """Writes a table, or the sentence `empty`, which says what to do next."""
    if not rows:
        say(empty)
        return
    cells = [[reveal(str(cell), keep=_ALL_MARKS) for cell in row] for row in (headings, *rows)]
    widths = [max(map(_width, column)) for column in zip(*cells, strict=True)]
    lines = ["  ".join(map(_pad, row, widths)).rstrip() for row in cells]
    say(paint(lines[0], "dim"))
    for line in lines[1:]:
        say(line)


def _width(text: str) -> int:
    return len(text.translate(_NOTHING))


def _pad(text: str, width: int) -> str:
    return text + " " * (width - _width(text))


def say_failure(failure: Failure, *, as_json: bool) -> None:
    """Writes the failure to standard error: what, where, what to do; then the script's or the tool's own words."""
    if as_json:
        show_json({"error": failure.describe()})
        return
    log = str(failure.details.get("log", "")).strip()
    lines = [str(line) for line in failure.details.get("lines", [])][-MAX_LOG_LINES:]
    if log:
        show_block(log, error=True)
    if lines and "\n".join(lines) not in log:
        warn("last lines of its log:")
        for line in lines:
            warn(f"  {reveal(line)}")
    warn(f"stagedoor: {reveal(failure.message)}")
    if failure.hint:
        warn(f"  {reveal(failure.hint)}")


def show_step(step: dict[str, Any]) -> None:
    """Writes one step of an operation, once it ended, or when it says how far it is."""
    if step["name"] == "done" or (step["state"] == "running" and not step["text"]):
        return
    marks = {"done": paint("ok  ", "green"), "running": paint("..  ", "dim")}
    mark = marks.get(step["state"], paint("FAIL", "red"))
    took = say_time(step["seconds"]) if step["seconds"] else ""
    say(f"  {mark} {step['name']:<13}{took:>8}  {step['text']}", flush=True)


def say_figure(value: Any, form: str) -> str:
    """Returns a number in a format; what is no number, or none that has the format, as it is, cut."""
    try:
        text = format(value, form)
    except (TypeError, ValueError, OverflowError):
        text = str(value)
    return text if len(text) <= MAX_FIGURE_LENGTH else f"{text[:MAX_FIGURE_LENGTH]}..."


def say_milliseconds(microseconds: Any) -> str:
    """Returns a duration with a unit, right-aligned; of what is no number, itself."""
    try:
        return f"{say_figure(microseconds / 1000, '.1f'):>9} ms"
    except (TypeError, OverflowError):
        return f"{say_figure(microseconds, ''):>9}"


def say_age(at: Any) -> str:
    try:
        seconds = max(0, int(time.time() - at))
    except (TypeError, ValueError, OverflowError):
        return say_figure(at, "")
    for size, unit in ((86400, "d"), (3600, "h"), (60, "min")):
        if seconds >= size:
            return f"{say_figure(seconds // size, '')} {unit}"
    return f"{seconds} s"


def say_clock(at: Any) -> str:
    """Returns local time of seconds since the epoch; of what no calendar has, the number itself."""
    try:
        return time.strftime("%Y-%m-%d %H:%M:%S", time.localtime(at))
    except (TypeError, ValueError, OverflowError, OSError):
        return say_figure(at, "")

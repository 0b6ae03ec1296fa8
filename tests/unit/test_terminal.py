"""Nothing that somebody wrote steers a terminal or breaks a verb, whichever verb shows it."""

import ast
import io
import json
import sys
from pathlib import Path
from typing import Any

import pytest

import stagedoor.cli
from stagedoor.cli import activity, insight, logs, output, recordings, requests, status, trace
from stagedoor.http.client import Client
from stagedoor.model.errors import Failure
from stagedoor.model.text import escape, quote, reveal, unquote

FOLDER = Path(stagedoor.cli.__file__).parent
# An escape sequence, a bell, a C1 introducer, DEL, overrides of direction, a line break, half a surrogate pair, a tag.
EVIL = "a\x1b[31m\x07\x9b31m\x7f\u202eb\u2066\nforged\r\ud800\U000e0041\U000f001bz"
NUMBERS = (1e308, -1e308, 4e11, float("nan"), float("inf"), -1, 10**39, None, "12", EVIL)


def is_harmless(text: str) -> bool:
    return reveal(text, keep="\n") == text


@pytest.fixture
def printed(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> Any:
    def read() -> str:
        seen = capsys.readouterr()
        return seen.out + seen.err

    return read


@pytest.mark.parametrize(
    ("lost", "expected", "folder"),
    [
        ({}, "", False), ({"edge_dropped": 6139}, "6139 records lost under load", False),
        ({"unreadable": {"tv": 2}}, "2 damaged lines of the edge", False),
        ({"set_aside": {"live": 1}}, "1 records", True),
    ],
)  # fmt: skip
def test_status_names_what_was_lost_and_a_folder_only_where_something_is(
    lost: dict[str, Any], expected: str, folder: bool, printed: Any
) -> None:
    class Platform:
        def get(self, *path: str) -> dict[str, Any]:
            return {"edge_dropped": 0, "set_aside": {}, "unreadable": {}, "rings_refused": {}} | lost

    status._show_losses(Platform())
    text = printed()
    assert expected in text and bool(text) == bool(lost) and ("telemetry/aside" in text) == folder


def test_what_steers_a_terminal_is_shown_and_comes_back_exactly() -> None:
    assert escape("plain é 日本 👩‍👩‍👧") == "plain é 日本 👩‍👩‍👧"  # The same function leaves ordinary text alone.
    assert escape("\x1b[31m\n\u202e") == "\\x1b[31m\\n\\u202e"
    assert is_harmless(escape(EVIL)) and "\n" not in escape(EVIL)
    value = {"key\x1b": ["a\x1b\n\u202e\ud800", 1, None]}
    assert unquote(quote(value)) == value
    assert "\x1b" not in json.dumps(quote(value), ensure_ascii=False)


def test_no_verb_writes_to_the_terminal_itself() -> None:
    """All of it goes through cli.output: else a verb could print what somebody wrote."""
    wrong = []
    for file in sorted(FOLDER.glob("*.py")):
        if file.name == "output.py":
            continue
        for node in ast.walk(ast.parse(file.read_text())):
            called = isinstance(node, ast.Name) and node.id == "print"
            stream = isinstance(node, ast.Attribute) and node.attr in ("stdout", "stderr", "__stdout__", "__stderr__")
            of_system = stream and isinstance(node.value, ast.Name) and node.value.id == "sys"  # type: ignore[union-attr]
            written = isinstance(node, ast.Attribute) and ast.unparse(node) in ("os.write", "os.system")
            passed = isinstance(node, ast.Attribute) and node.attr == "pass_through" and file.name != "shell.py"
            if called or of_system or written or passed:
                wrong.append(f"{file.name}:{node.lineno}")  # type: ignore[union-attr]
    assert wrong == []
    # The same search finds what it looks for in the one module that may.
    assert "sys.stdout" in ast.unparse(ast.parse((FOLDER / "output.py").read_text()))


def test_tables_lines_errors_and_steps_show_it(printed: Any) -> None:
    value = quote(EVIL)
    output.show_table(("name", value), [(value, 1), ("b", output.paint("x", "red"))], "")
    output.say(f"{value} of {value}")
    output.warn(value)
    output.say_failure(Failure(EVIL, hint=EVIL, log=f"{EVIL}\n{EVIL}", lines=[EVIL]), as_json=False)
    output.show_step({"name": value, "state": "done", "seconds": 1e308, "text": value})
    output.show_csv(("a",), [(EVIL,), (value,)])
    output.show_block(value)
    output.show_document([b"x\x1b[31m \xc2", b"\x9b31m \xff\n"])
    text = printed()
    assert "\\x1b[31m" in text and "\\u202e" in text
    assert is_harmless(text)
    forged = [line for line in text.splitlines() if line.startswith("forged")]
    # A block of several lines and a log are several lines; nothing else is.
    assert len(forged) == 3


def test_json_has_the_exact_value_and_is_ascii(printed: Any) -> None:
    output.show_json({"value": quote("a\x1b\x9b\n\u202e\ud800"), "at": float("inf"), "nan": [float("nan")]})
    text = printed()
    assert text.isascii() and "\x7f" not in text
    assert json.loads(text) == {"value": "a\x1b\x9b\n\u202e\ud800", "at": None, "nan": [None]}


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


def test_colors_are_ours_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("NO_COLOR", raising=False)
    terminal = Terminal()
    monkeypatch.setattr(sys, "stdout", terminal)
    output.say(output.paint("fine", "green"))
    assert terminal.getvalue() == "\033[32mfine\033[0m\n"
    terminal.truncate(0)
    terminal.seek(0)
    output.say(output.paint(quote("\U00100001\x1b[31m"), "green"))
    assert terminal.getvalue() == "\033[32m\\U00100001\\x1b[31m\033[0m\n"


def test_a_terminal_that_has_no_unicode_is_no_reason_to_fail(monkeypatch: pytest.MonkeyPatch) -> None:
    stream = io.TextIOWrapper(io.BytesIO(), encoding="ascii")
    monkeypatch.setattr(sys, "stdout", stream)
    output.say("▁▂ é", flush=True)
    assert b"\\u2581" in stream.buffer.getvalue()  # type: ignore[attr-defined]


@pytest.mark.parametrize("number", NUMBERS)
def test_numbers_out_of_range_break_no_verb(number: Any, printed: Any) -> None:
    value = quote(number)
    record = {"kind": "request", "status": value, "at": value, "duration": value, "stack": value, "method": value,
              "path": value, "weight": value, "kept": "x", "release": value}  # fmt: skip
    span = {"id": "a", "parent": "", "at": value, "duration": value, "status": value, "node": value, "name": value,
            "notes": [], "critical": True}  # fmt: skip
    line = {"kind": "log", "instance": value, "at": value, "level": value, "message": value, "traceback": value}
    trace._show({"record": record, "spans": [span, {**span, "at": 0.0, "duration": 1.0}], "logs": [line]})
    output.say(requests.render(record))
    output.say(logs.render({"line": "", **line}))
    output.say(logs.render({"line": value}))
    output.say(insight._render({**record, "kind": "call"}))
    window = {"at": value, "rows": [{"figures": [value, value], "by": [value]}], "folded": 0}
    insight.show_windows([window], "count(), p99(duration) by path every 5s", "request")
    activity._row({"at": value, "by": "a", "action": "b", "target": "c", "before": {"until": value}, "after": value})
    recording = {"at": value, "stack": "test", "status": 200, "duration": 0.1, "application": "a", "version": "1",
                 "endpoint": value, "id": "x", "reason": "slow", "lacking": [], "calls": 1}  # fmt: skip
    output.say(recordings._line(recording))
    for show in (output.say_clock, output.say_age, output.say_milliseconds):
        output.say(show(value))
    assert is_harmless(printed())


def test_answers_of_the_platform_are_quoted_and_numbers_of_many_digits_are_read() -> None:
    client = Client("http://127.0.0.1:1", "token", convert=quote)
    content = json.dumps({"name": "a\x1b\nb"})[:-1] + ', "n": ' + "9" * 5000 + "}"
    value = client._decode(content)
    assert value["name"] != "a\x1b\nb" and unquote(value["name"]) == "a\x1b\nb"
    assert value["n"] == float("inf")
    assert Client("http://127.0.0.1:1", "token")._decode('{"name": "a\\u001b"}') == {"name": "a\x1b"}

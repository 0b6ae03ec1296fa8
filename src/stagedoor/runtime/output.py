"""Standard output and error of an instance: lines that are whole, limited, and of the request that wrote them.

None shows a secret. What a script prints while it answers a request is a structured line, as `log` writes it, with the
request's id.
"""

import io
import json
import os
from time import monotonic as _clock
from time import time as _now
from typing import Any

import msgspec

from stagedoor.runtime import context

_MOST_BEGUN = 100  # Lines of requests that are begun and not ended.
_LONGEST_BEGUN = 8000  # Characters of one of them.
_LONGEST_REST = 65_536  # Bytes of a line whose beginning the pipe took.
_SHORTEST = 6  # Characters of a secret that is taken out of what is printed; a shorter one would take out words.
_STRUCTURED = '{"at":'  # As `log` begins a line, which knows its request.


class _Output(io.RawIOBase):
    """Standard output or error: a pipe that the platform reads. A full one loses whole lines, never a request.

    At most `rate` bytes in a second; what is above that is dropped too. The next line that passes follows one that says
    how much it was.
    """

    def __init__(self, descriptor: int, rate: int) -> None:
        super().__init__()
        self._descriptor = descriptor
        self._rate = rate
        self._second = 0
        self._written = 0
        self._above_rate = 0  # Bytes dropped.
        self._untaken = 0  # Lines dropped.
        self._rest = b""  # Of a line whose beginning the pipe took.
        self._is_within_line = False
        self._skips_line = False
        self.hidden: dict[bytes, bytes] = {}

    def writable(self) -> bool:
        return True

    def fileno(self) -> int:
        return self._descriptor

    def write(self, data: Any) -> int:
        content = bytes(data)
        for secret, name in self.hidden.items():
            content = content.replace(secret, name)
        if self._skips_line:
            skipped, end, content = content.partition(b"\n")
            self._skips_line = not end
            self._count(skipped + end)
        if content:
            self._put(content)
        return len(data)

    def flush(self) -> None:
        super().flush()
        if self._put_rest() and not self._is_within_line:
            self._tell_dropped()

    def _put(self, content: bytes) -> None:
        if not self._passes(len(content)) or not self._put_rest():
            self._drop(content)
            return
        if not self._is_within_line:
            self._tell_dropped()
        done = self._write(content)
        self._note_end(content[:done])
        left = content[done:]
        # A line that was cut is finished as soon as there is room; those behind it are dropped.
        size = (left.find(b"\n") + 1 or len(left)) if self._is_within_line else 0
        if size <= _LONGEST_REST:
            self._rest, left = left[:size], left[size:]
        self._drop(left)

    def _put_rest(self) -> bool:
        """Whether nothing is left of a line that was cut."""
        if self._rest:
            done = self._write(self._rest)
            self._note_end(self._rest[:done])
            self._rest = self._rest[done:]
        return not self._rest

    def _note_end(self, written: bytes) -> None:
        if written:
            self._is_within_line = not written.endswith(b"\n")

    def _write(self, content: bytes) -> int:
        """How many bytes were taken."""
        try:
            return os.write(self._descriptor, content)
        except OSError:
            return 0

    def _passes(self, size: int) -> bool:
        if not self._rate:
            return True
        second = int(_clock())
        if second != self._second:
            self._second, self._written = second, 0
        self._written += size
        return self._written <= self._rate

    def _drop(self, content: bytes) -> None:
        if not content:
            return
        self._count(content)
        self._skips_line = not content.endswith(b"\n")
        if self._is_within_line and not self._rest.endswith(b"\n"):
            self._rest += b"\n"  # What was begun is a line of its own.

    def _count(self, content: bytes) -> None:
        if self._rate and self._written > self._rate:
            self._above_rate += len(content)
        else:
            self._untaken += content.count(b"\n")

    def _tell_dropped(self) -> None:
        if self._above_rate:
            text = (
                f"{self._above_rate} bytes of output were dropped: the limit is {self._rate} in a second (limits.log)"
            )
            if self._tell(text):
                self._above_rate = 0
        if self._untaken and self._tell(f"{self._untaken} lines of output were dropped: the platform was slow to read"):
            self._untaken = 0

    def _tell(self, message: str) -> bool:
        line = {"at": _now(), "level": "warning", "message": message, "event": "log_limited"}
        # Shorter than what a pipe takes whole or not at all.
        return self._write(json.dumps(line).encode() + b"\n") > 0


class _Lines(io.TextIOWrapper):
    """Text in lines, each with the request that wrote it; outside of requests they stay as they are."""

    def __init__(self, output: _Output) -> None:
        super().__init__(io.BufferedWriter(output), encoding="utf-8", errors="backslashreplace", line_buffering=True)
        self._hidden = output.hidden
        self._begun: dict[str, str] = {}

    def write(self, text: str) -> int:
        request = context.current.get()
        if request is None or text.startswith(_STRUCTURED):
            return super().write(text)
        lines = (self._begun.pop(request.id, "") + text).split("\n")
        if lines[-1]:
            self._begun[request.id] = lines[-1]
        if len(lines) > 1:
            super().write("".join(self._with_request(line, request.id) for line in lines[:-1]))
        if len(lines[-1]) > _LONGEST_BEGUN:
            self._end(request.id)
        if len(self._begun) > _MOST_BEGUN:
            self._end(next(iter(self._begun)))
        return len(text)

    def flush(self) -> None:
        """What is begun is ended: who flushes wants it to be seen."""
        for request in list(self._begun):
            self._end(request)
        super().flush()

    def _end(self, request: str) -> None:
        # Another thread may have ended it meanwhile.
        line = self._begun.pop(request, None)
        if line is not None:
            super().write(self._with_request(line, request))

    def _with_request(self, line: str, request: str) -> str:
        """A JSON object with a message keeps what it says. Secrets go before JSON changes how they look."""
        told: Any = None
        line = hide(line.encode(errors="backslashreplace").decode(), self._hidden)
        if line.startswith("{"):
            try:
                told = msgspec.json.decode(line)
            except (msgspec.DecodeError, RecursionError):
                told = None
        if not isinstance(told, dict) or "message" not in told:
            told = {"at": round(_now(), 3), "level": "print", "message": line}
        return msgspec.json.encode({"request_id": request} | told).decode() + "\n"


def open_output(descriptor: int, secrets: dict[str, str] | None = None, rate: int = 0) -> io.TextIOWrapper:
    """Written line by line, so that the last one is there whatever ends the process. No line shows a secret."""
    output = _Output(descriptor, rate)
    output.hidden = forms(secrets or {})
    return _Lines(output)


def forms(secrets: dict[str, str]) -> dict[bytes, bytes]:
    """How each secret may stand in a text, the longest first, since one may be a part of another."""
    found = {}
    for name, value in secrets.items():
        # As it is, and as it stands in a line of JSON, which writes letters in two ways. A secret of several lines is
        # written line by line.
        for form in (value, json.dumps(value)[1:-1], json.dumps(value, ensure_ascii=False)[1:-1], *value.splitlines()):
            if len(form) >= _SHORTEST:
                found[form.encode()] = f"[secret {name}]".encode()
    return dict(sorted(found.items(), key=lambda pair: -len(pair[0])))


def hide(text: str, hidden: dict[bytes, bytes]) -> str:
    """`text` without any secret."""
    content = text.encode()
    for secret, name in hidden.items():
        content = content.replace(secret, name)
    return content.decode()

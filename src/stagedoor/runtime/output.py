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
_SHORTEST = 6  # Characters of a secret that is taken out of what is printed; a shorter one would take out words.
_STRUCTURED = '{"at":'  # As `log` begins a line, which knows its request.


class _Output(io.RawIOBase):
    """Standard output or error as a file that node owns. A full disk loses lines, never a request.

    At most `rate` bytes in a second; what is above that is dropped, and the next second begins with how much it was.
    """

    def __init__(self, descriptor: int, rate: int) -> None:
        super().__init__()
        self._descriptor = descriptor
        self._rate = rate
        self._second = 0
        self._written = 0
        self._dropped = 0
        self.hidden: dict[bytes, bytes] = {}

    def writable(self) -> bool:
        return True

    def fileno(self) -> int:
        return self._descriptor

    def write(self, data: Any) -> int:
        if not self._passes(len(data)):
            return len(data)
        try:
            if not self.hidden:
                return os.write(self._descriptor, data)
            text = bytes(data)
            for secret, name in self.hidden.items():
                text = text.replace(secret, name)
            os.write(self._descriptor, text)
        except OSError:
            pass
        return len(data)

    def _passes(self, size: int) -> bool:
        if not self._rate:
            return True
        second = int(_clock())
        if second != self._second:
            self._second, self._written = second, 0
            self._tell_dropped()
        self._written += size
        if self._written > self._rate:
            self._dropped += size
            return False
        return True

    def _tell_dropped(self) -> None:
        if not self._dropped:
            return
        message = f"{self._dropped} bytes of output were dropped: the limit is {self._rate} in a second (limits.log)"
        self._dropped = 0
        try:
            os.write(self._descriptor, json.dumps({"at": _now(), "level": "platform", "message": message,
                                                   "event": "log_limited"}).encode() + b"\n")  # fmt: skip
        except OSError:
            pass


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

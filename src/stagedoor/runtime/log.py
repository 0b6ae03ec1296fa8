"""Structured log lines on standard output, one JSON object each; a plain print is a line too.

The container's standard output is a pipe that the platform holds, so a line is never lost with the process.
"""

import json
import sys
from time import time as _now
from typing import Any

import msgspec

from stagedoor.runtime import context

_encoder = msgspec.json.Encoder(enc_hook=repr, decimal_format="number")


class Log:
    """`log.info("rows chosen", member=id, rows=5)`; values that JSON has no form for are written by repr."""

    def debug(self, message: str, **fields: Any) -> None:
        self._write("debug", message, fields)

    def info(self, message: str, **fields: Any) -> None:
        self._write("info", message, fields)

    def warning(self, message: str, **fields: Any) -> None:
        self._write("warning", message, fields)

    def error(self, message: str, **fields: Any) -> None:
        self._write("error", message, fields)

    def _write(self, level: str, message: str, fields: dict[str, Any]) -> None:
        line: dict[str, Any] = {"at": round(_now(), 3), "level": level, "message": message}
        request = context.current.get()
        if request is not None:
            line["request_id"] = request.id
        line.update(fields)
        sys.stdout.write(_encode(line) + "\n")
        sys.stdout.flush()


def _encode(line: dict[str, Any]) -> str:
    try:
        return _encoder.encode(line).decode()
    except UnicodeEncodeError:
        return json.dumps(line, default=repr)  # Half a surrogate pair is no reason to fail a request.


log = Log()

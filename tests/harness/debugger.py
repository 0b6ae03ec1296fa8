"""A client of the debug adapter protocol, as an editor is one: for the test and the bench of `dev --debug`."""

import itertools
import json
import socket
from typing import Any

from tests.harness.running import wait_until


class Debugger:
    """A client of the protocol (microsoft.github.io/debug-adapter-protocol): as much of it as one session needs."""

    def __init__(self, port: int) -> None:
        self._socket = socket.create_connection(("127.0.0.1", port), timeout=30)
        self._file = self._socket.makefile("rb")
        self._numbers = itertools.count(1)
        self.events: list[dict[str, Any]] = []
        self.answers: dict[int, dict[str, Any]] = {}

    def send(self, command: str, **arguments: Any) -> int:
        number = next(self._numbers)
        body = json.dumps({"seq": number, "type": "request", "command": command, "arguments": arguments}).encode()
        self._socket.sendall(b"Content-Length: %d\r\n\r\n%s" % (len(body), body))
        return number

    def _read(self) -> dict[str, Any]:
        length = 0
        while line := self._file.readline().strip():
            if line.lower().startswith(b"content-length:"):
                length = int(line.partition(b":")[2])
        message: dict[str, Any] = json.loads(self._file.read(length))
        return message

    def answer(self, number: int) -> dict[str, Any]:
        while number not in self.answers:
            self._take()
        message = self.answers.pop(number)
        assert message["success"], message
        return dict(message.get("body") or {})

    def event(self, name: str) -> dict[str, Any]:
        while True:
            for one in self.events:
                if one["event"] == name:
                    self.events.remove(one)
                    return dict(one.get("body") or {})
            self._take()

    def _take(self) -> None:
        message = self._read()
        if message["type"] == "event":
            self.events.append(message)
        elif message["type"] == "response":
            self.answers[message["request_seq"]] = message

    def close(self) -> None:
        self._file.close()
        self._socket.close()


def attach(port: int) -> Debugger:
    """Attaches once the sandbox listens: an editor tries again as well."""

    def try_it() -> Debugger | None:
        client = Debugger(port)
        try:
            client.answer(client.send("initialize", adapterID="stagedoor", pathFormat="path", linesStartAt1=True))
        except (OSError, ValueError):
            client.close()
            return None
        return client

    found: Debugger = wait_until(try_it, 60, "the debugger in the sandbox")
    return found

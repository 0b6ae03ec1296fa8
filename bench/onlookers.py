"""Who uses telemetry while requests go on: watchers of the live stream, who looks for traces, who sends spans."""

import http.client
import json
import secrets
import socket
import threading
import time
from typing import Any, Self
from urllib.parse import quote

from tests.harness.running import Running, fetch

_LONGEST = 20.0


class _Beside:
    """Something that goes on in a thread as long as a block lasts."""

    def __init__(self, running: Running) -> None:
        self._running = running
        self._ended = threading.Event()
        self._thread = threading.Thread(target=self._run)

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._ended.set()
        self._end()
        self._thread.join()

    def _end(self) -> None:
        """What wakes it up."""

    def _run(self) -> None:
        raise NotImplementedError

    @property
    def _headers(self) -> dict[str, str]:
        return {"authorization": f"Bearer {self._running.token}"}


class Watcher(_Beside):
    """A live stream of requests, read as a console reads it. `seen`: when the line of a path came first."""

    def __init__(self, running: Running, query: str) -> None:
        super().__init__(running)
        self._query = query
        self._socket: socket.socket | None = None
        self.begun = threading.Event()
        self.seen: dict[str, float] = {}
        self.told: dict[str, Any] = {}

    def _run(self) -> None:
        connection = http.client.HTTPConnection("127.0.0.1", self._running.port("control"), timeout=60)
        connection.request("GET", f"/v1/insight?query={quote(self._query)}", headers=self._headers)
        self._socket = connection.sock
        answer = connection.getresponse()
        assert answer.status == 200, answer.read()
        try:
            while line := answer.readline():
                if line.startswith(b"data:"):
                    self._take(json.loads(line[5:]), time.perf_counter())
        except (OSError, ValueError, http.client.HTTPException):
            if not self._ended.is_set():
                raise

    def _take(self, message: dict[str, Any], now: float) -> None:
        self.begun.set()
        self.told = {name: message[name] for name in ("seen", "matched", "missed")}
        for record in message.get("records", ()):
            self.seen.setdefault(record["path"], now)

    def _end(self) -> None:
        if self._socket is not None:
            self._socket.shutdown(socket.SHUT_RDWR)


class Prober(_Beside):
    """Requests whose way into a watcher is measured, each of a path of its own. `sent`: when, by path."""

    def __init__(self, running: Running, rate: int) -> None:
        super().__init__(running)
        self._pause = 1 / rate
        self.sent: dict[str, float] = {}

    def _run(self) -> None:
        while not self._ended.wait(self._pause):
            path = f"/bench/look/{secrets.token_hex(8)}"
            began = time.perf_counter()
            assert fetch(self._running.port("prod"), path).status == 200
            self.sent[path] = began


class Finder(_Beside):
    """Requests whose trace is asked for until it is there. `seconds` from the request until it was found."""

    def __init__(self, running: Running) -> None:
        super().__init__(running)
        self.seconds: list[float] = []
        self.asked = 0

    def _run(self) -> None:
        while not self._ended.wait(0.2):
            began = time.perf_counter()
            got = fetch(self._running.port("prod"), "/bench/find")
            self.asked += 1
            identifier = got.headers["stagedoor-request-id"]
            while not self._is_there(identifier) and time.perf_counter() - began < _LONGEST:
                time.sleep(0.02)
            self.seconds.append(time.perf_counter() - began)

    def _is_there(self, identifier: str) -> bool:
        got = fetch(self._running.port("control"), f"/v1/traces/{identifier}", self._headers)
        return got.status == 200 and got.json()["record"] is not None


class Sender(_Beside):
    """A process of a service that sends `spans` a second in OTLP, in one batch as SDKs do, but while `quiet` is set.

    `refused`: batches that were not taken whole.
    """

    def __init__(self, running: Running, spans: int) -> None:
        super().__init__(running)
        self._spans = spans
        self.refused = 0
        self.quiet = threading.Event()

    def _run(self) -> None:
        headers = self._headers | {"content-type": "application/json"}
        while not self._ended.wait(1.0):
            if self.quiet.is_set():
                continue
            body = json.dumps({"resourceSpans": [self._batch()]}).encode()
            got = fetch(self._running.port("control"), "/v1/otlp/v1/traces", headers, method="POST", body=body)
            self.refused += got.status != 200 or got.body != b"{}"

    def _batch(self) -> dict[str, Any]:
        now = time.time_ns()
        spans = [
            {"traceId": secrets.token_hex(16), "spanId": secrets.token_hex(8), "name": "GET /rows", "kind": 2,
             "startTimeUnixNano": str(now - 3_000_000), "endTimeUnixNano": str(now),
             "attributes": [{"key": "http.route", "value": {"stringValue": "/rows"}}]}
            for _ in range(self._spans)
        ]  # fmt: skip
        resource = {"attributes": [{"key": "service.name", "value": {"stringValue": "films"}}]}
        return {"resource": resource, "scopeSpans": [{"spans": spans}]}

"""The light client of the control API: standard library only, since its start-up is part of every command.

Raises the failures of `stagedoor.model.errors`, rebuilt from the answer, and Unreachable.
"""

import http.client
import json
import os
import socket
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from urllib.parse import quote, urlencode, urlsplit

from stagedoor.model import errors

_PATIENCE = 30.0
_MAX_DIGITS = 40
ANSWER_TIMEOUT_S = 60.0
# Of what runs tests, replays or profiles, and of a backup.
_WORK_TIMEOUT_S = 600.0
_WORK = frozenset({"tests", "versions", "rehearsals", "replays", "replay", "failures", "profile", "memory", "waiting"})
_FORM = "as in https://stagedoor.example or http://127.0.0.1:7070"


class Unreachable(errors.Unavailable):
    """No platform answers at the address."""

    code = "unreachable"


_KINDS: dict[str, type[errors.Failure]] = {
    kind.code: kind
    for kind in (
        errors.Invalid, errors.Unauthenticated, errors.Forbidden, errors.Missing, errors.Conflict, errors.RolledBack,
        errors.Aborted, errors.TooLarge, errors.TooMany, errors.Unavailable,
    )
}  # fmt: skip


def normalize(url: str) -> str:
    """The address of a control API in its one form. Raises Invalid, before a token is sent anywhere."""
    try:
        parts = urlsplit(url)
        host, port = parts.hostname, parts.port
    except ValueError as error:
        raise errors.Invalid(f"{url!r} is no address of a control API: {error}", hint=_FORM) from None
    if parts.scheme not in ("http", "https") or not host:
        raise errors.Invalid(f"{url!r} is no address of a control API: it begins with http:// or https://", hint=_FORM)
    if parts.username or parts.password or parts.path not in ("", "/") or parts.query or parts.fragment:
        raise errors.Invalid("an address of a control API is a scheme, a host and a port alone", hint=_FORM)
    host = f"[{host}]" if ":" in host else host
    return f"{parts.scheme}://{host}" + (f":{port}" if port is not None else "")


class Client:
    """Speaks to one platform with one token."""

    def __init__(self, url: str, token: str, ca: str = "", convert: Callable[[Any], Any] | None = None) -> None:
        """`ca`: a file with the authorities to trust, beside the machine's own. Raises Invalid for a wrong address.

        `convert` is applied to every value of JSON that the platform answers.
        """
        self.url = normalize(url)
        parts = urlsplit(self.url)
        self._host = str(parts.hostname)
        self._port = parts.port or (443 if parts.scheme == "https" else 80)
        self._secure = parts.scheme == "https"
        self._token = token
        self._ca = ca
        self._convert = convert

    def get(self, *path: str | int, **query: Any) -> Any:
        return self._call("GET", path, query)

    def post(self, *path: str | int, body: Any = None, **query: Any) -> Any:
        return self._call("POST", path, query, body)

    def put(self, *path: str | int, body: Any = None, **query: Any) -> Any:
        return self._call("PUT", path, query, body)

    def delete(self, *path: str | int, **query: Any) -> Any:
        return self._call("DELETE", path, query)

    def _call(self, method: str, path: tuple[str | int, ...], query: dict[str, Any], body: Any = None) -> Any:
        content = body if isinstance(body, bytes) or body is None else json.dumps(body).encode()
        limit = _WORK_TIMEOUT_S if method == "POST" and _WORK.intersection(path) else ANSWER_TIMEOUT_S
        answer = self._send(method, _target(path, query), content, limit)
        with self._reading():
            return self._decode(answer.read() or b"null")

    def _decode(self, content: bytes | str) -> Any:
        value = json.loads(content, parse_int=_parse_int)
        return self._convert(value) if self._convert else value

    def lines(self, *path: str | int, **query: Any) -> Iterator[dict[str, Any]]:
        """JSON lines as they arrive. Raises the failure with which the platform ends them."""
        answer = self._send("GET", _target(path, query), None)
        while line := self._line(answer):
            if line.strip():
                item = self._decode(line)
                if item.keys() == {"error"} and isinstance(item["error"], dict):
                    raise rebuild(item["error"])
                yield item

    def _line(self, answer: http.client.HTTPResponse) -> bytes:
        with self._reading():
            return answer.readline()

    @contextmanager
    def _reading(self) -> Iterator[None]:
        """Raises Unreachable when the answer is cut, or when nothing more of it comes in time."""
        try:
            yield
        except (OSError, http.client.HTTPException) as error:
            raise Unreachable(f"the platform at {self.url} went away in the middle: {error!r}") from None

    def read(self, *path: str | int, **query: Any) -> Iterator[bytes]:
        """Bytes as they arrive. A shell that says nothing is none that has ended."""
        answer = self._send("GET", _target(path, query), None, None if "shells" in path else ANSWER_TIMEOUT_S)
        while content := self._part(answer):
            yield content

    def _part(self, answer: http.client.HTTPResponse) -> bytes:
        with self._reading():
            return answer.read1(65536)

    def save(self, file: Path, *path: str | int) -> None:
        """Writes the answer's body to a file that its owner alone reads. Raises Unreachable when it is cut."""
        answer = self._send("GET", _target(path, {}), None, _WORK_TIMEOUT_S)
        with os.fdopen(os.open(file, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "wb") as target:
            while block := self._read(answer):
                target.write(block)
            target.flush()
            os.fsync(target.fileno())

    def _read(self, answer: http.client.HTTPResponse) -> bytes:
        with self._reading():
            return answer.read(1 << 18)

    def follow(self, operation: int) -> Iterator[dict[str, Any]]:
        """Steps of an operation until it ends; the last item is the operation. Survives a restart of the platform."""
        after = 0
        deadline = time.monotonic() + _PATIENCE
        while True:
            try:
                for kind, data in self._events(operation, after):
                    deadline = time.monotonic() + _PATIENCE
                    after = data.get("seq", after)
                    yield data
                    if kind == "end":
                        return
            except (OSError, http.client.HTTPException, Unreachable):
                if time.monotonic() > deadline:
                    raise Unreachable(f"the platform at {self.url} went away in the middle") from None
            time.sleep(0.05)

    def _events(self, operation: int, after: int) -> Iterator[tuple[str, dict[str, Any]]]:
        yield from self.events("operations", operation, "events", after=after)

    def events(self, *path: str | int, **query: Any) -> Iterator[tuple[str, dict[str, Any]]]:
        """Server-sent events as they arrive: (kind, data)."""
        answer = self._send("GET", _target(path, query), None)
        kind = ""
        while line := self._line(answer):
            name, _, value = line.decode().rstrip("\n").partition(": ")
            if name == "event":
                kind = value
            elif name == "data":
                yield kind, self._decode(value)

    def _send(
        self, method: str, target: str, content: bytes | None, timeout: float | None = ANSWER_TIMEOUT_S
    ) -> http.client.HTTPResponse:
        """A connection for each call: what changes something is never sent twice because an old one was closed."""
        connection = self._connect(timeout)
        headers = {"authorization": f"Bearer {self._token}", "connection": "close"}
        if content is not None:
            headers["content-type"] = "application/json" if content[:1] in (b"{", b"[") else "application/gzip"
        try:
            connection.request(method, target, body=content, headers=headers)
            answer = connection.getresponse()
        except TimeoutError:
            connection.close()
            raise Unreachable(
                f"the platform at {self.url} does not answer within {timeout or 0:g} s",
                hint="the program control may be stopped or overloaded: look at the platform's machine",
            ) from None
        except (OSError, http.client.HTTPException) as error:
            raise self._unreachable(error) from None
        if answer.status >= 400:
            raise _failure(answer.status, answer.read())
        return answer

    def _secured(self, timeout: float | None) -> http.client.HTTPSConnection:
        import ssl

        try:
            context = ssl.create_default_context(cafile=self._ca or None)
        except OSError as error:
            raise errors.Invalid(f"the authorities in {self._ca} cannot be read: {error}") from None
        return http.client.HTTPSConnection(self._host, self._port, timeout=timeout, context=context)

    def _unreachable(self, error: Exception) -> Unreachable:
        if type(error).__name__ == "SSLCertVerificationError":
            said = getattr(error, "verify_message", "") or str(error)
            return Unreachable(
                f"the certificate of {self.url} is not trusted: {said}",
                hint="name the authority's file: `stagedoor login URL --ca FILE`",
            )
        return Unreachable(
            f"no platform answers at {self.url}: {getattr(error, 'strerror', None) or error}",
            hint="start one with `stagedoor up`, or name another with `stagedoor login URL`",
        )

    def _connect(self, timeout: float | None) -> http.client.HTTPConnection:
        connection = self._secured(timeout) if self._secure else http.client.HTTPConnection(
            self._host, self._port, timeout=timeout
        )  # fmt: skip
        try:
            connection.connect()
        except OSError as error:
            raise self._unreachable(error) from None
        connection.sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        return connection


def _parse_int(digits: str) -> int | float:
    """Returns a number however long it is: Python refuses integers of very many digits."""
    return int(digits) if len(digits) <= _MAX_DIGITS else float(digits)


def _target(path: tuple[str | int, ...], query: dict[str, Any]) -> str:
    given = {
        key: str(value).lower() if isinstance(value, bool) else value
        for key, value in query.items()
        if value not in ("", None)
    }
    return "/v1/" + "/".join(quote(str(part), safe="") for part in path) + (f"?{urlencode(given)}" if given else "")


def _failure(status: int, content: bytes) -> errors.Failure:
    try:
        told = json.loads(content)
    except ValueError:
        return errors.Unavailable(f"the platform answered {status}")
    if "error" not in told:
        problems = "; ".join(
            f"{'.'.join(str(x) for x in one['loc'][1:])}: {one['msg']}" for one in told.get("detail", [])
        )
        return errors.Invalid(problems or f"the platform answered {status}")
    return rebuild(told["error"])


def rebuild(error: dict[str, Any]) -> errors.Failure:
    """The failure that an answer or an ended operation describes."""
    rest = {key: value for key, value in error.items() if key not in ("code", "message", "hint")}
    kind = _KINDS.get(error.get("code", ""), errors.Failure)
    return kind(error.get("message", ""), hint=error.get("hint", ""), **rest)

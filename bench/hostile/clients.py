"""Attacks of clients without a token: at the edge, and at the control API."""

import socket
import time
from contextlib import ExitStack

from tests.harness.hostile import content_of, send

from bench.hostile.world import Attack, Verdict, World, resident

_TRAILERS = b"stagedoor-member: victim\r\nstagedoor-device: tv\r\nstagedoor-prefix: /evil/e\r\n"
_CONNECTIONS, _ALLOWED = 700, 200
_SLOW, _SLOW_S = 60, 3.0  # Whoever has no place is told so after 5 s, so one answer shows it.
_BODY = 60_000_000
_GROWTH = 30_000_000  # Bytes by which a program may grow meanwhile for reasons of its own.


def _echo(world: World, head: str, body: bytes = b"", method: str = "GET") -> dict[str, object]:
    request = f"{method} /evil/echo HTTP/1.1\r\nhost: x\r\nconnection: close\r\n{head}\r\n".encode() + body
    echoed: dict[str, object] = content_of(send(world.port, request))
    return echoed


def trailers(world: World) -> Verdict:
    body = b"1\r\nx\r\n0\r\n" + _TRAILERS + b"\r\n"
    seen = _echo(world, "transfer-encoding: chunked\r\n", body, "POST")
    return Verdict((seen["member"], seen["device"], seen["prefix"]) == ("", "", "/evil"), f"member {seen['member']!r}")


def spellings(world: World) -> Verdict:
    names = ("stagedoor-member", "stagedoor_member", "STAGEDOOR-DEVICE", "Stagedoor_Device", "x_forwarded_for")
    seen = _echo(world, "".join(f"{name}: forged\r\n" for name in names))
    return Verdict("forged" not in str(seen), str(seen["fields"]))


def listed_by_connection(world: World) -> Verdict:
    seen = _echo(world, "connection: stagedoor-request-id\r\n")
    return Verdict("stagedoor-request-id" in str(seen["fields"]), str(seen["fields"]))


def cookie_identity(world: World) -> Verdict:
    seen = _echo(world, "cookie: member=anyone\r\n")
    return Verdict(seen["member"] == "", f"member {seen['member']!r}")


def session_cookie(world: World) -> Verdict:
    seen = ""
    for cookie in (
        "stagedoor_session=REAL; stagedoor_session=x",
        'a="; stagedoor_session=REAL',
        "stagedoor_session =REAL",
    ):
        seen += str(_echo(world, f"cookie: {cookie}\r\n")["fields"])
    return Verdict("REAL" not in seen, seen)


def many_connections(world: World) -> Verdict:
    taken = 0
    with ExitStack() as stack:
        for _ in range(_CONNECTIONS):
            try:
                opened = stack.enter_context(socket.create_connection(("127.0.0.1", world.port), 5, ("127.0.0.9", 0)))
                opened.sendall(b"GET /nothing HTTP/1.1\r\nhost: x\r\n\r\n")
                taken += opened.recv(100).startswith(b"HTTP/1.1 404")
            except OSError:
                continue
    return Verdict(taken <= _ALLOWED, f"{taken} of {_CONNECTIONS} connections were taken")


def slow_bodies(world: World) -> Verdict:
    """As many as take every place twice; what counts is that somebody else is served meanwhile."""
    return _trickle(world, "127.0.0.8", b"content-length: 1000\r\n\r\nx")


def slow_long_bodies(world: World) -> Verdict:
    return _trickle(world, "127.0.0.7", b"content-length: 900000\r\n\r\n" + b"x" * 20_000)


def slow_heads(world: World) -> Verdict:
    return _trickle(world, "127.0.0.6", b"x-slow: ")


def _trickle(world: World, source: str, rest: bytes) -> Verdict:
    statuses: list[int] = []
    with ExitStack() as stack:
        opened = []
        for _ in range(_SLOW):
            connection = socket.create_connection(("127.0.0.1", world.port), 5, (source, 0))
            opened.append(stack.enter_context(connection))
            connection.sendall(b"POST /good/good HTTP/1.1\r\nhost: x\r\n" + rest)
        end = time.monotonic() + _SLOW_S
        while time.monotonic() < end:
            statuses.append(_status(world))
            for connection in opened:
                try:
                    connection.sendall(b"x")
                except OSError:
                    continue
            time.sleep(0.5)
    return Verdict(set(statuses) == {200}, f"others were answered {sorted(set(statuses))} meanwhile")


def _status(world: World) -> int:
    received = send(world.port, b"GET /good/good HTTP/1.1\r\nhost: x\r\nconnection: close\r\n\r\n")
    return int(received.split(b" ", 2)[1]) if received else 0


def large_body_without_token(world: World) -> Verdict:
    pid = world.pid("control")
    before = top = resident(pid)
    sent = 0
    with socket.create_connection(("127.0.0.1", world.operator.port("control")), 5) as connection:
        connection.sendall(
            b"POST /v1/session HTTP/1.1\r\nhost: x\r\ncontent-type: application/json\r\n"
            + f"content-length: {_BODY}\r\n\r\n".encode()
        )
        try:
            while sent < _BODY:
                sent += connection.send(b"0" * 1_000_000)
                top = max(top, resident(pid))
        except OSError:
            pass
    return Verdict(top - before < _GROWTH and sent < _BODY, f"{sent} bytes were taken, {top - before} bytes of memory")


def body_before_token(world: World) -> Verdict:
    status, said = world.api(None, "PUT", "/v1/services/x", {"urls": 1})
    return Verdict(status == 401, f"{status} {said[:100]}")


def half_requests(world: World) -> Verdict:
    """Heads that never end: control must close them, and answer others meanwhile."""
    with ExitStack() as stack:
        for _ in range(200):
            try:
                opened = socket.create_connection(("127.0.0.1", world.operator.port("control")), 5, ("127.0.0.5", 0))
                stack.enter_context(opened).sendall(b"GET /v1/health HTTP/1.1\r\nhost: x\r\nx-half: ")
            except OSError:
                break
        status, said = world.api(world.operator, "GET", "/v1/health", timeout=5)
    return Verdict(status == 200, f"{status} {said[:100]}")


ATTACKS = (
    Attack("trailers", trailers),
    Attack("header spellings", spellings),
    Attack("connection lists a platform header", listed_by_connection),
    Attack("cookie as identity", cookie_identity),
    Attack("session cookie", session_cookie),
    Attack("connections of one client", many_connections),
    Attack("slow bodies", slow_bodies),
    Attack("slow long bodies", slow_long_bodies),
    Attack("slow heads", slow_heads),
    Attack("large body without a token", large_body_without_token),
    Attack("body is read before the token", body_before_token),
    Attack("half requests at control", half_requests),
)

"""Nobody without a token fills control's memory, holds its connections or has a body read."""

import json
import socket
import threading
import time
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest

from stagedoor.http import limits
from tests.harness.running import Running, fetch, platform
from tests.integration.conftest import SETTINGS

SLACK_BYTES = 40_000_000


@pytest.fixture(scope="module")
def running() -> Iterator[Running]:
    """A platform of these tests' own: they spend what one address may ask for without a token."""
    with platform(SETTINGS) as made:
        yield made


def memory(running: Running) -> int:
    """Bytes that control has in memory."""
    status = Path(f"/proc/{running.program('control')['pid']}/status").read_text()
    return int(next(line for line in status.splitlines() if line.startswith("VmRSS")).split()[1]) * 1024


def send(running: Running, head: str, body: bytes = b"", total: int = 0, timeout: float = 20) -> tuple[str, int]:
    """Sends a head, then `body` until `total` bytes are out or the other side ends it; the answer, and what went."""
    sent = 0
    with socket.create_connection(("127.0.0.1", running.port("control")), timeout=timeout) as connection:
        connection.sendall(head.encode())
        try:
            while sent < total:
                connection.sendall(body)
                sent += len(body)
        except OSError:
            pass
        answer = b""
        try:
            while part := connection.recv(65536):
                answer += part
        except OSError:
            pass
    return answer.decode(errors="replace"), sent


def chunk(size: int) -> bytes:
    return b"%x\r\n%s\r\n" % (size, b"0" * size)


def head(method: str, path: str, *fields: str) -> str:
    lines = (f"{method} {path} HTTP/1.1", "host: control", "content-type: application/json", *fields)
    return "".join(f"{line}\r\n" for line in lines) + "\r\n"


def code(answer: str) -> int:
    return int(answer.split(" ", 2)[1]) if answer.startswith("HTTP/1.1 ") else 0


@pytest.mark.parametrize("path", ["/v1/session", "/v1/services/x", "/v1/versions", "/v1/nothing", "/v1/hooks/guess"])
def test_a_body_without_end_is_refused_and_costs_no_memory(running: Running, path: str) -> None:
    before = memory(running)
    method = "PUT" if "services" in path else "POST"
    answer, sent = send(running, head(method, path, "transfer-encoding: chunked"), chunk(100_000), 300_000_000)
    expected = 413 if path in ("/v1/session", "/v1/hooks/guess") else 401
    assert code(answer) == expected, answer[:300]
    assert sent < 20_000_000
    assert memory(running) - before < SLACK_BYTES


def test_the_length_alone_is_reason_enough(running: Running) -> None:
    answer, _ = send(running, head("POST", "/v1/session", "content-length: 700000000"))
    assert code(answer) == 413 and "too_large" in answer
    answer, _ = send(running, head("PUT", "/v1/services/x", "content-length: 700000000"))
    assert code(answer) == 401
    bearer = f"authorization: Bearer {running.token}"
    answer, _ = send(running, head("PUT", "/v1/teams/x", bearer, "content-length: 70000"))
    assert code(answer) == 413


def test_who_shows_no_token_learns_nothing_of_a_body(running: Running) -> None:
    for token in ("", "authorization: Bearer sd_wrong"):
        fields = {"content-type": "application/json", **({"authorization": token[15:]} if token else {})}
        got = fetch(running.port("control"), "/v1/services/x", fields, method="PUT", body=b"{ no json")
        assert got.status == 401, got.body
    right = {"content-type": "application/json", "authorization": f"Bearer {running.token}"}
    assert fetch(running.port("control"), "/v1/services/x", right, method="PUT", body=b"{ no json").status == 422


def test_bodies_within_their_bounds_are_taken(running: Running) -> None:
    right = {"content-type": "application/json", "authorization": f"Bearer {running.token}"}
    document = {"openapi": "3.0.0", "info": {"title": "x" * 3_000_000}, "paths": {"/x": {"get": {"operationId": "x"}}}}
    body = json.dumps({"urls": ["http://192.0.2.1:1"], "openapi": json.dumps(document)}).encode()
    got = fetch(running.port("control"), "/v1/services/large", right, method="PUT", body=body)
    assert got.status == 200, got.body
    assert fetch(running.port("control"), "/v1/services/large", right, method="DELETE").status in (200, 204)
    got = fetch(running.port("control"), "/v1/session", {"content-type": "application/json"}, method="POST",
                body=b'{"code":"never"}')  # fmt: skip
    assert got.status == 401


def test_heads_have_a_size(running: Running) -> None:
    long = [f"x-{number}: {'y' * 1000}" for number in range(60)]
    assert code(send(running, head("GET", "/v1/health", *long))[0]) == 431
    many = [f"x-{number}: y" for number in range(limits.MAX_HEADERS + 20)]
    assert code(send(running, head("GET", "/v1/health", *many))[0]) == 431
    assert code(send(running, f"GET /v1/health?{'x' * 100_000} HTTP/1.1\r\nhost: x\r\n\r\n")[0]) == 431
    endless, sent = send(running, "GET /v1/health HTTP/1.1\r\nx: ", b"y" * 10_000, 50_000_000)
    assert code(endless) in (0, 431) and sent < 20_000_000
    few = [f"x-{number}: {'y' * 200}" for number in range(50)]
    assert code(send(running, head("GET", "/v1/health", "connection: close", *few))[0]) == 200


def test_trailers_and_extensions_of_chunks_have_a_size(running: Running) -> None:
    begin = head("POST", "/v1/session", "transfer-encoding: chunked")
    before = memory(running)
    for endless in (b"x" * 10_000, b"".join(b"x-%d: y\r\n" % number for number in range(1000))):
        _, sent = send(running, begin + "0\r\n", endless, 100_000_000)
        assert sent < 20_000_000
    _, sent = send(running, begin + "1;", b"x" * 10_000, 100_000_000)
    assert sent < 20_000_000
    assert memory(running) - before < SLACK_BYTES


def test_half_requests_are_closed(running: Running) -> None:
    starts = [
        "GET /v1/hea",
        "GET /v1/health HTTP/1.1\r\nhost: x\r\n",
        "",
        head("POST", "/v1/session", "content-length: 100"),
        head("POST", "/v1/session", "transfer-encoding: chunked"),
    ]
    answers: dict[str, tuple[str, float]] = {}

    def ask(start: str) -> None:
        began = time.monotonic()
        answers[start] = (send(running, start, timeout=40)[0], time.monotonic() - began)

    threads = [threading.Thread(target=ask, args=(start,)) for start in starts]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    longest = max(limits.HEAD_TIMEOUT_S, limits.BODY_TIMEOUT_S) + 5
    for start, (answer, seconds) in answers.items():
        assert code(answer) == 408, (start, answer)
        assert seconds < longest, start


def test_connections_that_show_no_token_give_way(running: Running) -> None:
    with ExitStack() as stack:
        for _ in range(limits.MAX_LOCAL_CONNECTIONS + 50):
            connection = socket.create_connection(("127.0.0.1", running.port("control")), timeout=10)
            stack.enter_context(connection)
            connection.sendall(b"GET /v1/hea")
        began = time.monotonic()
        assert running.cli("status").returncode == 0
        assert time.monotonic() - began < 8


def test_asking_without_a_token_has_a_rate(running: Running) -> None:
    statuses = [
        fetch(running.port("control"), "/v1/session", {"content-type": "application/json"}, method="POST",
              body=b'{"code":"guess"}').status
        for _ in range(limits.SIGN_IN_BURST + 60)
    ]  # fmt: skip
    assert statuses[0] in (401, 429) and 429 in statuses
    # Who has a token is not concerned.
    assert running.cli("status").returncode == 0

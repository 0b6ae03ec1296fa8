"""What the control API takes without a token, and how much of a body of which route."""

import asyncio
from typing import Any

import pytest

from stagedoor.http import limits
from stagedoor.http.guard import Guard, Rates, is_open
from stagedoor.model.errors import TooMany, Unauthenticated

ROWS = limits.bounds(50_000_000, 10_000_000)


def test_only_what_is_named_is_open() -> None:
    assert is_open("GET", "/v1/health") and is_open("HEAD", "/console/x") and is_open("POST", "/v1/session")
    assert is_open("POST", "/v1/hooks/secret") and is_open("GET", "/v1/oidc/callback")
    for path in ("/v1/session", "/v1/status", "/v1/consolex", "/v1/health/../status", "/v1/hooks/secret"):
        assert not is_open("GET", path)
    for path in ("/v1/health", "/v1/hooks/a/b", "/v1/session/", "/", "/console/x"):
        assert not is_open("POST", path)


@pytest.mark.parametrize(
    ("method", "path", "size"),
    [
        ("POST", "/v1/versions", 50_000_000),
        ("POST", "/v1/session", 4000),
        ("PUT", "/v1/services/films", 12_000_000),
        ("PUT", "/v1/services/films/methods/x/off", 64_000),
        ("GET", "/v1/services/films/call/a/b", 4_000_000),
        ("PUT", "/v1/applications/a/values/x", 1_000_000),
        ("POST", "/v1/rollouts/1/pause", 64_000),
    ],
)
def test_each_route_has_a_bound(method: str, path: str, size: int) -> None:
    assert limits.find_bound(ROWS, method, path).size == size


def test_an_address_asks_so_often_and_others_are_not_concerned() -> None:
    now = 0.0
    rates = Rates(lambda: now)
    for _ in range(limits.SIGN_IN_BURST):
        rates.count("a")
    with pytest.raises(TooMany):
        rates.count("a")
    rates.count("b")
    now = 10.0
    rates.count("a")


def test_addresses_are_forgotten_so_that_their_number_is_bounded() -> None:
    rates = Rates(lambda: 0.0)
    for number in range(limits.MAX_ADDRESSES + 100):
        rates.count(str(number))
    assert len(rates._known) == limits.MAX_ADDRESSES


def ask(identify: Any, path: str, parts: list[bytes]) -> tuple[list[Any], int, list[bytes]]:
    """Sends a POST with a body in parts: the answer's messages, how many parts were read, what the app was given."""
    left = list(parts)
    sent: list[Any] = []
    given: list[bytes] = []

    async def receive() -> dict[str, Any]:
        return {"type": "http.request", "body": left.pop(0), "more_body": bool(left)} if left else {"type": "x"}

    async def send(message: Any) -> None:
        sent.append(message)

    async def app(scope: Any, receive: Any, send: Any) -> None:
        given.append((await receive())["body"])
        await send({"type": "http.response.start", "status": 200, "headers": []})
        await send({"type": "http.response.body", "body": b"", "more_body": False})

    scope = {"type": "http", "method": "POST", "path": path, "headers": [], "client": ("a", 1)}
    asyncio.run(Guard(app, identify, ROWS)(scope, receive, send))
    return sent, len(parts) - len(left), given


async def nobody(request: Any) -> Any:
    raise Unauthenticated("a token is needed")


async def somebody(request: Any) -> Any:
    return "somebody"


def test_the_application_sees_nothing_of_who_has_no_token() -> None:
    sent, _, given = ask(nobody, "/v1/teams", [b"x"] * 5)
    assert sent[0]["status"] == 401 and given == []
    assert (b"connection", b"close") in sent[0]["headers"]


def test_a_body_arrives_whole_or_not_at_all() -> None:
    sent, read, given = ask(somebody, "/v1/teams", [b"x" * 10_000] * 5)
    assert (sent[0]["status"], read, given) == (200, 5, [b"x" * 50_000])
    sent, read, given = ask(somebody, "/v1/teams", [b"x" * 10_000] * 1000)
    assert sent[0]["status"] == 413 and given == []
    assert read < 120  # The bound, and what is discarded while the answer goes out.

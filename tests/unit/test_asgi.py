"""What an ASGI application is held to."""

from typing import Any

import pytest

from stagedoor import testing


async def app(scope: dict[str, Any], receive: Any, send: Any) -> None:
    """Says one length and sends another, as the path tells: /SAID/SENT/PIECES."""
    _, said, sent, pieces = scope["path"].split("/")
    await send({"type": "http.response.start", "status": 200, "headers": [(b"content-length", said.encode())]})
    for number in range(int(pieces)):
        more = number + 1 < int(pieces)
        await send({"type": "http.response.body", "body": b"x" * int(sent), "more_body": more})


async def silent(scope: dict[str, Any], receive: Any, send: Any) -> None:
    """Returns without an answer."""


async def wrong(scope: dict[str, Any], receive: Any, send: Any) -> None:
    await send({"type": "http.response.body", "body": b""})


def get(path: str, method: str = "GET") -> testing.TestAnswer:
    return testing.request(method, path, app="tests.unit.test_asgi:app")


def test_an_answer_of_the_length_it_says_arrives() -> None:
    assert get("/4/4/1").body == b"xxxx"
    assert get("/4/2/2").body == b"xxxx"


@pytest.mark.parametrize("path", ["/4/5/1", "/4/3/1"])
def test_a_whole_answer_of_another_length_is_a_fault(path: str) -> None:
    assert get(path).status == 500


@pytest.mark.parametrize("path", ["/4/3/2", "/4/1/2"])
def test_a_streamed_answer_of_another_length_is_cut(path: str) -> None:
    assert len(get(path).body) < 6
    assert b"HTTP/1.1 200" not in get(path).body


def test_head_keeps_the_length_that_get_would_have() -> None:
    answer = get("/4/0/1", "HEAD")
    assert (answer.headers["content-length"], answer.body) == ("4", b"")


@pytest.mark.parametrize("name", ["silent", "wrong"])
def test_an_application_that_breaks_the_protocol_is_a_fault(name: str) -> None:
    assert testing.get("/", app=f"tests.unit.test_asgi:{name}").status == 500

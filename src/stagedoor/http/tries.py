"""Trying an endpoint from the documentation: the request goes through the edge, as a device's does."""

import time
from typing import Annotated, Any

import httpx2
from fastapi import APIRouter, Depends

from stagedoor.control.platform import Platform
from stagedoor.http import bodies
from stagedoor.model.access import DEVELOPER, OPERATOR, VIEWER, Identity
from stagedoor.model.errors import Forbidden, Invalid, Missing, Unavailable
from stagedoor.model.names import check_stack

_LARGEST = 256 * 1024
_OWN = ("host", "content-length", "connection", "transfer-encoding", "cookie")


def build(platform: Platform, who: Any) -> APIRouter:
    router = APIRouter()
    Who = Annotated[Identity, Depends(who)]

    @router.post("/v1/applications/{application}/tries", tags=["applications"])
    async def try_endpoint(by: Who, application: str, wish: bodies.TryWish) -> bodies.TryView:
        """Sends one request through the edge to the application, and shows the answer."""
        known = await platform.store.application(application)
        if known is None:
            raise Missing(f"there is no application {application!r}")
        if by.role == VIEWER and wish.method not in ("GET", "HEAD"):
            raise Forbidden(f"{by.name} is a viewer and may only try GET and HEAD")
        if wish.method not in ("GET", "HEAD"):
            by.require_change(known.team)
        if not _is_of(by, known.team):
            # Who a device or a member is, only the team may try out.
            wish = wish.model_copy(update={"headers": {}, "cookie": ""})
        url = f"{_edge(platform, check_stack(wish.stack))}/{application}{_line(wish.line)}{_path(wish.path)}"
        return await _send(wish, url)

    return router


def _is_of(by: Identity, team: str) -> bool:
    return by.role == OPERATOR or (by.role == DEVELOPER and by.team == team)


def _edge(platform: Platform, stack: str) -> str:
    address = platform.addresses.get(stack)
    if not address:
        raise Unavailable(f"the address of the edge for {stack} is not known")
    return address


def _line(line: str) -> str:
    digits = line.removeprefix("^")
    if line and not digits.isdigit():
        raise Invalid(f"there is no line {line!r}", hint="as in ^5")
    return f"/v{digits}" if digits else ""


def _path(path: str) -> str:
    plain = path.partition("?")[0].lower().replace("%2e", ".")
    if not path.startswith("/") or any(ord(one) <= 32 for one in path) or {"..", "."} & set(plain.split("/")):
        raise Invalid(f"{path!r} is no path", hint="it begins with /, has no spaces and leads nowhere else")
    return path


async def _send(wish: bodies.TryWish, url: str) -> bodies.TryView:
    headers = {name: value for name, value in wish.headers.items() if name.lower() not in _OWN}
    if wish.cookie:
        headers["cookie"] = wish.cookie
    began = time.perf_counter()
    try:
        # To the platform's own edge, whose certificate names devices' addresses and not this one.
        async with (
            httpx2.AsyncClient(timeout=30, verify=False) as client,
            client.stream(wish.method, url, headers=headers, content=wish.body or None) as answer,
        ):
            content = b""
            async for chunk in answer.aiter_bytes():
                content += chunk
                if len(content) > _LARGEST:
                    break
    except (httpx2.HTTPError, httpx2.InvalidURL, ValueError) as error:
        raise Unavailable(f"the edge gave no answer: {error}") from None
    seconds = time.perf_counter() - began
    return bodies.TryView(
        answer.status_code, [list(pair) for pair in answer.headers.items()],
        content[:_LARGEST].decode(errors="replace"), len(content) > _LARGEST, seconds,
    )  # fmt: skip

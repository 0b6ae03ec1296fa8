"""What all answers have in common: JSON, refusals with their hints, and the times that are asked about."""

import time
from collections.abc import Awaitable, Callable
from typing import Any

import duckdb
import msgspec
from starlette.requests import Request
from starlette.responses import Response

from stagedoor.model.errors import Failure, Invalid, Unavailable

_DAY = 86400.0
Answer = Callable[[Request], Awaitable[Any]]


def encoded(answer: Answer) -> Callable[[Request], Awaitable[Response]]:
    """An answer as JSON, or what is wrong with the question."""

    async def respond(request: Request) -> Response:
        try:
            return Response(msgspec.json.encode(await answer(request)), media_type="application/json")
        except Failure as error:
            return refusal(error)
        except (KeyError, ValueError, OverflowError) as error:
            return refusal(Invalid(f"the question is not right: {error}"))
        except OSError as error:
            return refusal(Unavailable(f"the store cannot be read: {error}"))
        except duckdb.Error as error:
            return refusal(Invalid(f"the store cannot answer that: {str(error).splitlines()[0]}"))

    return respond


def refusal(error: Failure) -> Response:
    content = {"code": error.code, "message": error.message, "hint": error.hint}
    return Response(msgspec.json.encode(content), error.status, media_type="application/json")


def window(request: Request) -> int:
    """Seconds, up to now."""
    return max(1, min(3600, int(request.query_params.get("seconds", "60"))))


def span(request: Request) -> tuple[float, float]:
    """(since, until), seconds since the epoch; the last day when nothing is said."""
    now = time.time()
    told = request.query_params
    return float(told.get("since") or now - _DAY), float(told.get("until") or now + 60)

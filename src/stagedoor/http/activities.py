"""The audit log: found by what was done, by whom and when; exported; and whether it is whole."""

import csv
import io
import json
from collections.abc import AsyncIterator
from dataclasses import asdict, fields
from typing import Annotated, Any, Literal

from fastapi import APIRouter, Depends, Query
from fastapi.responses import StreamingResponse

from stagedoor.control import audit
from stagedoor.control.platform import Platform
from stagedoor.model.access import Identity
from stagedoor.model.activity import Activity, Search, Verification

_TYPES = {"jsonl": "application/x-ndjson", "csv": "text/csv; charset=utf-8"}
_NAMES = [one.name for one in fields(Activity)]
_FORMULA = ("=", "+", "-", "@", "\t", "\r")


def wanted(
    application: str = "",
    by: str = "",
    action: str = "",
    target: str = "",
    text: str = "",
    since: float = 0.0,
    until: float = 0.0,
    below: int = 0,
) -> Search:
    """The query of a search. Times in seconds since the epoch."""
    return Search(application, by, action, target, text, since, until, below)


def build(platform: Platform, who: Any) -> APIRouter:
    """Routes that change nothing; any role may use them."""
    router = APIRouter(tags=["activity"])
    Who = Annotated[Identity, Depends(who)]
    Wanted = Annotated[Search, Depends(wanted)]

    @router.get("/v1/activities")
    async def activities(
        by_whom: Who, search: Wanted, limit: Annotated[int, Query(ge=1, le=10_000)] = 50
    ) -> list[Activity]:
        """Who changed what, the newest first. `target` and `text` are parts of words; `below` goes on after a page."""
        return await platform.store.activities(search, limit)

    @router.get("/v1/activities/export", response_class=StreamingResponse)
    async def export(by_whom: Who, search: Wanted, form: Literal["jsonl", "csv"] = "jsonl") -> StreamingResponse:
        """All that a search finds, the newest first, as JSON lines or CSV."""
        write = _csv if form == "csv" else _json_lines
        name = f'attachment; filename="activities.{form}"'
        headers = {"content-disposition": name}
        return StreamingResponse(write(audit.search(platform, search)), media_type=_TYPES[form], headers=headers)

    @router.get("/v1/activities/verification")
    async def verify(by_whom: Who, head: str = "") -> Verification:
        """Whether the chain of activities holds; `head`: a hash noted earlier, which must still be part of it."""
        return await audit.verify(platform.store, head)

    return router


async def _json_lines(found: AsyncIterator[Activity]) -> AsyncIterator[bytes]:
    async for one in found:
        yield json.dumps(asdict(one)).encode() + b"\n"


async def _csv(found: AsyncIterator[Activity]) -> AsyncIterator[bytes]:
    yield _row(_NAMES)
    async for one in found:
        yield _row([_cell(value) for value in asdict(one).values()])


def _cell(value: Any) -> Any:
    """Structures as JSON. A text that a spreadsheet would take for a formula gets an apostrophe before it."""
    if isinstance(value, str):
        return f"'{value}" if value.startswith(_FORMULA) else value
    return value if isinstance(value, int | float) else json.dumps(value)


def _row(cells: list[Any]) -> bytes:
    text = io.StringIO()
    csv.writer(text, lineterminator="\n").writerow(cells)
    return text.getvalue().encode()

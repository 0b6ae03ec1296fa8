"""What control needs of telemetry."""

from collections.abc import AsyncIterator, Sequence
from typing import Any, Protocol

from stagedoor.model.access import Identity
from stagedoor.model.minute import Minute
from stagedoor.model.recording import Recording


class Records(Protocol):
    """The records of requests and calls, and figures of them; None while telemetry is away."""

    def read(
        self, filters: dict[str, str], limit: int, *, follow: bool, by: Identity | None = None
    ) -> AsyncIterator[dict[str, Any]]:
        """With `by` it takes one of their places to ask, and with `follow` to watch; the first item is empty then."""
        ...

    async def calls(self, seconds: int) -> list[dict[str, Any]] | None:
        """Of a window: one for each service, method, caller and stack."""
        ...

    async def totals(self) -> list[dict[str, Any]] | None:
        """Since telemetry began: one for each service, method, caller and stack."""
        ...

    async def governed(self, seconds: int) -> list[dict[str, Any]] | None:
        """By method: good answers and failures of a window, and running totals."""
        ...

    async def series(self, service: str) -> list[Any] | None:
        """(second, calls, errors, refused) of the last minute."""
        ...

    async def fanout(self, seconds: int) -> list[dict[str, Any]] | None:
        """Of a window: one for each endpoint of each version."""
        ...

    async def minutes(self, since: int, until: int, application: str = "") -> list[Minute] | None:
        """Minutes that begin in [since, until), seconds since the epoch; of the present one what there is so far."""
        ...

    async def ask(self, question: str, **said: str) -> Any:
        """Anything else: history, trace/ID, arms/SPLIT, compare, chart, logs, context, usage, health, sources.

        Raises what is wrong with the question, and Unavailable while telemetry is away.
        """
        ...

    async def recordings(self, ids: Sequence[str]) -> list[Recording]:
        """At most 100, without those that are gone or damaged; of a single one that is raised."""
        ...

    def watch(self, query: str, kind: str, by: Identity) -> AsyncIterator[dict[str, Any]]:
        """What arrives from now on, message by message; the last one has `ended` when the platform ended it.

        Raises what is wrong with the query, and TooMany when `by` has no place to watch.
        """
        ...

    async def tell(self, what: str, content: bytes, kind: str = "application/json") -> Any:
        """What telemetry cannot see: known, usage; otlp/traces and otlp/logs of others. Raises as `ask`."""
        ...

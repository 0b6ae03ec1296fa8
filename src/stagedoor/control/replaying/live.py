"""Recordings with answers of now: what has no effect is asked again, of the services themselves, a little at a time.

The container of a replay still has no way out: who asks is control, and it asks only what the catalogue calls safe.
"""

import asyncio
from collections.abc import Mapping, Sequence

from stagedoor.control import asking
from stagedoor.control.platform import Platform
from stagedoor.decide.replay import live
from stagedoor.decide.replay.live import Answer
from stagedoor.model.errors import Unavailable
from stagedoor.model.manifest import build as build_manifest
from stagedoor.model.recording import Asked, Called, Outcome, Recording, read_fields
from stagedoor.model.redaction import Redaction
from stagedoor.model.service import Service
from stagedoor.model.version import Version

_AT_ONCE = 4
_MOST = 50  # Calls of one recording.


class Asker:
    """For one application in one stack. `version`: whose grants count."""

    def __init__(self, platform: Platform, version: Version, stack: str, services: Mapping[str, Service]) -> None:
        self._platform = platform
        self._caller, self._stack = f"shadow:{version.application}", stack
        manifest = build_manifest(version.manifest)
        self._declared = manifest.services
        self._redaction = Redaction()
        self._redaction.learn(manifest.telemetry.personal)
        self._services = services
        self._room = asyncio.Semaphore(_AT_ONCE)

    async def renew(self, recordings: Sequence[Recording]) -> list[Recording]:
        return list(await asyncio.gather(*(self._renew(one) for one in recordings)))

    async def _renew(self, one: Recording) -> Recording:
        numbers = [number for number in live.renewable(one)[:_MOST] if self._may(one.calls[number])]
        answers = await asyncio.gather(*(self._ask(one.calls[number]) for number in numbers))
        return live.renewed(one, dict(zip(numbers, answers, strict=True)))

    async def complete(self, one: Recording, outcome: Outcome) -> Recording | None:
        """With answers to what a run asked and the recording does not hold; None when there is nothing to add."""
        missing = [each for each in live.unanswered(one, outcome)[:_MOST] if self._may(each)]
        answers = await asyncio.gather(*(self._ask(each) for each in missing))
        return live.renewed(one, {}, list(zip(missing, answers, strict=True))) if missing else None

    def _may(self, one: Asked | Called) -> bool:
        # A number that was crossed out is a 0.
        return not self._redaction.may_hide(one.body) and live.may_ask(
            self._services.get(one.service), self._declared, one
        )

    async def _ask(self, one: Asked | Called) -> Answer:
        fields = {name: value for name, value in read_fields(one.head) if name != "accept-encoding"}
        async with self._room:
            try:
                answer = await asking.ask(
                    self._platform, self._services[one.service], self._caller, self._stack, one.verb,
                    one.target.decode("latin-1"), fields=fields, body=one.body,
                )  # fmt: skip
            except Unavailable as error:
                return Answer(0, b"", b"", str(error))
        head = "".join(f"{name}: {value}\r\n" for name, value in answer.fields)
        return Answer(answer.status, head.encode("latin-1", "replace"), answer.content)

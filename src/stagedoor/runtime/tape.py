"""The seam for recordings: who wants to know what a request saw gets it here, from server and client alike.

A tape is told of a request, of each API call with its answer, in the order they completed, and of the answer.
Without a tape (`installed` is None) the hot path pays one comparison.
"""

from typing import Protocol

from stagedoor.runtime.request import RawHeaders, Request


class Tape(Protocol):
    def request_began(self, request: Request) -> None: ...

    def call_ended(
        self,
        request: Request | None,
        service: str,
        method: str,
        target: bytes,
        status: int,
        headers: RawHeaders,
        body: bytes,
    ) -> None: ...

    def request_ended(self, request: Request, status: int, body: bytes) -> None: ...


installed: Tape | None = None

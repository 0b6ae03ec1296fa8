"""Decodes what other processes send beside the event loop: by one thread of low priority, in bounded places."""

import asyncio
import os
import threading
import time
from collections import Counter
from concurrent.futures import ThreadPoolExecutor

from stagedoor.model.errors import TooMany
from stagedoor.model.otlp import OtlpRequest
from stagedoor.model.redaction import Redaction
from stagedoor.telemetry import otlp
from stagedoor.telemetry.otlp import Told

MAX_WAITING, MAX_WAITING_PER_TOKEN = 16, 4
_NICE = 15


def _lower_priority() -> None:
    os.setpriority(os.PRIO_PROCESS, threading.get_native_id(), _NICE)


class OtlpIntake:
    """Bodies wait for the thread, so many of each token and so many of all: a body is up to 4 MB."""

    def __init__(self, redaction: Redaction) -> None:
        self._redaction = redaction
        self._waiting: Counter[str] = Counter()
        self._thread = ThreadPoolExecutor(1, "otlp", initializer=_lower_priority)

    async def read(self, what: str, request: OtlpRequest) -> Told:
        """Raises Invalid, TooLarge, Forbidden; TooMany with the bound that is reached."""
        owner = request.owner
        if self._waiting[owner] >= MAX_WAITING_PER_TOKEN:
            raise TooMany(
                f"{owner} has {MAX_WAITING_PER_TOKEN} bodies waiting already, which is the bound",
                hint="send less often",
            )
        if self._waiting.total() >= MAX_WAITING:
            raise TooMany(f"{MAX_WAITING} bodies wait already, which is the bound", hint="try again in some seconds")
        self._waiting[owner] += 1
        try:
            loop = asyncio.get_running_loop()
            return await loop.run_in_executor(self._thread, otlp.read, what, request, time.time(), self._redaction)
        finally:
            self._waiting[owner] -= 1
            if not self._waiting[owner]:
                del self._waiting[owner]

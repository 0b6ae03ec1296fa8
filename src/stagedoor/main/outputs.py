"""The output of instances as node and the program `logs` ask for it: of the supervisor, which holds the pipes."""

import asyncio
import json
import logging
import os
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

from stagedoor.main.inherited import ask, ask_descriptor
from stagedoor.oci.output import pipes

log = logging.getLogger("stagedoor.outputs")

_ATTEMPTS = 50
_RETRY_S = 0.1
_DRAIN_TIMEOUT_S = 2.0


class Holder:
    """Implements `HeldPipes` for the program `logs`."""

    def __init__(self, supervisor: Path) -> None:
        self._supervisor = supervisor

    def list_outputs(self) -> dict[str, dict[str, Any]]:
        held: dict[str, dict[str, Any]] = self._ask({"do": "list"})
        return held

    def take_output(self, instance: str) -> int:
        question = {"outputs": {"do": "take", "instance": instance}}
        return ask_descriptor(self._supervisor, question, f"output of {instance}")

    def make_output(self, instance: str) -> int:
        question = {"outputs": {"do": "make", "instance": instance}}
        return ask_descriptor(self._supervisor, question, f"output for {instance}")

    def forget_output(self, instance: str) -> None:
        self._ask({"do": "forget", "instance": instance})

    def describe_output(self, instance: str, about: dict[str, Any]) -> None:
        self._ask({"do": "describe", "instance": instance, "about": about})

    def keep_outputs(self, instances: Sequence[str]) -> None:
        self._ask({"do": "keep", "instances": list(instances)})

    def _ask(self, question: dict[str, Any]) -> Any:
        return ask(self._supervisor, {"outputs": question})


class SupervisedOutputs:
    """Implements the port `Outputs` for node."""

    def __init__(self, supervisor: Path, logs: Path) -> None:
        self._holder = Holder(supervisor)
        self._logs = logs

    async def make(self, instance: str) -> int:
        return await asyncio.to_thread(self._make, instance)

    def _make(self, instance: str) -> int:
        pipe = self._holder.make_output(instance)
        try:
            return pipes.open_writer(pipe)
        finally:
            os.close(pipe)

    async def assign(self, instance: str, application: str, rate: int, born: float) -> None:
        await self._describe(instance, {"application": application, "rate": rate, "born": born})
        await self._ask_logs({"look": True})

    async def drain(self, instance: str) -> None:
        await self._ask_logs({"drain": instance, "ended": False})

    async def finish(self, instance: str, application: str, rate: int, born: float) -> None:
        await self._describe(instance, {"application": application, "rate": rate, "born": born, "ended": True})
        await self._ask_logs({"drain": instance, "ended": True})

    async def discard(self, instance: str) -> None:
        await self._insist(lambda: self._holder.forget_output(instance))

    async def keep(self, instances: Sequence[str]) -> None:
        await self._insist(lambda: self._holder.keep_outputs(instances))

    async def _describe(self, instance: str, about: dict[str, Any]) -> None:
        await self._insist(lambda: self._holder.describe_output(instance, about))

    async def _insist(self, tell: Callable[[], None]) -> None:
        """The supervisor may be away for a moment, in an upgrade."""
        for _ in range(_ATTEMPTS):
            try:
                return await asyncio.to_thread(tell)
            except OSError as error:
                log.warning("the supervisor does not answer: %s", error)
                await asyncio.sleep(_RETRY_S)
        return None

    async def _ask_logs(self, question: dict[str, Any]) -> None:
        """A program `logs` that is away reads all of it later: what was written waits in the pipe."""
        try:
            async with asyncio.timeout(_DRAIN_TIMEOUT_S):
                reader, writer = await asyncio.open_unix_connection(str(self._logs))
                try:
                    writer.write(json.dumps(question).encode())
                    await reader.read(100)
                finally:
                    writer.close()
        except (OSError, TimeoutError) as error:
            log.warning("the program logs does not answer: %r", error)

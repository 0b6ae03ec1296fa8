"""What programs ask the supervisor, one question a connection: what it holds, an upgrade, or how the programs are.

`inherited` and `outputs` are the side that asks.
"""

import asyncio
import json
import os
import socket
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from stagedoor.main import renewal
from stagedoor.main.held_outputs import HeldOutputs
from stagedoor.main.sockets import HeldSockets
from stagedoor.model.errors import Invalid


@dataclass(frozen=True, slots=True)
class Questions:
    """`describe` tells how the programs are, `is_stopping` whether nothing begins any more, `upgrade` never returns."""

    data: Path
    sockets: HeldSockets
    outputs: HeldOutputs
    describe: Callable[[], list[dict[str, object]]]
    is_stopping: Callable[[], bool]
    upgrade: Callable[[], None]
    log: Callable[[str], None]

    async def answer(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        question = json.loads(await reader.readline() or b"{}")
        if "take" in question:
            if question["take"] in self.sockets:
                _pass_descriptor(writer, self.sockets.number(question["take"]))
        elif "listener" in question:
            self._answer_listener(question, writer)
        elif "outputs" in question:
            self._answer_outputs(question["outputs"], writer)
        elif "upgrade" in question:
            await self._answer_upgrade(writer)
        else:
            writer.write(json.dumps(self.describe()).encode())
        writer.close()

    def _answer_listener(self, question: Mapping[str, Any], writer: asyncio.StreamWriter) -> None:
        number, deployment = question["listener"], question["deployment"]
        try:
            listener = self.sockets.receive_listener(number, deployment, renew=question["renew"])
        except (KeyError, OSError) as error:
            self.log(f"listener {number} is not given out: {error!r}")
        else:
            _pass_descriptor(writer, listener)

    def _answer_outputs(self, question: Mapping[str, Any], writer: asyncio.StreamWriter) -> None:
        try:
            content, descriptor = self.outputs.answer(question)
        except (KeyError, OSError) as error:
            self.log(f"a question about the output of an instance is not answered: {error!r}")
            return
        if descriptor is None:
            writer.write(content)
        else:
            _pass_descriptor(writer, descriptor)

    async def _answer_upgrade(self, writer: asyncio.StreamWriter) -> None:
        try:
            await asyncio.to_thread(renewal.check, self.data)
        except Invalid as error:
            writer.write(json.dumps({"error": error.describe()}).encode())
            return
        if self.is_stopping():
            return
        writer.write(b"{}")
        await writer.drain()
        writer.close()
        self.upgrade()


def _pass_descriptor(writer: asyncio.StreamWriter, number: int) -> None:
    raw = writer.get_extra_info("socket")
    # The transport's own socket does not pass descriptors; a copy of it does.
    with socket.socket(fileno=os.dup(raw.fileno())) as copy:
        copy.setblocking(True)
        socket.send_fds(copy, [b"ok"], [number])

"""Sockets that the supervisor passed on: by descriptor at the start, by its own socket later."""

import asyncio
import json
import os
import socket
from pathlib import Path
from typing import Any

from stagedoor.main import networks

_ANSWER_TIMEOUT_S = 2.0


def listening(name: str) -> socket.socket:
    """The listening socket `name` that came as a descriptor named in the environment."""
    return socket.socket(fileno=int(os.environ[f"STAGEDOOR_{name}"]))


class SupervisedSockets:
    """Doors and slots as node needs them; implements the port `Sockets`."""

    def __init__(self, run: Path, supervisor: Path) -> None:
        self._run = run
        self._supervisor = supervisor
        self._networks: dict[int, int] = {}

    async def listener(self, number: int, deployment: str, *, renew: bool = False) -> int:
        question = {"listener": number, "deployment": deployment, "renew": renew}
        return await asyncio.to_thread(ask_descriptor, self._supervisor, question, f"listener {number}")

    def door_path(self, number: int) -> Path:
        return self._run / "doors" / f"{number}.sock"

    def slot_path(self, number: int) -> Path:
        return self._run / "slots" / f"{number}.sock"

    async def network(self, number: int) -> str:
        """A path that is the slot's network namespace as long as this process lives."""
        if number not in self._networks:
            self._networks[number] = await asyncio.to_thread(take, self._supervisor, f"NAMESPACE_{number}")
        return f"/proc/{os.getpid()}/fd/{self._networks[number]}"

    async def count_connections(self, number: int) -> int:
        """Counts what is still connected to a slot's listeners, as the kernel has it."""
        await self.network(number)
        return await asyncio.to_thread(networks.count_connections, self._networks[number], self.slot_path(number))


def take(supervisor: Path, name: str) -> int:
    """A descriptor of the listening socket `name`. Raises OSError when the supervisor is away or knows none."""
    return ask_descriptor(supervisor, {"take": name}, f"socket {name}")


def ask_descriptor(supervisor: Path, question: dict[str, Any], what: str) -> int:
    """The descriptor that the supervisor passes along. Raises OSError when it is away or has none."""
    with socket.socket(socket.AF_UNIX) as connection:
        connection.settimeout(5)
        connection.connect(str(supervisor))
        connection.sendall(json.dumps(question).encode() + b"\n")
        _, descriptors, _, _ = socket.recv_fds(connection, 100, 1)
    if not descriptors:
        raise OSError(f"the supervisor gave no {what}; its log says why")
    return descriptors[0]


def ask(supervisor: Path, question: dict[str, Any]) -> Any:
    """What the supervisor answers. Raises OSError when it is away."""
    with socket.socket(socket.AF_UNIX) as connection:
        connection.settimeout(_ANSWER_TIMEOUT_S)
        connection.connect(str(supervisor))
        connection.sendall(json.dumps(question).encode() + b"\n")
        content = b""
        while chunk := connection.recv(65536):
            content += chunk
    if not content:
        raise OSError("the supervisor did not answer; its log says why")
    return json.loads(content)


def ask_status(supervisor: Path) -> list[dict[str, Any]]:
    """The programs as the supervisor sees them."""
    programs: list[dict[str, Any]] = ask(supervisor, {"status": 1})
    return programs

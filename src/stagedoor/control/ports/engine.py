"""What control needs of the containers."""

from collections.abc import AsyncIterator
from typing import Any, Protocol

from stagedoor.model.deployment import Ground, Sandbox, Spec
from stagedoor.model.instance import Attendance, Capacity, End, Usage
from stagedoor.model.profile import Memory, Profile, Waiting
from stagedoor.model.recording import Outcome
from stagedoor.model.replay import Replay


class Engine(Protocol):
    """The containers. Every call may be repeated. Raises Unavailable when it is away."""

    async def deploy(self, spec: Spec) -> None: ...

    async def change(self, spec: Spec) -> None:
        """Other doors, another number of instances, another preload of what runs."""
        ...

    async def expect(self, ground: Ground) -> None:
        """Containers of this ground wait ahead from now on."""
        ...

    async def tell_catalogue(self, hosts: str, descriptions: str) -> None:
        """What instances read: names that lead to the egress, and what services offer (JSON)."""
        ...

    async def attendance(self, after: int) -> tuple[list[Attendance], list[End]]:
        """Who stands where; and the ends of instances with a number above `after`."""
        ...

    async def usage(self) -> list[Usage]: ...

    async def capacity(self) -> tuple[Capacity, dict[str, int]]:
        """The machine's memory for instances, and how many containers wait ahead."""
        ...

    async def settled(self, deployment: str) -> dict[str, Any]: ...

    async def end(self, deployment: str) -> None: ...

    async def open_shell(self, instance: str, rows: int, columns: int, terminal: str) -> str:
        """The name of a shell beside the script. Raises Missing."""
        ...

    async def profile(self, instance: str, seconds: int) -> Profile:
        """Samples so long. Ends when the caller gives up. Raises Missing; Conflict when it is profiled already."""
        ...

    async def memory(self, instance: str, apart: int) -> Memory:
        """One look, or two so many seconds apart. Raises Missing."""
        ...

    async def waiting(self, instance: str) -> Waiting:
        """Requests in flight. Raises Missing."""
        ...

    async def write_shell(self, shell: str, content: bytes) -> None: ...

    def read_shell(self, shell: str) -> AsyncIterator[bytes]: ...

    async def check(
        self,
        sandbox: Sandbox,
        paths: list[str],
        tests: str,
        config: dict[str, Any],
        timeout: float,
        command: tuple[str, ...] = (),
    ) -> dict[str, Any]:
        """Runs tests, or a command in their place, in a sandbox: {passed, summary, output, seconds}."""
        ...

    def replay(self, wanted: Replay) -> AsyncIterator[Outcome]:
        """What each recording came to, in their order. Raises Unavailable."""
        ...

    async def instances(self, *, measure: bool = False) -> list[dict[str, Any]]: ...

    async def deployments(self) -> list[str]: ...

    def logs(self, application: str, instance: str, lines: int, *, follow: bool) -> AsyncIterator[dict[str, Any]]: ...

"""Operations: what takes a while runs as a task of its own, writes down each step, and can be watched or resumed."""

import asyncio
import logging
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from contextlib import asynccontextmanager, contextmanager
from dataclasses import replace
from typing import Any

from stagedoor.control.ports.store import Store
from stagedoor.model.errors import Conflict, Failure, Missing
from stagedoor.model.operation import DONE, FAILED, PUBLISHING, RUNNING, Operation, Step

log = logging.getLogger("stagedoor.operations")


class Progress:
    """Writes the steps of one operation."""

    def __init__(self, store: Store, operation: Operation, running: "Operations", clock: Callable[[], float]) -> None:
        self._store = store
        self._running = running
        self._clock = clock
        self._seq = 0
        self._on = operation  # As which it holds the line that it works on.
        self.operation = operation

    def free_line(self) -> None:
        """From here on another operation may begin on the line that this one works on."""
        self._running.free(self._on)

    def take_line(self) -> None:
        """After `free_line`: it is this operation's again. Raises Conflict when somebody else has it."""
        self._running.take(self.operation)

    @asynccontextmanager
    async def also_on(self, line: str) -> AsyncIterator[None]:
        """Works on a line, beside the one it has. Raises Conflict when somebody else does."""
        if line == self.operation.line:
            yield
            return
        self._on = replace(self.operation, line=line)
        self._running.take(self._on)
        try:
            yield
        finally:
            self._running.free(self._on)
            self._on = self.operation

    @asynccontextmanager
    async def step(self, name: str) -> AsyncIterator["StepNote"]:
        """A step with its time; a Failure inside it is marked with the step's name."""
        note = StepNote()
        await self.say(name, RUNNING)
        began = time.perf_counter()
        try:
            yield note
        except Failure as error:
            error.details.setdefault("step", name)
            await self.say(name, FAILED, error.message, time.perf_counter() - began)
            raise
        await self.say(name, DONE, note.text, time.perf_counter() - began, note.data)

    async def say(
        self, name: str, state: str, text: str = "", seconds: float = 0.0, data: dict[str, Any] | None = None
    ) -> None:
        self._seq += 1
        step = Step(self._seq, self._clock(), name, state, text, seconds, data or {})
        await self._store.add_step(self.operation.id, step)
        self._running.announce()


class StepNote:
    """What a step says when it is done."""

    def __init__(self) -> None:
        self.text = ""
        self.data: dict[str, Any] = {}


Work = Callable[[Progress], Awaitable[dict[str, Any]]]


class Operations:
    """Those that run now. Two on one line cannot: the second is told who and what is in the way."""

    def __init__(self, store: Store, clock: Callable[[], float]) -> None:
        self._store = store
        self._clock = clock
        self._running: dict[str, Operation] = {}
        self._tasks: set[asyncio.Task[None]] = set()
        self._news = asyncio.Event()
        self._paused = ""

    @contextmanager
    def alone(self, what: str) -> Iterator[None]:
        """For the length of the block no operation runs or begins. Raises Conflict when one runs."""
        if self._running or self._paused:
            raise Conflict("an operation is under way", hint="try again when it has ended")
        self._paused = what
        try:
            yield
        finally:
            self._paused = ""

    async def begin(
        self, kind: str, application: str, line: str, by: str, goal: dict[str, Any], work: Work
    ) -> Operation:
        """Starts `work`. Raises Conflict when something runs on `line`, or publishes the application, already."""
        return await self.start(self.reserve(kind, application, line, by), goal, work)

    def reserve(self, kind: str, application: str, line: str, by: str) -> Operation:
        """Takes the line for an operation that is about to start. Raises Conflict."""
        if self._paused:
            raise Conflict(f"{self._paused} is under way for a moment", hint="try again")
        for holder in self._running.values():
            both_publish = kind in PUBLISHING and holder.publishes and holder.application == application
            if holder.line == line or both_publish:
                raise self._in_the_way(holder)
        reserved = Operation(0, kind, application, line, RUNNING, by, self._clock(), {})
        self._running[line] = reserved
        return reserved

    async def start(self, reserved: Operation, goal: dict[str, Any], work: Work) -> Operation:
        """Starts `work` on the line that was reserved; the line is free again when that fails."""
        try:
            operation = await self._store.begin_operation(replace(reserved, goal=goal))
        except BaseException:
            self.free(reserved)
            raise
        self.resume(operation, work)
        return operation

    def _in_the_way(self, holder: Operation) -> Conflict:
        since = self._clock() - holder.began_at
        return Conflict(
            f"a {holder.kind} of {holder.line} by {holder.by} is running since {since:.1f} s",
            hint="wait for it to end, then try again",
            holder=holder.by,
            operation=holder.id,
        )

    def resume(self, operation: Operation, work: Work) -> None:
        """Runs `work` for an operation that is in the database already."""
        self._running[operation.line] = operation
        task = asyncio.get_running_loop().create_task(self._run(operation, work))
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def _run(self, operation: Operation, work: Work) -> None:
        progress = Progress(self._store, operation, self, self._clock)
        error: dict[str, Any] | None = None
        progress._seq = len(await self._store.steps(operation.id, 0))
        try:
            result = await work(progress)
            await progress.say("done", DONE, data=result)
        except Failure as failure:
            error = failure.describe()
        except asyncio.CancelledError:
            # Control is stopping: the operation stays in the database as running, and the next start resumes it.
            raise
        except Exception:
            log.exception("operation %s failed", operation.id)
            error = {"code": "internal", "message": "a fault of the platform; its log has the traceback"}
        finally:
            self.free(operation)
        await self._store.end_operation(operation.id, FAILED if error else DONE, self._clock(), error)
        self.announce()

    def take(self, operation: Operation) -> None:
        """The line for one that runs already. Raises Conflict."""
        holder = self._running.get(operation.line)
        if holder is not None and holder.id != operation.id:
            raise self._in_the_way(holder)
        self._running[operation.line] = operation

    def free(self, operation: Operation) -> None:
        """Nothing of `operation` is in the way of another one any more."""
        if self._running.get(operation.line) is operation:
            del self._running[operation.line]

    def announce(self) -> None:
        """Wakes everybody who watches; who looks after this waits for the next event."""
        self._news.set()
        self._news = asyncio.Event()

    async def watch(self, number: int, after: int) -> AsyncIterator[Step | Operation]:
        """Its steps from `after` on as they come, then the ended operation itself. Raises Missing."""
        while True:
            news = self._news  # Taken before looking, so that what happens meanwhile is not missed.
            operation = await self._store.operation(number)
            if operation is None:
                raise Missing(f"there is no operation {number}")
            for step in await self._store.steps(number, after):
                after = step.seq
                yield step
            if operation.state != RUNNING:
                yield operation
                return
            await news.wait()

    async def stop(self) -> None:
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)

    def running(self) -> list[Operation]:
        """Those of this moment; one that has only reserved its line has no goal yet."""
        return list(self._running.values())

    def lines(self) -> set[str]:
        return set(self._running)

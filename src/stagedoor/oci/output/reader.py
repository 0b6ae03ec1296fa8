"""Reads the output of one instance into its log, in a thread of its own.

Whatever a script does to its pipe, and however much it writes, this thread alone waits or works for it. Bytes leave the
pipe only once their lines are in the file: a reader that is killed has lost nothing, and repeats at most the lines of
one moment.
"""

import logging
import os
import select
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from stagedoor import logfiles
from stagedoor.decide import output as decide
from stagedoor.decide.suspicion import Treatment
from stagedoor.oci.output import lines, pipes
from stagedoor.oci.output.guard import Guard
from stagedoor.oci.output.writer import LogFile, LogLimits

log = logging.getLogger("stagedoor.logs")

_PARTIAL_POLL_S = 0.05
_PARTIAL_AGE_S = 1.0  # A line without an end is shown after that.
_SHORT_DISK_POLL_S = 0.5
_RETRY_S = 1.0
_LINE_FEED = 10
_NOTE_INTERVAL_S = 60.0


@dataclass(frozen=True, slots=True)
class About:
    """Facts about an instance that the platform knows. `rate` in bytes a second; `born` is when it became one."""

    application: str
    rate: int = 0
    born: float = 0.0
    ended: bool = False


@dataclass(slots=True)
class LogSpace:
    """Shared by all readers: whether the disk has room for logs."""

    writes_logs: bool = True


@dataclass(slots=True)
class _Noted:
    """When the platform said something of this instance's output last, by event."""

    at: dict[str, float] = field(default_factory=dict)

    def is_due(self, event: str) -> bool:
        now = time.monotonic()
        due = now - self.at.get(event, -_NOTE_INTERVAL_S) >= _NOTE_INTERVAL_S
        if due:
            self.at[event] = now
        return due


class InstanceReader(threading.Thread):
    """Takes over `pipe`. Calls `done` with the instance once it has ended and all of its output is in its log."""

    def __init__(
        self,
        instance: str,
        about: About,
        pipe: int,
        limits: LogLimits,
        disk: LogSpace,
        guard: Guard,
        done: Callable[[str], Any],
    ) -> None:
        super().__init__(name=instance, daemon=True)
        self.instance = instance
        self.about = about
        self._pipe = pipe
        self._limits = limits
        self._disk = disk
        self._guard = guard
        self._done = done
        self._file = LogFile(limits, about.application, instance)
        self._budget = decide.begin(time.monotonic(), about.rate)
        self._turn = os.eventfd(0, os.EFD_CLOEXEC | os.EFD_NONBLOCK)
        self._lock = threading.Lock()
        self._drains: list[threading.Event] = []
        self._ended = about.ended
        self._partial = 0
        self._partial_since = 0.0
        self._lost = 0
        self._unread = 0
        self._noted = _Noted()

    def drain(self, *, ended: bool) -> threading.Event:
        """Asks for all that is in the pipe now; `ended`: nothing follows it. The event is set when it is in the log."""
        event = threading.Event()
        with self._lock:
            self._ended = self._ended or ended
            self._drains.append(event)
            if self._turn >= 0:
                os.eventfd_write(self._turn, 1)
            else:
                event.set()
        return event

    def run(self) -> None:
        peek = pipes.Peek(os.dup(self._pipe))
        try:
            while not self._round(peek):
                pass
            if self._lost:
                self._note_lost()
            if self._unread:
                self._note_unread()
        finally:
            peek.close()
            self._close()
        self._done(self.instance)

    def _close(self) -> None:
        with self._lock:
            os.close(self._turn)
            self._turn = -1
            for event in self._drains:
                event.set()
        os.close(self._pipe)
        self._file.close()

    def _round(self, peek: pipes.Peek) -> bool:
        """Reads what there is, and waits for more. Returns whether this was all."""
        with self._lock:
            drains, self._drains, ended = self._drains, [], self._ended
        try:
            while self._read(peek, is_drain=bool(drains), ended=ended):
                pass
        except OSError as error:
            # A script can put what cannot be read into its pipe: then nothing of it is read any more.
            log.warning("the output of %s cannot be read: %s", self.instance, error)
            time.sleep(0.0 if ended else _RETRY_S)
        for event in drains:
            event.set()
        if not ended:
            self._wait()
        return ended

    def _read(self, peek: pipes.Peek, *, is_drain: bool, ended: bool) -> bool:
        """Moves some lines from the pipe to the log. Returns whether there may be more."""
        self._budget = decide.earn(self._budget, time.monotonic(), self.about.rate)
        if not (is_drain or ended) and (self._budget.left < 0 or not self._disk.writes_logs):
            return False
        content = peek.look()
        size = content.rfind(b"\n") + 1
        if not size and content:
            size = len(content) if ended or len(content) >= pipes.PEEK_BYTES or self._is_stale(len(content)) else 0
        if not size:
            self._partial = len(content)
            return False
        self._partial = 0
        count = content.count(b"\n", 0, size) + (content[size - 1] != _LINE_FEED)
        self._move(content[:size])
        peek.take(size)
        self._guard.acquit(self.instance)
        self._budget = decide.spend(self._budget, size, count)
        if self._budget.left < 0:
            self._note_throttled()
        return True

    def _is_stale(self, size: int) -> bool:
        """Whether a line without an end has not grown for a while."""
        now = time.monotonic()
        if size != self._partial:
            self._partial, self._partial_since = size, now
        return now - self._partial_since >= _PARTIAL_AGE_S

    def _wait(self) -> None:
        poll = select.poll()
        poll.register(self._turn, select.POLLIN)
        timeout: float | None = None
        if not self._disk.writes_logs:
            timeout = _SHORT_DISK_POLL_S
        elif self._budget.left < 0:
            timeout = decide.pause(self._budget, self.about.rate)
        elif self._partial:
            timeout = _PARTIAL_POLL_S
        else:
            poll.register(self._pipe, select.POLLIN)
        poll.poll(None if timeout is None else timeout * 1000 + 1)
        try:
            os.eventfd_read(self._turn)
        except BlockingIOError:
            pass

    # The file

    def _move(self, piece: bytes) -> None:
        """Stores a piece. What cannot be read, for whatever reason, is set aside and counted."""
        treatment = self._guard.treat(self.instance, self.about.application)
        if treatment.drops_all:
            self._drop(piece)
            return
        try:
            with self._guard.read(self.instance, self.about.application):
                stored, dropped = self._parse(piece, treatment)
        except Exception:
            log.exception("a piece of the output of %s cannot be read", self.instance)
            self._drop(piece)
            return
        for line in dropped:
            self._drop(line)
        self._store(stored)

    def _parse(self, piece: bytes, treatment: Treatment) -> tuple[list[lines.Stored], list[bytes]]:
        """Returns the lines as they are stored, and those that are taken out."""
        now = time.time()
        stored, dropped = [], []
        for index, text in enumerate(piece.split(b"\n")):
            if index in treatment.without:
                dropped.append(text)
            elif text.strip():
                if treatment.line_by_line:
                    self._guard.mark_line(index, self.instance, self.about.application)
                stored.append(self._read_line(text, now))
        return stored, dropped

    def _drop(self, content: bytes) -> None:
        """Takes out what ends or fails its reader: that costs its own script alone."""
        self._guard.set_aside(self.instance, content)
        self._unread += max(1, content.count(b"\n"))
        if self._noted.is_due("unread"):
            self._note_unread()

    def _note_unread(self) -> None:
        self._note("dropped", f"{self._unread} lines were dropped: reading them failed", lines=self._unread)
        self._unread = 0

    def _store(self, stored: list[lines.Stored]) -> None:
        if any(line.forged for line in stored) and self._noted.is_due("forged"):
            self._note("forged", "a line that the script wrote as if the platform had is shown as the script's")
        if not self._disk.writes_logs:
            self._lost += len(stored)
            return
        try:
            whole = self._file.append(b"".join(line.content for line in stored)) if stored else True
        except OSError as error:
            log.warning("the log of %s cannot be written: %s", self.instance, error)
            self._lost += len(stored)
            return
        if not whole and self._noted.is_due("dropped"):
            self._note("dropped", f"older lines were dropped: keep.logs is {self._limits.size} bytes")
        if self._lost:
            self._note_lost()

    def _read_line(self, text: bytes, now: float) -> lines.Stored:
        try:
            return lines.store(text, now, self.about.born)
        except Exception:
            # It would come again and again: nothing that a script writes may end its reader.
            log.exception("a line of %s cannot be read", self.instance)
            return lines.store(b"a line that cannot be read", now, self.about.born)

    def _note_lost(self) -> None:
        self._note("dropped", f"{self._lost} lines were dropped: the disk was full", lines=self._lost)
        self._lost = 0

    def _note_throttled(self) -> None:
        full = pipes.waiting(self._pipe) > pipes.PIPE_BYTES // 2
        if full and self._noted.is_due("throttled"):
            rate = self.about.rate or decide.UNLIMITED_RATE
            text = f"it writes more than is read: above {rate} bytes a second (limits.log) what it writes is dropped"
            self._note("throttled", text)

    def _note(self, event: str, message: str, **fields: object) -> None:
        logfiles.note(self._limits.folder, self.about.application, self.instance, message, event=event, **fields)

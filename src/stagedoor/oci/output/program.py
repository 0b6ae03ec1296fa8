"""The program `logs`: reads the output of every instance of this machine, and keeps the logs within their bounds."""

import faulthandler
import json
import logging
import os
import socket
import threading
import time
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import Any, Protocol

from stagedoor.decide import disk as decide
from stagedoor.oci.output.guard import MAX_PIECE_S, Guard
from stagedoor.oci.output.reader import About, InstanceReader, LogSpace
from stagedoor.oci.output.writer import LogLimits, trim

log = logging.getLogger("stagedoor.logs")

_TICK_S = 1.0
_TRIM_INTERVAL_S = 2.0
_DRAIN_TIMEOUT_S = 4.0
_MAX_QUESTION = 1000
_MAX_QUESTIONS = 64  # Answered at one time.


class HeldPipes(Protocol):
    """The pipes as their holder has them."""

    def list_outputs(self) -> dict[str, dict[str, Any]]:
        """What is known of each instance whose pipe is held. Raises OSError."""
        ...

    def take_output(self, instance: str) -> int:
        """A descriptor of the pipe, both ends of it. Raises OSError."""
        ...

    def forget_output(self, instance: str) -> None:
        """Nobody needs the pipe any more. Raises OSError."""
        ...


class LogProgram:
    """`lives` tells whether an instance may still write."""

    def __init__(self, limits: LogLimits, holder: HeldPipes, guard: Guard, lives: Callable[[str], bool]) -> None:
        self._limits = limits
        self._holder = holder
        self._guard = guard
        self._lives = lives
        self._disk = LogSpace()
        self._readers: dict[str, InstanceReader] = {}
        self._lock = threading.Lock()
        self._slots = threading.Semaphore(_MAX_QUESTIONS)

    def run(self, listener: socket.socket) -> None:
        """Answers questions, and looks after everything once a second, for ever."""
        threading.Thread(target=self._watch, daemon=True).start()
        threading.Thread(target=self._keep_steady, daemon=True).start()
        listener.setblocking(True)
        while True:
            connection, _ = listener.accept()
            self._slots.acquire()
            threading.Thread(target=self._answer, args=(connection,), daemon=True).start()

    def _watch(self) -> None:
        """Ends the program when a piece is read for too long, even one that lets no thread run: the next leaves it."""
        while True:
            if not self._guard.hangs():
                faulthandler.dump_traceback_later(MAX_PIECE_S, exit=True)
            time.sleep(_TICK_S)

    def _keep_steady(self) -> None:
        trimmed = 0.0
        while True:
            try:
                self._look_at_disk()
                self.look()
                if time.monotonic() - trimmed > _TRIM_INTERVAL_S:
                    trimmed = time.monotonic()
                    trim(self._limits, lambda instance: instance in self._readers or self._lives(instance))
            except Exception:
                log.exception("a round failed; the next one follows")
            time.sleep(_TICK_S)

    def _look_at_disk(self) -> None:
        room = os.statvfs(self._limits.folder)
        total, free = room.f_blocks * room.f_frsize, room.f_bavail * room.f_frsize
        verdict = decide.judge_logs(total, free, writes_logs=self._disk.writes_logs)
        if verdict.writes_logs != self._disk.writes_logs:
            log.warning("logs are %s", "written again" if verdict.writes_logs else f"not written: {verdict.reason}")
        self._disk.writes_logs = verdict.writes_logs

    def look(self) -> None:
        """Reads every instance that is known to the holder; one that has ended is read to its end."""
        try:
            held = self._holder.list_outputs()
        except OSError as error:
            log.warning("the supervisor does not answer: %s", error)
            return
        for instance, fields in held.items():
            if not fields:
                continue  # A container of the pool: nobody's yet.
            try:
                self._look_at(instance, About(**fields))
            except (OSError, ValueError) as error:
                log.warning("the output of %s is not read: %s", instance, error)

    def _look_at(self, instance: str, about: About) -> None:
        with self._lock:
            reader = self._readers.get(instance)
            if reader is None or not reader.is_alive():
                pipe = self._holder.take_output(instance)
                reader = InstanceReader(instance, about, pipe, self._limits, self._disk, self._guard, self._forget)
                self._readers[instance] = reader
                reader.start()
        if about.ended and not reader.about.ended:
            reader.drain(ended=True)

    def _forget(self, instance: str) -> None:
        """Its reader has read all: called in the reader's thread."""
        with suppress(OSError):
            self._holder.forget_output(instance)
        with self._lock:
            self._readers.pop(instance, None)

    def _answer(self, connection: socket.socket) -> None:
        """One question: {"look": true}, or {"drain": instance, "ended": bool}; answered once that is done."""
        try:
            with connection:
                connection.settimeout(_DRAIN_TIMEOUT_S)
                question = json.loads(connection.recv(_MAX_QUESTION))
                self.look()
                reader = self._readers.get(question.get("drain", ""))
                if reader is not None:
                    reader.drain(ended=question["ended"]).wait(_DRAIN_TIMEOUT_S)
                connection.sendall(b"ok\n")
        except (OSError, ValueError, KeyError) as error:
            log.warning("a question was not answered: %r", error)
        finally:
            self._slots.release()


def lives_in(journal: Path) -> Callable[[str], bool]:
    """Returns what tells whether node's journal has an instance."""
    return lambda instance: (journal / f"{instance}.json").exists()


def make_folder(folder: Path) -> None:
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)

"""A steady load on loopback, bounded, that remembers every answer: what "no request failed" is checked against."""

import time
from dataclasses import dataclass, field

from tests.harness.running import Got, fetch
from tests.harness.workers import Workers


@dataclass
class Answer:
    at: float
    status: int
    word: str
    seconds: float


@dataclass
class Load(Workers):
    """`rate` requests a second from a few threads, at most `most` seconds long."""

    port: int
    path: str
    rate: int = 100
    threads: int = 4
    most: float = 60.0
    answers: list[Answer] = field(default_factory=list)
    failures: list[str] = field(default_factory=list)

    def _work(self, number: int) -> None:
        pause = self.threads / self.rate
        end = time.monotonic() + self.most
        while not self._stop.is_set() and time.monotonic() < end:
            began = time.monotonic()
            try:
                self._note(began, fetch(self.port, self.path, timeout=20))
            except OSError as error:
                self.failures.append(f"{error!r}")
            self._stop.wait(max(0.0, began + pause - time.monotonic()))

    def _note(self, began: float, got: Got) -> None:
        if got.status != 200:
            self.failures.append(f"{got.status} {got.body[:200]!r}")
            return
        self.answers.append(Answer(time.monotonic(), got.status, got.json().get("word", ""), time.monotonic() - began))

    def words(self) -> list[str]:
        """The words answered, each once, in the order of their first answer."""
        return list(dict.fromkeys(answer.word for answer in self.answers))

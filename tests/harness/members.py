"""A steady load of many members on loopback, bounded; it remembers who was answered by what, and when."""

import random
import time
from dataclasses import dataclass, field

from tests.harness.running import fetch
from tests.harness.workers import Workers


@dataclass(frozen=True)
class Answer:
    began: float
    at: float
    member: str
    status: int
    word: str


@dataclass
class Members(Workers):
    """`rate` requests a second of `number` members, who are named in the cookie `member`; at most `most` seconds."""

    port: int
    path: str
    rate: int = 200
    number: int = 2000
    threads: int = 6
    most: float = 600.0
    seed: int = 1
    answers: list[Answer] = field(default_factory=list)
    failures: list[str] = field(default_factory=list)

    def _work(self, number: int) -> None:
        chance = random.Random(self.seed * 1000 + number)
        pause = self.threads / self.rate
        begin = time.monotonic()
        due = begin
        while not self._stop.is_set() and time.monotonic() < begin + self.most:
            member = f"m{chance.randrange(self.number)}"
            began = time.time()
            try:
                got = fetch(self.port, self.path, {"cookie": f"member={member}"}, timeout=20)
                word = got.json().get("word", "") if got.status == 200 else ""
                self.answers.append(Answer(began, time.time(), member, got.status, word))
                if got.status != 200:
                    self.failures.append(f"{got.status} {got.body[:200]!r}")
            except OSError as error:
                self.failures.append(f"{error!r}")
            due += pause
            self._stop.wait(max(0.0, due - time.monotonic()))

    def share(self, word: str, since: float = 0.0) -> float:
        """Of members seen since then, those whose answers were this one."""
        seen = {one.member: one.word for one in self.answers if one.began >= since and one.word}
        return sum(one == word for one in seen.values()) / len(seen) if seen else 0.0

    def first(self, word: str) -> float:
        """When somebody was first answered by it; 0 while nobody was."""
        return next((one.at for one in self.answers if one.word == word), 0.0)

    def moved(self, since: float = 0.0, until: float = float("inf")) -> set[str]:
        """Members whose requests of that time were answered by more than one word."""
        seen: dict[str, set[str]] = {}
        for one in self.answers:
            if since <= one.began and one.at < until and one.word:
                seen.setdefault(one.member, set()).add(one.word)
        return {member for member, words in seen.items() if len(words) > 1}

"""Threads that work for as long as a block lasts."""

import threading
from typing import Self

_JOIN_TIMEOUT_S = 30


class Workers:
    """`threads` of them; each runs `_work` with its number until `_stop` is set."""

    threads: int

    def __enter__(self) -> Self:
        self._stop = threading.Event()
        self._workers = [threading.Thread(target=self._work, args=(number,)) for number in range(self.threads)]
        for worker in self._workers:
            worker.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._stop.set()
        for worker in self._workers:
            worker.join(_JOIN_TIMEOUT_S)

    def _work(self, number: int) -> None:
        raise NotImplementedError

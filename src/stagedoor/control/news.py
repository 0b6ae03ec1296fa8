"""What has changed, for who looks on: topics, not contents; who hears of one asks for what it shows."""

import asyncio
from collections.abc import AsyncIterator

APPLICATIONS, DEPLOYMENTS, INSTANCES, OPERATIONS, ACTIVITIES, SERVICES, STATUS, ACCESS, ALERTS, ROLLOUTS = (
    "applications", "deployments", "instances", "operations", "activities", "services", "status", "access",
    "alerts", "rollouts",
)  # fmt: skip


class News:
    """Topics are told to each watcher once, however often they change before it looks."""

    def __init__(self) -> None:
        self._watchers: set[_Watcher] = set()

    @property
    def watched(self) -> bool:
        return bool(self._watchers)

    def tell(self, *topics: str) -> None:
        for watcher in self._watchers:
            watcher.pending.update(topics)
            watcher.wake.set()

    async def watch(self) -> AsyncIterator[list[str]]:
        """Sets of topics, as they change from now on."""
        watcher = _Watcher()
        self._watchers.add(watcher)
        try:
            while True:
                await watcher.wake.wait()
                watcher.wake.clear()
                topics, watcher.pending = sorted(watcher.pending), set()
                yield topics
        finally:
            self._watchers.discard(watcher)


class _Watcher:
    def __init__(self) -> None:
        self.pending: set[str] = set()
        self.wake = asyncio.Event()

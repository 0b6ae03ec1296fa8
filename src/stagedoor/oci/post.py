"""A deployment on this machine, and its posts: each a door with the instance that stands there, if any."""

import asyncio
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from stagedoor.model.deployment import Spec
from stagedoor.model.instance import Instance

_AT_ONCE = 4  # Starts of one deployment: one that bursts leaves the machine to others as well.


class StartFailed(Exception):
    """An instance did not become ready; `step` and `message` say why, in the script's words where it has some."""

    def __init__(self, step: str, message: str) -> None:
        super().__init__(message)
        self.step = step


@dataclass(slots=True)
class Post:
    """One door and who stands there. `socket` is its listening socket, held as long as the post.

    `shut`: the socket accepts nothing any more, and must be bound anew.
    """

    door: int
    instance: Instance | None = None
    socket: int = -1
    shut: bool = False
    task: asyncio.Task[None] | None = None
    ready: asyncio.Event = field(default_factory=asyncio.Event)
    settled: asyncio.Event = field(default_factory=asyncio.Event)
    failure: dict[str, Any] | None = None
    deaths: list[float] = field(default_factory=list)
    restarts: int = 0
    turn: asyncio.Event = field(default_factory=asyncio.Event)  # What is wanted here changed, or somebody knocked.
    starting: bool = False
    opened: bool = False  # The edge lets requests in here, as far as it was told.
    leaving: bool = False
    departure: asyncio.Task[None] | None = None


@dataclass(slots=True)
class Kept:
    """A deployment. `posts` by door, those that leave included; `report` is what its last start measured."""

    spec: Spec
    posts: dict[int, Post] = field(default_factory=dict)
    report: dict[str, Any] = field(default_factory=dict)
    woken: int = 0
    refused: str = ""
    ending: bool = False
    departures: set[asyncio.Task[None]] = field(default_factory=set)  # Instances that are on their way out.
    starts: asyncio.Semaphore = field(default_factory=lambda: asyncio.Semaphore(_AT_ONCE))
    proven: bool = False  # It has run before, on this machine: a start that fails is tried again.

    @property
    def active(self) -> Iterator[Post]:
        """The posts that are to have an instance."""
        return (self.posts[door] for door in self.spec.active if door in self.posts)

    @property
    def answers(self) -> bool:
        return any(post.ready.is_set() and not post.leaving for post in self.posts.values())

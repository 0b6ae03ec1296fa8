"""What every use case works with: the ports, the settings, the clock, and what was given out."""

import asyncio
import logging
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from stagedoor.control import traffic
from stagedoor.control.call_counts import Calling
from stagedoor.control.flags import Flags
from stagedoor.control.governor import Governor
from stagedoor.control.news import News
from stagedoor.control.operations import Operations
from stagedoor.control.ports.artefacts import Artefacts
from stagedoor.control.ports.disk import Disk, Endless
from stagedoor.control.ports.edge import Edge, Live
from stagedoor.control.ports.engine import Engine
from stagedoor.control.ports.post import Post
from stagedoor.control.ports.records import Records
from stagedoor.control.ports.services import Answered, Ask
from stagedoor.control.ports.store import Store
from stagedoor.control.ports.vault import Vault
from stagedoor.control.rehearsals import Rehearsals
from stagedoor.control.used import Used
from stagedoor.control.vitals import Vitals
from stagedoor.model.deployment import Deployment
from stagedoor.model.errors import Unavailable
from stagedoor.model.rollout import Rollout
from stagedoor.model.settings import Platform as Settings
from stagedoor.model.traffic import Target
from stagedoor.model.version import Version

log = logging.getLogger("stagedoor.control")


async def nobody(url: str, body: bytes, headers: Mapping[str, str]) -> int:
    """For a platform that tells nobody."""
    return 204


async def unasked(origin: str, name: str, verb: str, target: str, fields: Mapping[str, str], body: bytes) -> Answered:
    """For a platform that asks no service itself."""
    raise Unavailable("services are asked by what runs alone")


@dataclass(slots=True)
class Platform:
    """`ending` are deployments that still drain: gone from the database, not yet from the machine.

    `reading` counts who reads sources and layers outside any operation: nothing is forgotten meanwhile.
    `addresses` are those of the edge's stacks and of control itself, `release` is Stagedoor's own version.
    `fault_key` signs what asks the egress for a fault.
    `missing_isolation` says what this machine lacks with the operator's word, and what each costs.
    `serving` are the deployments that a line's traffic goes to, as the edge was told last.
    `floors`: instances that a deployment keeps while something moves away from it.
    `used` is what each version uses in each stack, by (application, version, stack).
    `flags` are devices of which every request is kept, `taught` the versions that telemetry knows.
    `driven` are rollouts as of this moment: what a judge counted since is not in the database yet.
    `rehearsals` of the way back; `beside`: a line of test that nobody can ask for, which they move.
    `rehearsed` says by version and method what its endpoints did without it.
    `expiries` says when each certificate ends, `post` tells others of alerts, `telling` are those that are being told.
    `ask` asks a service, `calling` counts the calls that people make so.
    `objectives` are the shares of good answers that applications promise, as their newest versions say.
    `recovered` is set once what a former process left is taken up; changes wait for it.
    """

    store: Store
    artefacts: Artefacts
    engine: Engine
    vault: Vault
    edge: Edge
    records: Records
    live: Live
    settings: Settings
    clock: Callable[[], float]
    operations: Operations
    programs: Callable[[], list[dict[str, Any]]] = list
    addresses: dict[str, str] = field(default_factory=dict)
    release: str = ""
    fault_key: str = ""
    disk: Disk = field(default_factory=Endless)
    missing_isolation: tuple[str, ...] = ()
    expiries: dict[str, float] = field(default_factory=dict)
    post: Post = nobody
    ask: Ask = unasked
    telling: set["asyncio.Task[None]"] = field(default_factory=set)
    objectives: dict[str, float] = field(default_factory=dict)
    testing_alerts: asyncio.Lock = field(default_factory=asyncio.Lock)
    news: News = field(default_factory=News)
    reading: int = 0
    rehearsed: dict[str, dict[str, str]] = field(default_factory=dict)
    ending: dict[str, Deployment] = field(default_factory=dict)
    calling: Calling = field(default_factory=Calling)
    governor: Governor = field(default_factory=Governor)
    vitals: Vitals = field(default_factory=Vitals)
    serving: frozenset[str] = frozenset()
    floors: dict[str, int] = field(default_factory=dict)
    background: set["asyncio.Task[None]"] = field(default_factory=set)
    used: dict[tuple[str, str, str], Used] = field(default_factory=dict)
    flags: Flags = field(default_factory=Flags)
    taught: dict[tuple[str, str], Version] = field(default_factory=dict)
    driven: dict[int, Rollout] = field(default_factory=dict)
    rehearsals: Rehearsals = field(default_factory=Rehearsals)
    beside: dict[str, Target] = field(default_factory=dict)
    recovered: asyncio.Event = field(default_factory=asyncio.Event)
    edge_lock: asyncio.Lock = field(default_factory=asyncio.Lock)
    pool_lock: asyncio.Lock = field(default_factory=asyncio.Lock)
    room_lock: asyncio.Lock = field(default_factory=asyncio.Lock)

    async def apply_traffic(self) -> float:
        """Makes the edge do what the database says; seconds it took. One at a time, the newest truth each time.

        An edge that is away is no failure: its files are written, and it begins with them.
        """
        async with self.edge_lock:
            began = time.perf_counter()
            world = await self.store.world()
            self.serving = frozenset(traffic.serving_ids(world))
            self.floors = traffic.floors(world)
            wanted = traffic.build(world, self.clock(), list(self.ending.values()), self.vault.open, self.beside)
            try:
                decided = time.perf_counter() - began
                return decided + await self.edge.apply(wanted)
            except Unavailable as error:
                log.warning("the edge is away: %s", error)
                return 0.0

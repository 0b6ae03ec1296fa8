"""The program `control`: the HTTP API and the loops."""

import asyncio
import json
import logging
import os
import time
from importlib.metadata import version
from pathlib import Path
from typing import Any

from stagedoor.bundle.artefacts import Artefacts
from stagedoor.control import (
    alerting,
    faults,
    governing,
    lookup,
    loops,
    retention,
    scaling,
    telling,
    tokens,
    traffic,
)
from stagedoor.control.experiments import running as experiments
from stagedoor.control.news import News
from stagedoor.control.operations import Operations
from stagedoor.control.platform import Platform
from stagedoor.control.replaying import shadowing
from stagedoor.control.rollout import rehearsing
from stagedoor.haproxy.edge import Edge
from stagedoor.haproxy.live import LiveMap
from stagedoor.http import courier, live
from stagedoor.http.app import build
from stagedoor.http.protocol import BoundedProtocol
from stagedoor.main import accepted, layout
from stagedoor.main.inherited import ask_status, listening
from stagedoor.main.paths import Paths
from stagedoor.main.serving import serve, set_up_log
from stagedoor.main.tls import Certificates
from stagedoor.model.access import hash_token
from stagedoor.model.errors import Failure
from stagedoor.oci.remote import RemoteEngine
from stagedoor.sql.reserve import DiskReserve
from stagedoor.sql.store import SqlStore
from stagedoor.telemetry.remote import RemoteRecords
from stagedoor.vault.keys import Vault

log = logging.getLogger("stagedoor.main")


def wire(paths: Paths, control_port: int) -> Platform:
    """The object graph, nothing started."""
    settings = paths.read_settings()
    fault_key = layout.make_fault_key(paths)
    news = News()
    disk = DiskReserve(paths.data)
    store = SqlStore(paths.database_url(settings), time.time, news.tell)
    store.release = disk.release
    return Platform(
        store=store,
        disk=disk,
        artefacts=Artefacts(paths.data, settings.keep.source),
        engine=RemoteEngine(paths.node_socket),
        edge=Edge(layout.make(paths, settings, control_port)),
        records=RemoteRecords(paths.telemetry_socket),
        live=LiveMap(layout.make(paths, settings, control_port)),
        settings=settings,
        clock=time.time,
        operations=Operations(store, time.time),
        programs=lambda: _programs(paths),
        addresses=json.loads(os.environ.get("STAGEDOOR_ADDRESSES", "{}")),
        release=version("stagedoor"),
        missing_isolation=tuple(str(part) for part in accepted.judge(settings).accepted),
        news=news,
        vault=Vault(paths.keys(settings)),
        fault_key=fault_key,
        post=courier.post,
        ask=courier.ask,
    )


def _programs(paths: Paths) -> list[dict[str, Any]]:
    try:
        programs = ask_status(paths.supervisor_socket)
    except (OSError, ValueError):
        return []
    return [{**program, "silent": "it is stopped by a signal" if _is_stopped(program) else ""} for program in programs]


def _is_stopped(program: dict[str, Any]) -> bool:
    """Whether the kernel runs nothing of a process: also of one that control asks nothing."""
    try:
        stat = Path(f"/proc/{program['pid']}/stat").read_text()
    except OSError:
        return False
    return stat.rpartition(")")[2].split()[0] in ("T", "t")


async def run(paths: Paths) -> None:
    listener = listening("CONTROL")
    platform = wire(paths, listener.getsockname()[1])
    store = platform.store
    assert isinstance(store, SqlStore)
    Vault(paths.keys(platform.settings)).prepare()
    assert isinstance(platform.edge, Edge)
    certificates = Certificates(platform.settings.tls, platform.edge)
    certificates.begin()
    await store.open()
    platform.edge.prepare(traffic.build(await store.world(), platform.clock(), (), platform.vault.open))
    await _keep_token(platform, paths)
    background = [
        asyncio.create_task(_recover(platform, paths)),
        asyncio.create_task(loops.keep_true(platform)),
        asyncio.create_task(scaling.keep_scaled(platform)),
        asyncio.create_task(live.keep_looking(platform)),
        asyncio.create_task(certificates.keep(platform)),
        asyncio.create_task(retention.keep_tidy(platform)),
        asyncio.create_task(retention.keep_reserve(platform)),
        asyncio.create_task(lookup.keep_looking_up(platform)),
        asyncio.create_task(governing.keep_governed(platform)),
        asyncio.create_task(alerting.keep_alerting(platform)),
        asyncio.create_task(faults.keep_within_budget(platform)),
        asyncio.create_task(telling.keep_told(platform)),
        asyncio.create_task(experiments.keep_running(platform)),
        asyncio.create_task(rehearsing.keep_rehearsing(platform)),
        asyncio.create_task(shadowing.keep_shadowing(platform)),
    ]
    try:
        remote = listening("REMOTE") if "remote" in platform.addresses else None
        await serve(build(platform, platform.release), listener, remote, certificates.context, BoundedProtocol)
    finally:
        for task in background:
            task.cancel()
        await asyncio.gather(*background, return_exceptions=True)
        await platform.operations.stop()
        await store.close()


async def _recover(platform: Platform, paths: Paths) -> None:
    """Until it succeeds: node or the edge may be on their way up themselves."""
    for _ in range(100):
        if (await _edge_answers(platform)) or paths.ready.exists():
            break
        await asyncio.sleep(0.05)
    while True:
        try:
            await loops.recover(platform)
            break
        except Failure as error:
            log.warning("recovering: %s", error)
            await asyncio.sleep(0.5)
    paths.ready.touch()


async def _edge_answers(platform: Platform) -> bool:
    try:
        await platform.edge.info()
    except Failure:
        return False
    return True


async def _keep_token(platform: Platform, paths: Paths) -> None:
    """The operator's token of this machine exists once, readable by its owner alone."""
    known = paths.token.read_text().strip() if paths.token.exists() else ""
    kept = await platform.store.token(hash_token(known)) if known else None
    if kept is not None and kept.holds(platform.clock()):
        return
    token = await tokens.issue_first(platform)
    descriptor = os.open(paths.token, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    os.write(descriptor, token.encode() + b"\n")
    os.close(descriptor)


def main() -> None:
    set_up_log("control")
    asyncio.run(run(Paths.from_environment()))


if __name__ == "__main__":
    main()

"""What is done to a data folder while no platform runs on it."""

import asyncio
import os
import shutil
import tempfile
import time
from pathlib import Path
from typing import Any

from stagedoor.bundle import backup
from stagedoor.main.lock import alone
from stagedoor.main.paths import Paths
from stagedoor.model.errors import Conflict, Invalid
from stagedoor.sql import migrate as migrations
from stagedoor.sql.store import SqlStore


async def restore(file: Path, data: Path, keys: Path | None) -> dict[str, Any]:
    """Fills a new data folder (and database) from a backup. Nothing is left of it when anything is wrong.

    Raises Invalid, Conflict, Unavailable.
    """
    with alone(data) as paths:
        if any((paths.data / name).exists() and any((paths.data / name).iterdir()) for name in ("sources", "layers")):
            raise Conflict(f"{data} holds a platform's files already", hint="restore into a new folder")
        unpacked = Path(tempfile.mkdtemp(prefix=".restore-", dir=paths.data))
        try:
            head = await asyncio.to_thread(backup.unpack, file, unpacked, _check_revision)
            return await _take_over(paths, head, unpacked, keys)
        finally:
            shutil.rmtree(unpacked, ignore_errors=True)


def _check_revision(head: backup.Head) -> None:
    if head.revision > migrations.newest():
        raise Invalid(
            f"the backup is of a newer Stagedoor, {head.stagedoor}", hint="restore it with that version or a newer one"
        )


async def _take_over(paths: Paths, head: backup.Head, unpacked: Path, keys: Path | None) -> dict[str, Any]:
    tables = backup.read_tables(unpacked)
    settings = paths.read_settings()
    sealed = any(one["secret"] and one["content"] for one in tables.get("values", []))
    if keys is not None:
        place = paths.keys(settings)
        place.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        place.touch(mode=0o600)
        place.write_bytes(keys.read_bytes())
    elif sealed and not paths.keys(settings).exists():
        raise Invalid(
            "the backup holds secrets, and their keys are not here",
            hint="name the key file of the platform that was backed up: --keys FILE (keys/secrets in its data folder)",
        )
    store = SqlStore(paths.database_url(settings), time.time)
    try:
        await store.load(head.revision, tables)
    finally:
        await store.close()
    for name in ("sources", "layers"):
        if (unpacked / name).is_dir():
            (paths.data / name).parent.mkdir(exist_ok=True)
            shutil.rmtree(paths.data / name, ignore_errors=True)
            os.replace(unpacked / name, paths.data / name)
    return {
        "stagedoor": head.stagedoor, "made_at": head.made_at,
        "applications": len(tables["applications"]), "versions": len(tables["versions"]),
    }  # fmt: skip


async def migrate(data: Path, revision: str) -> tuple[str, str]:
    """(the revision the database is at afterwards, the newest known). Raises Unavailable, Conflict."""
    with alone(data) as paths:
        store = SqlStore(paths.database_url(paths.read_settings()), time.time)
        try:
            return await store.move_to(revision), migrations.newest()
        finally:
            await store.close()


async def check_database(paths: Paths) -> None:
    """Raises Unavailable when the database cannot be used now, Invalid for a URL that cannot be read."""
    store = SqlStore(paths.database_url(paths.read_settings()), time.time)
    try:
        await store.move_to("")
    finally:
        await store.close()

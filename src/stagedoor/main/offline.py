"""What is done to a data folder while no platform runs on it."""

import asyncio
import os
import shutil
import tempfile
import time
from contextlib import suppress
from pathlib import Path
from typing import Any

from stagedoor import files
from stagedoor.bundle import backup
from stagedoor.main.lock import alone
from stagedoor.main.paths import Paths
from stagedoor.model.configuration import owner
from stagedoor.model.errors import Conflict, Invalid
from stagedoor.sql import migrate as migrations
from stagedoor.sql.dump import Tables
from stagedoor.sql.store import SqlStore
from stagedoor.vault.keys import Vault, write_private

_CONTENT = ("sources", "layers")
_UNFINISHED = ".restoring"


async def restore(file: Path, data: Path, keys: Path | None) -> dict[str, Any]:
    """Fills a new data folder (and database) from a backup. Nothing is left of it when anything is wrong.

    One that was killed in the middle is begun again by calling it again. Raises Invalid, Conflict, Unavailable.
    """
    with alone(data) as paths:
        if (paths.data / _UNFINISHED).exists():
            _clear(paths)
        elif any(_holds_something(paths.data / name) for name in _CONTENT):
            raise Conflict(f"{data} holds a platform's files already", hint="restore into a new folder")
        unpacked = Path(tempfile.mkdtemp(prefix=".restore-", dir=paths.data))
        try:
            head = await asyncio.to_thread(backup.unpack, file, unpacked, _check_revision)
            tables = backup.read_tables(unpacked)
            content = _read_keys(paths, tables, keys)
            await _take_over(paths, head, unpacked, tables, content)
        finally:
            shutil.rmtree(unpacked, ignore_errors=True)
    return {
        "stagedoor": head.stagedoor, "made_at": head.made_at,
        "applications": len(tables["applications"]),
        "versions": len([one for one in tables["versions"] if not one.get("forgotten")]),
    }  # fmt: skip


def _holds_something(folder: Path) -> bool:
    """Of anybody's: the platform's own layers are made anew wherever they are missing."""
    own = ("runtime-", "tool-", ".")
    return folder.exists() and any(not path.name.startswith(own) for path in folder.iterdir())


def _clear(paths: Paths) -> None:
    for name in _CONTENT:
        shutil.rmtree(paths.data / name, ignore_errors=True)
    (paths.data / _UNFINISHED).unlink(missing_ok=True)


def _check_revision(head: backup.Head) -> None:
    if head.revision > migrations.newest():
        raise Invalid(
            f"the backup is of a newer Stagedoor, {head.stagedoor}", hint="restore it with that version or a newer one"
        )


def _read_keys(paths: Paths, tables: Tables, keys: Path | None) -> bytes:
    """The key file's content, proven to open every secret of the backup; empty when there is nothing to open."""
    place = paths.keys(paths.read_settings())
    source = keys or place
    sealed = [one for one in tables.get("values", []) if one["secret"] and one["content"]]
    try:
        content = source.read_bytes()
    except OSError as error:
        if keys is None and not sealed:
            return b""
        raise Invalid(
            f"the backup's secrets need their keys, and {source} cannot be read: {error.strerror}",
            hint="name the key file of the platform that was backed up: --keys FILE (keys/secrets in its data folder)",
        ) from None
    if place.exists() and place.read_bytes() != content:
        raise Conflict(f"{place} holds other keys already; nothing was restored", hint="move it away first")
    vault = Vault(source)
    for one in sealed:
        vault.open(owner(one["application"], one["stack"], one["name"]), one["content"])
    return content


async def _take_over(paths: Paths, head: backup.Head, unpacked: Path, tables: Tables, keys: bytes) -> None:
    """Files, keys, and last the database: until that is committed, nothing was restored."""
    marker = paths.data / _UNFINISHED
    marker.touch()
    settings = paths.read_settings()
    place = paths.keys(settings)
    made_keys = bool(keys) and not place.exists()
    store = SqlStore(paths.database_url(settings), time.time)
    try:
        for name in _CONTENT:
            if (unpacked / name).is_dir():
                shutil.rmtree(paths.data / name, ignore_errors=True)
                files.share_tree(unpacked / name)
                os.replace(unpacked / name, paths.data / name)
        if made_keys:
            write_private(place, keys)
        await store.load(head.revision, tables)
    except BaseException:
        _clear(paths)
        if made_keys:
            place.unlink(missing_ok=True)
            with suppress(OSError):
                place.parent.rmdir()
        raise
    finally:
        await store.close()
    marker.unlink()


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

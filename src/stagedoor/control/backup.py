"""A backup of everything a platform needs to serve the same elsewhere, taken while it runs."""

from dataclasses import dataclass
from pathlib import Path
from typing import Any

from stagedoor.control.platform import Platform
from stagedoor.control.ports.store import Change
from stagedoor.model.access import Identity


@dataclass(frozen=True, slots=True)
class Snapshot:
    """The rows as of one moment; the files they name never change."""

    revision: str
    tables: dict[str, list[dict[str, Any]]]
    files: dict[str, Path]


async def take(platform: Platform, by: Identity) -> Snapshot:
    """Raises Forbidden."""
    by.require_operator()
    revision, tables = await platform.store.dump()
    versions = [one for one in tables["versions"] if not one["forgotten"]]
    files = platform.artefacts.files({one["source"] for one in versions}, {one["layer"] for one in versions})
    await platform.store.note(Change(by.name, "backup", "", "platform", None, {"versions": len(versions)}))
    return Snapshot(revision, tables, files)

"""The store of what versions are made of: sources and layers by content, and the sandboxes they make up."""

import asyncio
import hashlib
import json
import os
import shutil
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any

from stagedoor import files
from stagedoor.bundle import backup, bytecode, interpreters, unpack
from stagedoor.bundle.layers import NONE, Layers
from stagedoor.bundle.pack import pack
from stagedoor.model import manifest as manifests
from stagedoor.model.deployment import Ground, Mount, Sandbox
from stagedoor.model.errors import Invalid, Unavailable
from stagedoor.model.manifest import Manifest

_SETTLED = 3600.0
_MOST_TEXTS = 500
_LARGEST_TEXT = 2_000_000
_RESOLVED = "layers/resolved"


@dataclass(frozen=True, slots=True)
class Source:
    """An unpacked upload. `content` is the same for the same code and manifest, whatever number it is given."""

    name: str
    manifest: Manifest
    raw: dict[str, Any]
    content: str


class Artefacts:
    def __init__(self, folder: Path, limit: int) -> None:
        self._sources = folder / "sources"
        self._uploads = folder / "uploads"
        self._limit = limit
        self.layers = Layers(folder / "layers")
        shutil.rmtree(self._uploads, ignore_errors=True)
        for one in (self._sources, self._uploads):
            one.mkdir(parents=True, exist_ok=True)

    def new_upload(self) -> Path:
        """A place for an upload that is on its way; the caller removes it."""
        descriptor, name = tempfile.mkstemp(dir=self._uploads)
        os.close(descriptor)
        return Path(name)

    async def accept(self, archive: Path) -> Source:
        """Unpacks an upload and reads its manifest. Raises Invalid, TooLarge, and leaves nothing behind then."""
        return await asyncio.to_thread(self._accept, archive)

    def _accept(self, archive: Path) -> Source:
        unfinished = Path(tempfile.mkdtemp(prefix=".", dir=self._sources))
        try:
            unpack.unpack(archive, unfinished, self._limit)
            files.share_tree(unfinished)
            manifest, raw = _read_manifest(unfinished)
            name = unpack.digest(unfinished)[:32]
            content = _content(unfinished, raw)
            files.place_folder(unfinished, self._sources / name)
        except BaseException:
            shutil.rmtree(unfinished, ignore_errors=True)
            raise
        return Source(name, manifest, raw, content)

    def discard(self, name: str) -> None:
        """Removes a source that no version is made of."""
        shutil.rmtree(self._sources / name, ignore_errors=True)

    def source(self, name: str) -> Path:
        return self._sources / name

    async def prepare(self, source: str, manifest: Manifest) -> tuple[str, str, bool]:
        """(layer, Python version, whether the layer was made now). Raises Invalid with uv's words."""
        python = await asyncio.to_thread(interpreters.choose, manifest.python)
        folder = self.source(source)
        (layer, made), _ = await asyncio.gather(
            self.layers.of_source(folder, python), bytecode.compile_folder(folder, python)
        )
        return layer, python.version, made

    async def sandbox(
        self, source: str | Path, layer: str, python: str, manifest: Manifest, *, tool: str = ""
    ) -> Sandbox:
        """What a container of the version is made of; with `tool`, one that holds it beside the script."""
        interpreter = await asyncio.to_thread(interpreters.choose, python)
        folder = source if isinstance(source, Path) else self.source(source)
        ground = await self.ground(python)
        mounts = [Mount(str(folder), "/app")]
        if tool:
            mounts.append(Mount(str(await self.layers.tool(tool, interpreter)), f"/{tool}"))
        if layer != NONE:
            mounts.append(Mount(str(self.layers.path(layer)), "/layer"))
        resources = manifest.resources
        return Sandbox(
            ground.python, tuple(mounts), resources.memory, resources.cpu, resources.processes, resources.tmp,
            resources.files, ground.mounts,
        )  # fmt: skip

    async def ground(self, python: str) -> Ground:
        """What every container of this Python sees, before it is anybody's; empty for the platform's own version."""
        interpreter = await asyncio.to_thread(interpreters.choose, python)
        runtime = await self.layers.runtime(interpreter)
        return Ground(interpreter.path, (*interpreter.mounts, Mount(str(runtime), "/stagedoor")))

    def import_paths(self, layer: str, *, tool: str = "") -> list[str]:
        """Where a script's imports are looked for, in order: its own source before everything else."""
        return ["/app", *(["/layer"] if layer != NONE else []), *([f"/{tool}"] if tool else [])]

    def texts(self, source: str, endings: tuple[str, ...]) -> dict[str, str]:
        """Files of a source by name; what is large, or no text, is left out."""
        folder = self.source(source)
        found: dict[str, str] = {}
        for file in sorted(folder.rglob("*")):
            if len(found) < _MOST_TEXTS and file.name.endswith(endings) and file.is_file() and not file.is_symlink():
                content = file.read_bytes() if file.stat().st_size <= _LARGEST_TEXT else b""
                found[file.relative_to(folder).as_posix()] = content.decode(errors="replace")
        return found

    async def packed(self, source: str) -> bytes:
        """A source as it was uploaded: a gzipped tar."""
        return await asyncio.to_thread(pack, self.source(source), self._limit)

    def has_tests(self, source: str, folder: str) -> bool:
        return bool(folder) and (self.source(source) / folder).exists()

    def sweep(self, sources: set[str], layers: set[str]) -> list[str]:
        """Removes every other source and dependency layer that has lain for a while; their names."""
        removed = []
        for folder, kept, pattern in ((self._sources, sources, "*"), (self.layers.folder, layers, "deps-*")):
            for path in folder.glob(pattern):
                # A fresh one may belong to a publish that is about to say so.
                if path.name not in kept and time.time() - path.stat().st_mtime > _SETTLED:
                    shutil.rmtree(path, ignore_errors=True)
                    removed.append(f"{folder.name}/{path.name}")
        return removed

    def files(self, sources: set[str], layers: set[str]) -> dict[str, Path]:
        """Sources, layers and what uv answered before, by the names they have in a backup."""
        found = {f"sources/{name}": self.source(name) for name in sources}
        found |= {f"layers/{name}": self.layers.path(name) for name in layers if name != NONE}
        return found | {_RESOLVED: self.layers.path("resolved")}

    def write_backup(self, stream: IO[bytes], release: str, now: float, snapshot: Any) -> None:
        """Writes the snapshot (revision, tables, files) as a backup."""
        head = backup.Head(release, snapshot.revision, now)
        missing = [name for name, path in snapshot.files.items() if not path.exists() and name != _RESOLVED]
        if missing:
            raise Unavailable(f"{missing[0]} is missing in the data folder; a backup without it restores nothing")
        files = {name: path for name, path in snapshot.files.items() if path.exists()}
        backup.write(stream, head, snapshot.tables, files)


def _read_manifest(folder: Path) -> tuple[Manifest, dict[str, Any]]:
    file = folder / manifests.FILE
    if not file.is_file():
        raise Invalid(
            f"the source has no {manifests.FILE}",
            hint="two lines are enough: name and team; or `stagedoor init`",
        )
    text = file.read_text(errors="replace")
    return manifests.parse(text), manifests.load(text)


def _content(folder: Path, raw: dict[str, Any]) -> str:
    unnumbered = json.dumps({key: value for key, value in raw.items() if key != "version"}, sort_keys=True)
    code = unpack.digest(folder, without=manifests.FILE)
    return hashlib.sha256(f"{code}\n{unnumbered}".encode()).hexdigest()[:32]

"""What control needs of whoever keeps sources and layers."""

from pathlib import Path
from typing import IO, Any, Protocol

from stagedoor.model.deployment import Ground, Sandbox
from stagedoor.model.manifest import Manifest


class Source(Protocol):
    @property
    def name(self) -> str: ...

    @property
    def manifest(self) -> Manifest: ...

    @property
    def raw(self) -> dict[str, Any]: ...

    @property
    def content(self) -> str: ...


class Artefacts(Protocol):
    """Sources and layers."""

    def new_upload(self) -> Path: ...

    async def accept(self, archive: Path) -> Source: ...

    def discard(self, name: str) -> None: ...

    async def prepare(self, source: str, manifest: Manifest) -> tuple[str, str, bool]: ...

    async def sandbox(
        self, source: str | Path, layer: str, python: str, manifest: Manifest, *, tool: str = ""
    ) -> Sandbox: ...

    async def ground(self, python: str) -> Ground: ...

    def import_paths(self, layer: str, *, tool: str = "") -> list[str]: ...

    async def packed(self, source: str) -> bytes:
        """A source as it was uploaded: a gzipped tar."""
        ...

    def has_tests(self, source: str, folder: str) -> bool: ...

    def texts(self, source: str, endings: tuple[str, ...]) -> dict[str, str]:
        """Files of a source by name, within a bound."""
        ...

    def sweep(self, sources: set[str], layers: set[str]) -> list[str]:
        """Removes every other source and dependency layer that has lain for a while; their names."""
        ...

    def files(self, sources: set[str], layers: set[str]) -> dict[str, Path]:
        """Where they are, by the names they have in a backup."""
        ...

    def write_backup(self, stream: IO[bytes], release: str, now: float, snapshot: Any) -> None: ...

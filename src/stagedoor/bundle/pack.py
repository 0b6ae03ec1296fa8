"""Packs a folder of source for the upload: what git would ignore stays at home, and so do links and odd files."""

import gzip
import io
import os
import tarfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pathspec

from stagedoor.model.errors import Invalid, TooLarge

IGNORE_FILES = (".gitignore", ".stagedoorignore")
_ALWAYS = (".git/", ".venv/", "venv/", "__pycache__/", "*.pyc", "node_modules/", ".mypy_cache/", ".pytest_cache/",
           ".ruff_cache/", ".DS_Store", ".env", ".stagedoor/")  # fmt: skip


def read_ignored(folder: Path) -> pathspec.PathSpec[Any]:
    """What of `folder` is not source: built-in patterns, then its ignore files."""
    lines = list(_ALWAYS)
    for name in IGNORE_FILES:
        if (folder / name).is_file():
            lines += (folder / name).read_text().splitlines()
    return pathspec.PathSpec.from_lines("gitignore", lines)


def list_files(folder: Path) -> Iterator[Path]:
    """Files to send, relative to `folder`, in a fixed order. Raises Invalid for a link that would be sent."""
    ignored = read_ignored(folder)
    for root, folders, files in os.walk(folder):
        here = Path(root).relative_to(folder)
        folders[:] = sorted(name for name in folders if not ignored.match_file(f"{(here / name).as_posix()}/"))
        for name in sorted(files):
            path = here / name
            if ignored.match_file(path.as_posix()):
                continue
            if (folder / path).is_symlink():
                raise Invalid(
                    f"{path} is a link; only plain files are sent",
                    hint="copy the file, or name it in .stagedoorignore",
                )
            if (folder / path).is_file():
                yield path


def pack(folder: Path, limit: int) -> bytes:
    """A gzipped tar, the same bytes for the same content. Raises TooLarge with the largest files named."""
    files = list(list_files(folder))
    sizes = {path: (folder / path).stat().st_size for path in files}
    if sum(sizes.values()) > limit:
        largest = sorted(sizes, key=lambda path: sizes[path], reverse=True)[:3]
        named = ", ".join(f"{path} ({sizes[path] // 1_000_000} MB)" for path in largest)
        raise TooLarge(
            f"the source has {sum(sizes.values()) // 1_000_000} MB; the limit is {limit // 1_000_000} MB",
            hint=f"leave out what is not source by .stagedoorignore; the largest: {named}",
        )
    plain = io.BytesIO()
    with tarfile.open(fileobj=plain, mode="w") as archive:
        for path in files:
            entry = tarfile.TarInfo(path.as_posix())
            content = (folder / path).read_bytes()
            entry.size = len(content)
            entry.mode = 0o755 if os.access(folder / path, os.X_OK) else 0o644
            archive.addfile(entry, io.BytesIO(content))
    return gzip.compress(plain.getvalue(), compresslevel=1, mtime=0)

"""Disks of a size that a test chooses, and what takes all of their space."""

import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from tests.harness.running import Running


@contextmanager
def mounted(folder: Path, *arguments: str) -> Iterator[Path]:
    """A file system at `folder`, which is made, for the length of a block; `arguments` are those of mount(8)."""
    folder.mkdir()
    subprocess.run(["mount", *arguments, str(folder)], check=True)
    try:
        yield folder
    finally:
        subprocess.run(["umount", str(folder)], check=True)


@contextmanager
def platform_on(disk: Path) -> Iterator[Running]:
    """A platform whose data folder is on a disk."""
    running = Running(disk)
    running.data.mkdir()
    running.start()
    try:
        yield running
    finally:
        running.stop()


def tmpfs(option: str) -> tuple[str, ...]:
    """Returns the arguments for a file system in memory."""
    return ("-t", "tmpfs", "-o", option, "none")


def fill(path: Path) -> None:
    """Takes every byte that is left, as another program on the disk may."""
    with path.open("wb", buffering=0) as file:
        size = 1 << 20
        while size:
            try:
                file.write(bytes(size))
            except OSError:
                size //= 2

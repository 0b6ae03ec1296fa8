"""What node must remember over its own death: wanted deployments and living instances, a small file each.

The files outlive node, not a machine that loses power: no instance does either, and control sends again what it wants.
"""

from pathlib import Path
from typing import TypeVar

import msgspec

from stagedoor import files
from stagedoor.model.deployment import Spec
from stagedoor.model.instance import Instance

T = TypeVar("T")


class Journal:
    """Deployments in `folder`, which is kept; instances in `run`, which is gone with all of them."""

    def __init__(self, folder: Path, run: Path) -> None:
        self._specs = folder / "deployments"
        self._instances = run
        self._former = folder / "instances"  # Where they were before: read once, at an upgrade.
        for one in (self._specs, self._instances):
            one.mkdir(parents=True, exist_ok=True)
            files.remove_unfinished(one)

    def keep_spec(self, spec: Spec) -> None:
        files.replace_file(self._specs / f"{spec.deployment}.json", msgspec.json.encode(spec), mode=0o600)

    def drop_spec(self, deployment: str) -> None:
        (self._specs / f"{deployment}.json").unlink(missing_ok=True)

    def keep_instance(self, one: Instance) -> None:
        files.replace_file(self._instances / f"{one.id}.json", msgspec.json.encode(one), mode=0o600)

    def drop_instance(self, instance: str) -> None:
        for folder in (self._instances, self._former):
            (folder / f"{instance}.json").unlink(missing_ok=True)

    def read(self) -> tuple[dict[str, Spec], list[Instance]]:
        """What is readable; a file that a crash left unreadable is dropped: control sends a wanted deployment again."""
        specs = _read_all(self._specs, Spec)
        found = _read_all(self._instances, Instance) + _read_all(self._former, Instance)
        return {spec.deployment: spec for spec in specs}, found


def _read_all(folder: Path, kind: type[T]) -> list[T]:
    found = []
    for path in folder.glob("*.json"):
        try:
            found.append(msgspec.json.decode(path.read_bytes(), type=kind))
        except msgspec.MsgspecError:
            path.unlink(missing_ok=True)
    return found

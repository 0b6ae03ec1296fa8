"""What every container sees of the catalogue: one folder, read-only inside, whose files are replaced as it changes."""

from dataclasses import dataclass
from pathlib import Path

from stagedoor import files
from stagedoor.model.deployment import Mount

INSIDE = "/run/stagedoor/catalogue"
SERVICES = f"{INSIDE}/services.json"
_MODE = 0o644


@dataclass(frozen=True, slots=True)
class Catalogue:
    """`folder` is the host's."""

    folder: Path

    @property
    def mount(self) -> Mount:
        return Mount(str(self.folder), INSIDE)

    def prepare(self, rootfs: Path) -> None:
        """An empty one, and the link by which names are looked up in it."""
        files.make_shared_folder(self.folder)
        if not (self.folder / "hosts").exists():
            self.write("127.0.0.1 localhost\n", "{}")
        link = rootfs / "etc" / "hosts"
        files.make_shared_folder(link.parent)
        if not link.is_symlink():
            link.symlink_to(f"{INSIDE}/hosts")

    def write(self, hosts: str, services: str) -> None:
        for name, text in (("hosts", hosts), ("services.json", services)):
            files.update_file(self.folder / name, text, mode=_MODE)

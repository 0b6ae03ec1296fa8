"""What control needs of whoever keeps the keys."""

from typing import Protocol


class Vault(Protocol):
    """Seals secrets, each bound to its owner ("application/stack/name")."""

    def seal(self, owner: str, text: str) -> str: ...

    def open(self, owner: str, sealed: str) -> str: ...

    def renew(self) -> None: ...

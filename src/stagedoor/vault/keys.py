"""The key file: one key a line, the first seals, all open. AES-256-GCM, bound to what the secret belongs to."""

import base64
import hashlib
import os
from pathlib import Path
from typing import TYPE_CHECKING

from stagedoor import files
from stagedoor.model.errors import Unavailable

if TYPE_CHECKING:
    from cryptography.hazmat.primitives.ciphers.aead import AESGCM

_NONCE = 12
_NAMED = 8


class Vault:
    """Implements the port `Vault`. The file is read at each use, so that a new key needs no restart."""

    def __init__(self, file: Path) -> None:
        self._file = file

    def prepare(self) -> None:
        """Makes the first key, readable by its owner alone, unless there is one."""
        files.remove_unfinished(self._file.parent)
        if not self._file.exists():
            self._write([_new_key()])

    def seal(self, owner: str, text: str) -> str:
        """What may be stored of `text`; it opens for the same owner only."""
        key = self._keys()[0]
        nonce = os.urandom(_NONCE)
        sealed = _cipher(key).encrypt(nonce, text.encode(), owner.encode())
        return f"{_name(key)}.{base64.b64encode(nonce + sealed).decode()}"

    def open(self, owner: str, sealed: str) -> str:
        """Raises Unavailable when no key opens it."""
        from cryptography.exceptions import InvalidTag

        name, _, content = sealed.partition(".")
        for key in self._keys():
            if _name(key) == name:
                raw = base64.b64decode(content)
                try:
                    return _cipher(key).decrypt(raw[:_NONCE], raw[_NONCE:], owner.encode()).decode()
                except InvalidTag:
                    raise Unavailable(f"a secret of {owner} was changed or moved outside the platform") from None
        raise Unavailable(
            f"the key that sealed a secret of {owner} is not in {self._file.name}",
            hint="copy the key file of the platform that sealed it; `stagedoor restore --help` says how",
        )

    def seal_bytes(self, owner: str, content: bytes) -> bytes:
        """As `seal`, of anything and without a text's overhead."""
        key = self._keys()[0]
        nonce = os.urandom(_NONCE)
        return _name(key).encode() + nonce + _cipher(key).encrypt(nonce, content, owner.encode())

    def open_bytes(self, owner: str, sealed: bytes) -> bytes:
        """Raises ValueError when no key opens it."""
        from cryptography.exceptions import InvalidTag

        name, raw = sealed[:_NAMED], sealed[_NAMED:]
        for key in self._keys():
            if _name(key).encode() == name:
                try:
                    return _cipher(key).decrypt(raw[:_NONCE], raw[_NONCE:], owner.encode())
                except (InvalidTag, ValueError):
                    raise ValueError("it was changed since it was sealed") from None
        raise ValueError(f"the key that sealed it is not in {self._file.name}")

    def renew(self) -> None:
        """A new key seals from now on; the old ones still open."""
        self._write([_new_key(), *self._keys()])

    def _keys(self) -> list[bytes]:
        try:
            lines = self._file.read_text().split()
        except OSError as error:
            raise Unavailable(
                f"the key of the secrets cannot be read: {error.strerror}", hint=f"it belongs in {self._file}"
            ) from None
        return [base64.b64decode(line) for line in lines]

    def _write(self, keys: list[bytes]) -> None:
        write_private(self._file, b"".join(base64.b64encode(key) + b"\n" for key in keys))


def write_private(file: Path, content: bytes) -> None:
    """Replaces a file that its owner alone reads, whole and on disk before this returns."""
    file.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    # What is sealed with a key is committed after it is safe.
    files.replace_file(file, content, mode=0o600, durable=True)


def _cipher(key: bytes) -> "AESGCM":
    from cryptography.hazmat.primitives.ciphers.aead import AESGCM  # 9 MB that most nodes never need.

    return AESGCM(key)


def _new_key() -> bytes:
    return os.urandom(32)


def _name(key: bytes) -> str:
    return hashlib.sha256(b"stagedoor key name" + key).hexdigest()[:8]

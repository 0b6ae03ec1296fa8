"""Certificates: read, and checked before anything uses them."""

import time
from dataclasses import dataclass
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat, load_pem_private_key

from stagedoor.model.errors import Invalid
from stagedoor.model.settings import Tls

_HINT = "the old certificate stays in use; mend the files, they are looked at again"


@dataclass(frozen=True, slots=True)
class Certificate:
    """`pem` holds the key, the certificate and its chain, as HAProxy wants them in one file. Never print it."""

    pem: bytes
    names: tuple[str, ...]
    expires_at: float
    serial: str

    def __repr__(self) -> str:
        return f"Certificate({self.serial}, {', '.join(self.names)})"


def load(settings: Tls, *, ended: bool = False) -> Certificate:
    """What the files of the settings hold; `ended`: also one whose time is over.

    Raises Invalid that names the file and what is wrong with it.
    """
    chain = _read(settings.certificate)
    key = _read(settings.key) if settings.key else b""
    try:
        certificates = x509.load_pem_x509_certificates(chain)
    except ValueError:
        raise Invalid(f"{settings.certificate} holds no certificate in PEM", hint=_HINT) from None
    source = settings.key or settings.certificate
    try:
        private = load_pem_private_key(key or chain, None)
    except (ValueError, TypeError):
        raise Invalid(f"{source} holds no private key in PEM, or one with a password", hint=_HINT) from None
    first = certificates[0]
    form = (Encoding.DER, PublicFormat.SubjectPublicKeyInfo)
    if first.public_key().public_bytes(*form) != private.public_key().public_bytes(*form):
        raise Invalid(f"the key in {source} does not belong to the certificate in {settings.certificate}", hint=_HINT)
    expires = first.not_valid_after_utc.timestamp()
    if expires < time.time() and not ended:
        day = f"{first.not_valid_after_utc:%Y-%m-%d}"
        raise Invalid(f"the certificate in {settings.certificate} ended on {day}", hint=_HINT)
    pem = b"\n".join(part.strip() for part in (chain, key) if part) + b"\n"
    return Certificate(pem, _names(first), expires, f"{first.serial_number:x}")


def check_authorities(file: str) -> None:
    """Raises Invalid for a file that holds no certificates."""
    try:
        x509.load_pem_x509_certificates(_read(file))
    except ValueError:
        raise Invalid(f"{file} holds no certificate in PEM", hint=_HINT) from None


def _read(file: str) -> bytes:
    try:
        return Path(file).read_bytes()
    except OSError as error:
        raise Invalid(f"{file} cannot be read: {error.strerror}", hint="see [tls] in platform.toml") from None


def _names(certificate: x509.Certificate) -> tuple[str, ...]:
    try:
        found = certificate.extensions.get_extension_for_class(x509.SubjectAlternativeName).value
    except x509.ExtensionNotFound:
        return ()
    return tuple(str(one.value) for one in found)

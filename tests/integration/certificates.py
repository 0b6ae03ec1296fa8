"""Certificates for tests: an authority of the test's own, and what it signs."""

import datetime
import ipaddress
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.x509.oid import NameOID

_NONE = serialization.NoEncryption()


class Authority:
    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._key = ec.generate_private_key(ec.SECP256R1())
        self._name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "an authority for tests")])
        basics = x509.BasicConstraints(ca=True, path_length=None)
        made = self._build(self._name, self._key.public_key(), 30).add_extension(basics, critical=True)
        self.file = folder / "authority.pem"
        self.file.write_bytes(made.sign(self._key, hashes.SHA256()).public_bytes(serialization.Encoding.PEM))

    def _build(self, subject: x509.Name, key: object, days: int) -> x509.CertificateBuilder:
        now = datetime.datetime.now(datetime.UTC)
        return (
            x509.CertificateBuilder()
            .subject_name(subject)
            .issuer_name(self._name)
            .public_key(key)  # type: ignore[arg-type]
            .serial_number(x509.random_serial_number())
            .not_valid_before(now - datetime.timedelta(days=60))
            .not_valid_after(now + datetime.timedelta(days=days))
        )

    def issue(self, days: int = 30, *, bits: int = 0, names: int = 0) -> tuple[Path, Path, int]:
        """(certificate, key, serial) for 127.0.0.1 and localhost; `bits` for RSA, `names` make it large."""
        key = rsa.generate_private_key(65537, bits) if bits else ec.generate_private_key(ec.SECP256R1())
        subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "127.0.0.1")])
        known = [x509.IPAddress(ipaddress.ip_address("127.0.0.1")), x509.DNSName("localhost")]
        more = [x509.DNSName(f"a-rather-long-name-of-a-host-{n}.example") for n in range(names)]
        hosts = x509.SubjectAlternativeName([*known, *more])
        certificate = (
            self._build(subject, key.public_key(), days)
            .add_extension(hosts, critical=False)
            .sign(self._key, hashes.SHA256())
        )
        files = self.folder / "next.pem", self.folder / "next.key"
        files[0].write_bytes(certificate.public_bytes(serialization.Encoding.PEM))
        form = serialization.PrivateFormat.PKCS8
        files[1].write_bytes(key.private_bytes(serialization.Encoding.PEM, form, _NONE))
        return *files, certificate.serial_number

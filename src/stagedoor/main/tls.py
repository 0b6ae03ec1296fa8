"""Certificates in use: read at the start, watched from then on, changed without a restart."""

import asyncio
import logging
import os
import signal
import ssl
import tempfile
import time
from pathlib import Path
from typing import Any

from stagedoor.control.platform import Platform
from stagedoor.control.ports.store import Change
from stagedoor.haproxy.edge import Edge
from stagedoor.model.errors import Failure, Invalid, TooLarge
from stagedoor.model.settings import Tls
from stagedoor.vault.certificates import Certificate, check_authorities, load

log = logging.getLogger("stagedoor.tls")

_LOOK = 2.0


class Certificates:
    """What the edge and the control API show to who connects."""

    def __init__(self, settings: Tls, edge: Edge) -> None:
        self._settings = settings
        self._edge = edge
        self.context: ssl.SSLContext | None = None
        self._current: ssl.SSLContext | None = None
        self._expires_at = 0.0
        self._seen = b""

    def begin(self) -> None:
        """Before anything serves. Raises Invalid when the files are not right."""
        if not self._settings.certificate:
            return
        certificate = load(self._settings, ended=True)
        if certificate.expires_at < time.time():
            log.warning("the certificate has ended; devices will refuse it until its files are replaced")
        self._edge.place_certificate(certificate.pem)
        self._current = self.context = _context(certificate)
        self._expires_at = certificate.expires_at
        # Each handshake is handed to the newest one; a context that is told of two certificates keeps both.
        self.context.sni_callback = self._hand_over
        self._seen = self._look()

    async def keep(self, platform: Platform) -> None:
        """Takes up changed files; wrong ones change nothing, and the audit log says what is wrong with them."""
        while self._settings.certificate:
            platform.expiries = {"edge": self._expires_at}
            await asyncio.sleep(_LOOK)
            try:
                await self._once(platform)
            except Exception:
                log.exception("the certificate's files could not be looked at")

    async def _once(self, platform: Platform) -> None:
        now = await asyncio.to_thread(self._look)
        if now == self._seen:
            return
        try:
            certificate = load(self._settings)
            try:
                await self._edge.change_certificate(certificate.pem)
            except TooLarge:
                self._edge.place_certificate(certificate.pem)
                _reload(platform)
            self._current, self._expires_at = _context(certificate), certificate.expires_at
        except Invalid as error:
            log.warning("%s", error)
            after: dict[str, Any] = {"refused": error.message}
        else:
            after = {
                "serial": certificate.serial,
                "names": list(certificate.names[:10]),
                "until": certificate.expires_at,
            }
        self._seen = now
        await platform.store.note(Change("control", "certificate", "", "edge", None, after))

    def _look(self) -> bytes:
        files = [one for one in (self._settings.certificate, self._settings.key) if one]
        try:
            return b"\0".join(Path(one).read_bytes() for one in files)
        except OSError:
            return b""  # In the middle of being replaced; or gone, which `load` says.

    def _hand_over(self, connection: ssl.SSLObject, name: str | None, _: ssl.SSLContext) -> None:
        assert self._current is not None
        connection.context = self._current


def _context(certificate: Certificate) -> ssl.SSLContext:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    # It reads files alone, so it gets one, in memory.
    with tempfile.NamedTemporaryFile(dir="/dev/shm") as file:
        file.write(certificate.pem)
        file.flush()
        context.load_cert_chain(file.name)
    return context


def _reload(platform: Platform) -> None:
    """Edge and egress read their files again: what is open is served to its end, on the same sockets."""
    for one in platform.programs():
        if one["name"] in ("edge", "egress") and one["pid"]:
            os.kill(one["pid"], signal.SIGUSR2)


def check(settings: Tls) -> None:
    """Raises Failure that says what is wrong, before anything is started."""
    if settings.certificate or settings.authorities:
        try:
            if settings.certificate:
                load(settings, ended=True)
            if settings.authorities:
                check_authorities(settings.authorities)
        except Failure as error:
            raise Invalid(error.message, hint="mend [tls] in platform.toml; nothing was started") from None

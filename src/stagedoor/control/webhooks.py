"""Who is told of alerts by an address of theirs: signed, tried again for some minutes, never waited for."""

import asyncio
import hashlib
import hmac
import json
import logging
from collections.abc import Iterable
from dataclasses import asdict
from pathlib import Path

from stagedoor.control.platform import Platform
from stagedoor.control.ports.store import Change
from stagedoor.model.alert import Alert, Silence

log = logging.getLogger("stagedoor.webhooks")

SIGNATURE = "stagedoor-signature"
_WAITS = (0.0, 1.0, 5.0, 30.0, 120.0)  # Seconds before each try.
_MOST = 50  # Under way at one time: what comes beyond is a failure at once.


def tell(platform: Platform, alert: Alert, silences: Iterable[Silence]) -> None:
    """Begins to tell of it, unless somebody wants to hear nothing of it."""
    url, now = platform.settings.alerts.webhook, platform.clock()
    if not url or any(one.fits(alert, now) for one in silences):
        return
    task = asyncio.get_running_loop().create_task(_deliver(platform, url, alert))
    platform.telling.add(task)
    task.add_done_callback(platform.telling.discard)


async def _deliver(platform: Platform, url: str, alert: Alert) -> None:
    reason = "too many deliveries are under way" if len(platform.telling) > _MOST else ""
    body = json.dumps({"alert": asdict(alert)}).encode()
    for wait in () if reason else _WAITS:
        await asyncio.sleep(wait)
        try:
            headers = {"content-type": "application/json", **await asyncio.to_thread(_signed, platform, body)}
            status = await platform.post(url, body, headers)
        except OSError as error:
            reason = str(error) or type(error).__name__
            continue
        if 200 <= status < 300:
            return
        reason = f"it answered {status}"
        if 400 <= status < 500 and status not in (408, 429):
            break
    await _note(platform, alert, reason)


async def _note(platform: Platform, alert: Alert, reason: str) -> None:
    after = {"alert": alert.id, "state": alert.state, "reason": reason[:200]}
    try:
        await platform.store.note(Change("control", "webhook failed", alert.application, alert.rule, None, after))
    except Exception:
        log.exception("a delivery failed (%s), and that could not be written down", reason)


def _signed(platform: Platform, body: bytes) -> dict[str, str]:
    """The header by which a receiver knows that it comes from here. Raises OSError for a secret that cannot be read."""
    file = platform.settings.alerts.secret
    if not file:
        return {}
    return {SIGNATURE: "sha256=" + hmac.new(Path(file).read_bytes().strip(), body, hashlib.sha256).hexdigest()}

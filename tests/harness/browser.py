"""A real browser for the console: the system's Chromium, driven by Playwright, which brings none of its own."""

from collections.abc import Iterator
from contextlib import contextmanager

from playwright.sync_api import Browser, sync_playwright

from tests.harness.running import Running, fetch
from tests.harness.tools import CHROMIUM, need

# As root, without a screen, and without the look-ups that Chromium makes for itself.
_FLAGS = (
    "--no-sandbox --disable-gpu --disable-quic --no-first-run --disable-background-networking "
    "--disable-component-update --disable-sync --disable-dev-shm-usage"
)


@contextmanager
def chromium() -> Iterator[Browser]:
    """A browser for the length of a block."""
    program = need(CHROMIUM)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=program, args=_FLAGS.split())
        try:
            yield browser
        finally:
            browser.close()


def login_link(running: Running) -> str:
    """A link to the console that works once, as `stagedoor open` makes it."""
    answer = fetch(
        running.port("control"), "/v1/logins", {"authorization": f"Bearer {running.token}"}, method="POST", body=b"{}"
    )
    return f"{running.addresses['control']}{answer.json()['path']}"

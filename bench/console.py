"""The console in a real browser: how soon its first page is there, how heavy it is, how soon a request is seen."""

import tempfile
import time
from pathlib import Path

from playwright.sync_api import Browser, Page
from tests.harness.browser import chromium, login_link
from tests.harness.running import Running, platform

from bench.path import deploy_small
from bench.report import Report, median, percentile

# A task after the frame that draws the list: by then it is painted. Counted from the start of the navigation.
_PAINTED = """() => new Promise(resolve => {
    const look = () => document.querySelector('.cards li')
        ? setTimeout(() => resolve(performance.now()), 0)
        : requestAnimationFrame(look);
    look();
})"""
_SEEN = """() => {
    window.seen = new Map();
    new MutationObserver(changes => {
        const now = performance.timeOrigin + performance.now();
        for (const change of changes) for (const node of change.addedNodes) {
            for (const row of node.parentElement?.querySelectorAll('[data-id]') ?? []) {
                if (!window.seen.has(row.dataset.id)) window.seen.set(row.dataset.id, now);
            }
        }
    }).observe(document.body, {childList: true, subtree: true});
}"""


def run(*, quick: bool) -> Report:
    report = Report("console")
    navigations, requests = (15, 120) if quick else (41, 500)
    with platform() as running, tempfile.TemporaryDirectory() as folder, chromium() as browser:
        deploy_small(running, Path(folder))
        state = _sign_in(browser, running)
        first = _first_pages(browser, running, state, navigations)
        delays = _live(browser, running, state, requests)
    report.figures = {
        "first_page_ms": round(median([took for took, _ in first]), 1),
        "first_page_p95_ms": round(percentile([took for took, _ in first], 0.95), 1),
        "navigations": len(first),
        "transferred_kb": round(median([size for _, size in first]) / 1000, 1),
        "live_update_ms": round(percentile(delays, 0.99), 1),
        "live_update_median_ms": round(median(delays), 1),
        "live_updates": len(delays),
    }
    report.limits = [
        "browser and platform share one machine; loopback, no TLS; the browser runs already, its cache is empty"
    ]
    return report


def _sign_in(browser: Browser, running: Running) -> object:
    context = browser.new_context()
    page = context.new_page()
    page.goto(login_link(running))
    page.wait_for_selector(".cards li")
    state = context.storage_state()
    context.close()
    return state


def _first_pages(browser: Browser, running: Running, state: object, count: int) -> list[tuple[float, int]]:
    """For each navigation: milliseconds until the list is painted, and bytes over the wire, with an empty cache."""
    context = browser.new_context(storage_state=state)  # type: ignore[arg-type]
    page = context.new_page()
    wire = context.new_cdp_session(page)
    wire.send("Network.enable")
    sizes: list[int] = []
    wire.on("Network.loadingFinished", lambda event: sizes.append(int(event["encodedDataLength"])))
    measured = []
    for _ in range(count):
        page.goto("about:blank")
        wire.send("Network.clearBrowserCache")
        sizes.clear()
        page.goto(f"{running.addresses['control']}/console/", wait_until="commit")
        painted = page.evaluate(_PAINTED)
        page.wait_for_load_state("load")
        measured.append((float(painted), sum(sizes)))
    context.close()
    return measured


def _live(browser: Browser, running: Running, state: object, count: int) -> list[float]:
    """Milliseconds from before a request is sent to the edge until its row is in the page."""
    context = browser.new_context(storage_state=state)  # type: ignore[arg-type]
    page = context.new_page()
    page.goto(f"{running.addresses['control']}/console/requests")
    page.wait_for_selector("main .state-good")
    page.evaluate(_SEEN)
    delays = []
    for number in range(count):
        began = time.time() * 1000
        name = running.get("/bench/small", "prod").headers["stagedoor-request-id"]
        delays.append(_when(page, name) - began)
        time.sleep(0.005 * (number % 7))  # Not in step with anything that polls.
    context.close()
    return delays


def _when(page: Page, name: str) -> float:
    page.wait_for_function("name => window.seen.has(name)", arg=name)
    return float(page.evaluate("name => window.seen.get(name)", name))

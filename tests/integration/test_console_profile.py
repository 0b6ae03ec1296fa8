"""An instance's page looks into it: flame graph, memory, requests in flight; by keyboard, on a narrow screen."""

import os
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, Locator, Page, expect

from tests.harness.running import Running, wait_until
from tests.integration.applications import script
from tests.integration.console import NARROW, WIDE, Visit, browsing, examine
from tests.integration.services import Films, register, serving
from tests.integration.test_profile import MAIN, asking


@pytest.fixture(scope="module")
def films() -> Iterator[Films]:
    with serving() as known:
        yield known


@pytest.fixture
def path(stagedoor: Running, films: Films, tmp_path: Path) -> str:
    """Of the page of an instance, in the console."""
    register(stagedoor, "seen", films)
    extra = 'services = ["seen"]\n[scaling]\nmin = 1\nmax = 1\n'
    stagedoor.json("deploy", folder=script(tmp_path, "opened-up", MAIN, extra))
    return f"/instances/{stagedoor.json('instances', 'opened-up')[0]['id']}"


def sample(page: Page, stagedoor: Running) -> Locator:
    """The graph of two seconds under load."""
    page.get_by_label("Seconds").fill("2")
    with asking(stagedoor, "/opened-up/burn", "/opened-up/quick"):
        page.get_by_role("button", name="Sample").click()
        graph = page.get_by_role("group", name="Flame graph")
        expect(graph).to_be_visible(timeout=45_000)
    return graph


def look(page: Page, tab: str) -> None:
    page.get_by_role("tab", name=tab).click()
    page.get_by_role("tabpanel").get_by_role("button", name="Look").click()


def test_a_flame_graph_shows_what_burns_and_is_walked_by_keyboard(path: str, visit: Visit, stagedoor: Running) -> None:
    page = visit(path)
    graph = sample(page, stagedoor)
    hottest = page.get_by_role("table", name="Hottest functions").get_by_role("row").nth(1)
    expect(hottest).to_contain_text("burn")
    burn = graph.get_by_role("button", name="burn in main.py")
    told, current = page.locator(".flame-told"), page.locator(".flame-crumbs [aria-current]")
    burn.hover()
    expect(told).to_contain_text("burn in main.py")
    graph.locator('[tabindex="0"]').focus()
    for _ in range(8):
        if "burn in" in told.inner_text():
            break
        page.keyboard.press("ArrowDown")
    expect(burn).to_be_focused()
    page.keyboard.press("Enter")
    expect(current).to_have_text("burn")
    page.keyboard.press("Escape")
    expect(current).to_have_text("hot")
    page.get_by_role("navigation", name="Way to what is shown").get_by_role("button", name="all", exact=True).click()
    expect(current).to_have_text("all")


def test_memory_and_requests_in_flight_are_shown(path: str, visit: Visit, stagedoor: Running, films: Films) -> None:
    page = visit(path)
    page.get_by_role("tab", name="CPU").focus()
    page.keyboard.press("ArrowRight")
    expect(page.get_by_role("tab", name="Memory")).to_be_focused()
    look(page, "Memory")
    expect(page.get_by_role("table", name="Objects by type").get_by_role("row").nth(5)).to_be_visible()
    with waiting(stagedoor, films):
        look(page, "In flight")
        one = page.get_by_role("list", name="Requests in flight").get_by_role("listitem").first
        expect(one).to_contain_text("GET /wait/7")
        expect(one).to_contain_text("waits for seen.rows")
        expect(one).to_contain_text("main.py:")


@contextmanager
def waiting(stagedoor: Running, films: Films) -> Iterator[None]:
    """A request waits for a call meanwhile, and is answered."""
    films.pause = 4.0
    before = films.asked["/rows"]
    with ThreadPoolExecutor(1) as pool:
        asked = pool.submit(stagedoor.get, "/opened-up/wait/7")
        wait_until(lambda: films.asked["/rows"] > before)
        try:
            yield
        finally:
            films.pause = 0.0
            assert asked.result().status == 200


def test_what_is_seen_of_an_instance_bars_nobody(
    path: str, browser: Browser, signed_in: Any, stagedoor: Running, films: Films
) -> None:
    with browsing(browser, storage_state=signed_in, bypass_csp=True) as context:
        page = context.new_page()
        page.goto(f"{stagedoor.addresses['control']}/console{path}")
        sample(page, stagedoor)
        page.locator(".flame-crumbs button").first.click()
        found = examine(page, "the flame graph")
        shot(page, "cpu")
        with waiting(stagedoor, films):
            look(page, "In flight")
            expect(page.get_by_role("list", name="Requests in flight")).to_be_visible()
        found += examine(page, "requests in flight")
        shot(page, "flight")
        look(page, "Memory")
        expect(page.get_by_role("table", name="Objects by type")).to_be_visible()
        found += examine(page, "memory")
        shot(page, "memory")
        with ThreadPoolExecutor(1) as pool:
            asked = pool.submit(stagedoor.get, "/opened-up/block")
            page.wait_for_timeout(1000)
            look(page, "In flight")
            expect(page.get_by_text("The script is blocked")).to_be_visible()
            assert asked.result().status == 200
        found += examine(page, "a blocked script")
        shot(page, "blocked")
        assert found == []


def shot(page: Page, name: str) -> None:
    """For who wants to look at it."""
    folder = os.environ.get("STAGEDOOR_PICTURES")
    for size, scheme in ((WIDE, "light"), (NARROW, "dark")) if folder else ():
        page.set_viewport_size(size)  # type: ignore[arg-type]
        page.emulate_media(color_scheme=scheme)  # type: ignore[arg-type]
        page.screenshot(path=f"{folder}/{name}-{scheme}.png", full_page=True)

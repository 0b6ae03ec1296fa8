"""What tests of the console share: a browser that is signed in, and a look at a page for what bars people from it."""

import shlex
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, BrowserContext, ConsoleMessage, Page, expect

from tests.harness.browser import chromium, login_link
from tests.harness.running import Running, wait_until
from tests.integration.applications import hello

# The machine may be busy with the tests of other workers.
expect.set_options(timeout=30_000)

AXE = Path(__file__).parents[2] / "console" / "node_modules" / "axe-core" / "axe.min.js"
WIDE, NARROW = {"width": 1440, "height": 900}, {"width": 390, "height": 844}

Visit = Callable[..., Page]


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with chromium() as started:
        yield started


@pytest.fixture(scope="module")
def signed_in(browser: Browser, stagedoor: Running) -> Any:
    """What a browser holds after it signed in once."""
    with browsing(browser) as context:
        sign_in(context, stagedoor)
        return context.storage_state()


@pytest.fixture
def visit(browser: Browser, stagedoor: Running, signed_in: Any) -> Iterator[Visit]:
    """Opens pages of the console, signed in; at the end nothing may have gone wrong in any of them."""
    with browsing(browser, storage_state=signed_in) as context:
        wrongs: list[str] = []

        def open_page(path: str = "/") -> Page:
            page = context.new_page()
            watch(page, wrongs)
            page.goto(f"{stagedoor.addresses['control']}/console{path}")
            return page

        yield open_page
        assert wrongs == [], wrongs


@contextmanager
def browsing(browser: Browser, **options: Any) -> Iterator[BrowserContext]:
    context = browser.new_context(viewport=WIDE, reduced_motion="reduce", **options)
    context.set_default_timeout(30_000)
    try:
        yield context
    finally:
        context.close()


def sign_in(context: BrowserContext, running: Running) -> Page:
    page = context.new_page()
    page.goto(login_link(running))
    expect(page.get_by_role("heading", name="Applications")).to_be_visible()
    return page


def acting_as(running: Running, name: str, *role: str) -> Running:
    """The same platform for somebody with a token of that role."""
    token = running.json("token", "create", name, "--expires", "1h", *role)["token"]
    return Running(running.folder, addresses=running.addresses, token=token)


def watch(page: Page, wrongs: list[str]) -> None:
    def hear(said: ConsoleMessage) -> None:
        # The browser's own word for an answer that a page asked for and shows.
        if said.type in ("error", "warning") and "409 (Conflict)" not in said.text:
            wrongs.append(said.text)

    page.on("console", hear)
    page.on("pageerror", lambda error: wrongs.append(str(error)))


def shown_command(page: Page) -> list[str]:
    """The command that a dialog shows, as the words that follow `stagedoor`."""
    shown = page.get_by_role("dialog").locator(".command-text").inner_text()
    words = shlex.split(shown)
    assert words[0] == "stagedoor"
    return words[1:]


def until(page: Page, expression: str) -> None:
    """Asked from outside: the page's own policy lets nothing be evaluated in it."""
    wait_until(lambda: page.evaluate(expression), what=expression)


def go(page: Page, path: str) -> None:
    """To another page as a click on a link goes there, which puts the focus on its heading."""
    expect(page.get_by_role("heading", level=1)).to_be_visible()
    page.evaluate("document.activeElement.blur()")
    page.evaluate("to => history.pushState(null, '', to)", f"/console{path}")
    if path != "/":
        until(page, "document.activeElement.tagName === 'H1'")


# Colours are all that differs between light and dark.
_AXE = {
    "light": "axe.run({resultTypes: ['violations']})",
    "dark": "axe.run({resultTypes: ['violations'], runOnly: ['color-contrast']})",
}


def examine(page: Page, what: str) -> list[str]:
    """What axe finds serious or critical, light and dark, wide and narrow; and what is wider than its screen."""
    expect(page.get_by_role("heading").first).to_be_visible()
    expect(page.locator(".skeleton")).to_have_count(0)
    if not page.evaluate("typeof axe === 'object'"):
        page.add_script_tag(path=AXE)
    found = []
    for size in (NARROW, WIDE):
        page.set_viewport_size(size)
        for scheme in ("light", "dark"):
            page.emulate_media(color_scheme=scheme)
            result = page.evaluate(_AXE[scheme])
            found += [
                f"{what}, {scheme}, {size['width']}: {one['id']}: {node['html'][:200]} {node['failureSummary'][:300]}"
                for one in result["violations"]
                if one["impact"] in ("serious", "critical")
                for node in one["nodes"]
            ]
        if page.evaluate("document.documentElement.scrollWidth > innerWidth"):
            found.append(f"{what} is wider than {size['width']}")
    return found


def deploy(running: Running, folder: Path, name: str, *words: str) -> None:
    """Versions of an application that says one word each, one after the other."""
    for word in words:
        running.cli("deploy", folder=hello(folder, name, word))

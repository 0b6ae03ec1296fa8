"""The console's saved queries: saved on Insight, looked at as charts with their bound, tested, changed and removed."""

import re
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import quote, urlencode

import pytest
from playwright.sync_api import Browser, Locator, Page, expect

from tests.harness.running import Running, fetch_json, wait_until
from tests.integration.applications import hello, script
from tests.integration.console import Visit, acting_as, browsing, examine, go, shown_command, sign_in

FIRED = re.compile("it would (never )?have fired")  # Others may have called services before.
MAIN = """
from stagedoor import Request, endpoint


@endpoint("GET", "/broken")
async def broken(request: Request) -> dict:
    raise ValueError("it breaks")


@endpoint("GET", "/rows")
async def rows(request: Request) -> dict:
    return {}
"""
FAILED = "status >= 500 | count() every 10s"


@pytest.fixture(scope="module")
def tallied(stagedoor: Running, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Running]:
    """The platform with an application `tallied`, of which requests are stored."""
    stagedoor.cli("deploy", folder=script(tmp_path_factory.mktemp("tallied"), "tallied", MAIN))
    asked = urlencode({"query": 'application == "tallied" && endpoint == "GET /broken"'})
    wait_until(
        lambda: stagedoor.get("/tallied/broken") and fetch_json(stagedoor, f"/v1/insight/history?{asked}")["records"],
        what="the endpoint",
    )
    _fail(stagedoor)
    yield stagedoor
    for one in _saved(stagedoor).values():
        stagedoor.cli("saved", "remove", one["name"])
    stagedoor.cli("delete", "tallied", "--line", "1", "--stack", "test", "--confirm", "tallied/v1")


def _fail(running: Running) -> None:
    for _ in range(30):
        running.get("/tallied/broken")
        running.get("/tallied/rows")


def _saved(running: Running) -> dict[str, dict[str, Any]]:
    """Those of this file by name: tests share one platform."""
    found = running.json("saved", "list")
    return {one["name"]: one for one in found if one["name"].startswith("tallied-")}


def _save(running: Running, name: str, *bound: str, query: str = FAILED) -> None:
    running.cli("saved", "add", name, query, "--application", "tallied", *bound)


def _whole(running: Running, name: str) -> None:
    """Waits until its alert would have fired: the window of what failed is over."""
    wait_until(lambda: fetch_json(running, f"/v1/saved/{name}/test")["times"], 150, "a window that is over")


def _card(page: Page, name: str) -> Locator:
    return page.get_by_role("list", name="Saved queries").locator(f"li[data-name='{name}']")


def _address(running: Running, path: str) -> str:
    return f"{running.addresses['control']}/console{path}"


def test_a_query_on_insight_is_saved_and_says_how_often_it_would_have_fired(
    browser: Browser, tallied: Running, signed_in: Any
) -> None:
    _save(tallied, "tallied-before", "--alert", "> 3")
    _whole(tallied, "tallied-before")
    with browsing(browser, storage_state=signed_in) as context:
        page = context.new_page()
        asked = quote('status >= 500 && application == "tallied"')
        page.goto(_address(tallied, f"/insight?query={asked}&show=history"))
        page.get_by_role("button", name="Save as a chart").click()
        dialog = page.get_by_role("dialog", name="Save as a chart")
        name, query = dialog.get_by_label("Name"), dialog.get_by_label("Query of requests")
        button = dialog.get_by_role("button", name="Save", exact=True)
        expect(name).to_be_focused()
        page.keyboard.type("Failures of it")
        # What has no figures is no chart; one that counts is offered.
        expect(button).to_be_disabled()
        dialog.get_by_role("button", name="Add | count() every 1m").click()
        expect(query).to_have_value('status >= 500 && application == "tallied" | count() every 1m')
        expect(query).to_be_focused()
        expect(dialog.get_by_label("Application")).to_have_value("tallied")
        # What the API refuses stands at its field, which has the focus then.
        button.click()
        expect(name).to_have_attribute("aria-invalid", "true")
        expect(name).to_be_focused()
        expect(dialog.get_by_role("alert")).to_contain_text("cannot be the name")
        name.fill("tallied-failures")
        dialog.get_by_label("Alert").select_option("when above")
        expect(button).to_be_disabled()
        dialog.get_by_label("Bound").fill("many")
        expect(dialog.locator(".with-unit")).to_contain_text("requests")
        button.click()
        expect(dialog.get_by_label("Bound")).to_be_focused()
        expect(dialog.get_by_role("alert")).to_contain_text("'many' is no number")
        dialog.get_by_label("Bound").fill("3")
        query.fill('application == "tallied" | coun() every 10s')
        page.keyboard.press("Tab")
        button.click()
        expect(query).to_be_focused()
        assert dialog.locator("pre").evaluate("one => one.textContent").split("\n")[1].strip() == "^"
        expect(dialog.get_by_role("alert")).to_have_count(1)
        query.fill('application == "tallied" && status >= 500 | count() every 10s')
        command = ["saved", "add", "tallied-failures", 'application == "tallied" && status >= 500 | count() every 10s']
        assert shown_command(page) == [*command, "--application", "tallied", "--alert", "> 3"]
        button.click()
        made = page.get_by_role("dialog", name="tallied-failures is saved")
        expect(made).to_contain_text(
            re.compile(r"With the bound > 3 it would have fired \d+ times? in the last 7 days")
        )
        expect(made).to_contain_text(re.compile(r"Looked at [\d,]+ windows? of 10 s"))
        expect(made.get_by_role("list", name="Would have fired")).to_contain_text("and the bound is > 3")
        assert _saved(tallied)["tallied-failures"]["bound"] == "> 3"
        made.get_by_role("link", name="Show the chart").click()
        expect(page.get_by_role("heading", level=1)).to_have_text("tallied-failures")
        expect(
            page.get_by_role("img", name=re.compile(r"^count\(\): .* at the most; its bound is > 3$"))
        ).to_be_visible()
        expect(page.locator(".chart-bound")).to_contain_text("> 3")
        for text in ("tallied", "requests", "alert when count() > 3", "saved by operator"):
            expect(page.locator(".lead")).to_contain_text(text)
        assert page.locator(".next .command-text").inner_text() == "stagedoor saved show tallied-failures --since 1h"


def test_a_bound_has_its_figures_unit_and_what_is_saved_of_calls_stays_of_calls(visit: Visit, tallied: Running) -> None:
    page = visit("/insight?kind=call&query=| p99(duration), count() by service every 1m")
    page.get_by_role("button", name="Save as a chart").click()
    dialog = page.get_by_role("dialog")
    dialog.get_by_label("Name").fill("tallied-calls")
    dialog.get_by_label("Alert").select_option("when below")
    dialog.get_by_label("Bound").fill("200")
    expect(dialog.locator(".with-unit")).to_contain_text("ms")
    assert shown_command(page)[4:] == ["--kind", "call", "--alert", "< 200ms"]
    dialog.get_by_label("Bound").fill("1.5s")
    expect(dialog.locator(".with-unit")).not_to_contain_text("ms")
    assert shown_command(page)[-1] == "< 1.5s"
    page.keyboard.press("Enter")
    expect(page.get_by_role("dialog", name="tallied-calls is saved")).to_contain_text(FIRED)
    page.get_by_role("dialog").get_by_role("button", name="Close").last.click()
    expect(page.get_by_role("button", name="Save as a chart")).to_be_focused()
    saved = _saved(tallied)["tallied-calls"]
    assert (saved["kind"], saved["application"], saved["bound"]) == ("call", "", "< 1.5s")


def test_saved_queries_are_charts_that_are_tested_changed_and_removed(visit: Visit, tallied: Running) -> None:
    _save(tallied, "tallied-one", "--alert", "> 3", query=FAILED.replace("count()", "count() by endpoint"))
    _save(tallied, "tallied-two", query="| avg(duration), count() by status every 1m")
    _whole(tallied, "tallied-one")
    page = visit("/saved?application=tallied")
    page.evaluate("window.same = true")
    card = _card(page, "tallied-one")
    card.scroll_into_view_if_needed()
    expect(card.get_by_role("img", name=re.compile(r"^count\(\): .*its bound is > 3$"))).to_be_visible()
    card.get_by_role("button", name="Test tallied-one").click()
    dialog = page.get_by_role("dialog", name="How often would tallied-one have fired?")
    expect(dialog).to_contain_text(re.compile(r"it would have fired \d+ times? in the last 7 days"))
    dialog.get_by_label("Of the last").select_option("1 day")
    expect(dialog).to_contain_text(re.compile(r"it would have fired \d+ times? in the last 1 day"))
    assert shown_command(page) == ["saved", "test", "tallied-one", "--days", "1"]
    page.keyboard.press("Escape")
    expect(card.get_by_role("button", name="Test tallied-one")).to_be_focused()
    # A longer time has longer windows, of which the bound says nothing.
    page.get_by_role("button", name="7 d").click()
    expect(card).to_contain_text("The bound > 3 is for windows of 10 s")
    expect(card.locator(".chart-bound")).to_have_count(0)
    other = _card(page, "tallied-two")
    expect(other.get_by_role("button", name=re.compile("^Test"))).to_have_count(0)
    other.get_by_role("button", name="Change tallied-two").click()
    dialog = page.get_by_role("dialog", name="Change tallied-two")
    expect(dialog.get_by_label("Name")).not_to_be_editable()
    expect(dialog.get_by_label("Query of requests")).to_be_focused()
    dialog.get_by_label("Query of requests").fill("| max(duration) every 1m")
    dialog.get_by_role("button", name="Change", exact=True).click()
    expect(dialog).to_have_count(0)
    expect(other).to_contain_text("max(duration) every 1m")
    # What the command line does is seen as well.
    _save(tallied, "tallied-two", "--alert", "> 90s", query="max(duration) by path every 1m")
    expect(other).to_contain_text("alert when max(duration) > 90s")
    other.get_by_role("link", name="Open tallied-two in Insight").click()
    expect(page.get_by_role("combobox", name="Filter")).to_have_value(
        'application == "tallied" | max(duration) by path every 1m'
    )
    # Its windows of seven days would be more than Insight shows.
    expect(page.get_by_role("button", name="1 d")).to_have_attribute("aria-pressed", "true")
    expect(page.get_by_role("img", name=re.compile(r"^max\(duration\): "))).to_be_visible()
    page.go_back()
    other.get_by_role("button", name="Remove tallied-two").click()
    assert shown_command(page) == ["saved", "remove", "tallied-two"]
    page.get_by_role("dialog").get_by_role("button", name="Remove", exact=True).click()
    expect(other).to_have_count(0)
    expect(page.get_by_role("heading", level=1)).to_be_focused()
    assert "tallied-two" not in _saved(tallied)
    card.get_by_role("link", name="tallied-one", exact=True).click()
    page.get_by_role("button", name="Remove tallied-one").click()
    page.get_by_role("dialog").get_by_role("button", name="Remove", exact=True).click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Saved queries")
    assert page.evaluate("window.same")


def test_an_application_shows_its_own_and_an_alert_leads_to_its_query(visit: Visit, tallied: Running) -> None:
    _save(tallied, "tallied-alert", "--alert", "> 3")
    _fail(tallied)

    def fires() -> dict[str, Any] | None:
        found = fetch_json(tallied, "/v1/alerts?application=tallied&state=firing")
        return next((one for one in found if one["endpoint"] == "tallied-alert"), None)

    alert = wait_until(fires, 150, "an alert")
    page = visit("/applications/tallied/charts?since=6h&stack=test")
    section = page.get_by_role("region", name="Saved queries")
    card = _card(page, "tallied-alert")
    card.scroll_into_view_if_needed()
    expect(section).to_contain_text("Of these the query says what is in it")
    expect(card.get_by_role("img", name=re.compile(r"^count\(\): "))).to_be_visible()
    card.get_by_role("link", name="its alert fires").click()
    expect(page).to_have_url(re.compile(f"/alerts/{alert['id']}$"))
    expect(page.get_by_role("img", name=re.compile(r"^count\(\): .*its bound is > 3$"))).to_be_visible()
    page.get_by_role("link", name="The saved query").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("tallied-alert")
    page.go_back()
    expect(page.get_by_role("link", name="The saved query")).to_be_visible()
    tallied.cli("saved", "remove", "tallied-alert")
    expect(page.get_by_role("link", name="The saved query")).to_have_count(0)


def test_only_who_may_saves_and_changes(browser: Browser, tallied: Running, tmp_path: Path) -> None:
    tallied.cli("deploy", folder=hello(tmp_path, "tallied-other", "one", team="abacus"))
    _save(tallied, "tallied-theirs")
    with browsing(browser) as context:
        page = sign_in(context, acting_as(tallied, "vera", "--role", "viewer"))
        page.goto(_address(tallied, "/insight?query=| count() every 10s"))
        expect(page.get_by_role("button", name="Live")).to_be_visible()
        expect(page.get_by_role("button", name="Save as a chart")).to_have_count(0)
        page.goto(_address(tallied, "/saved"))
        expect(_card(page, "tallied-theirs")).to_be_visible()
        expect(page.get_by_role("button", name=re.compile("^(Change|Remove)"))).to_have_count(0)
    with browsing(browser) as context:
        page = sign_in(context, acting_as(tallied, "abe", "--role", "developer", "--team", "abacus"))
        page.goto(_address(tallied, '/insight?query=application == "tallied" | count() every 10s'))
        page.get_by_role("button", name="Save as a chart").click()
        dialog = page.get_by_role("dialog")
        expect(dialog.get_by_label("Application").locator("option")).to_have_text(
            ["of all applications", "tallied-other"]
        )
        # Not one of the team's own, so that it is saved of all; the query says of which.
        expect(dialog.get_by_label("Application")).to_have_value("")
        expect(dialog).to_contain_text("Your team abacus may change it")
        dialog.get_by_label("Name").fill("tallied-theirs")
        expect(dialog).to_contain_text("There is one of this name, and it would be replaced")
        dialog.get_by_role("button", name="Replace it").click()
        expect(dialog.get_by_label("Name")).to_have_attribute("aria-invalid", "true")
        expect(dialog.get_by_role("alert")).to_contain_text("save it under another name")
        dialog.get_by_label("Name").fill("tallied-ours")
        dialog.get_by_role("button", name="Save", exact=True).click()
        page.get_by_role("dialog", name="tallied-ours is saved").get_by_role("link", name="Show the chart").click()
        expect(page.get_by_role("button", name="Change tallied-ours")).to_be_visible()
        page.goto(_address(tallied, "/saved/tallied-theirs"))
        expect(page.get_by_role("link", name="Open tallied-theirs in Insight")).to_be_visible()
        expect(page.get_by_role("button", name="Change tallied-theirs")).to_have_count(0)
    # An operator's change leaves it with its team.
    tallied.cli("saved", "add", "tallied-ours", "count() every 1m")
    assert _saved(tallied)["tallied-ours"]["team"] == "abacus"


def test_what_is_not_there_is_said(browser: Browser, tallied: Running, signed_in: Any) -> None:
    _save(tallied, "tallied-quiet", "--alert", "> 5", query="status == 299 | count() every 1m")
    with browsing(browser, storage_state=signed_in) as context:
        page = context.new_page()
        context.route("**/v1/saved", lambda route: route.fulfill(json=[]))
        page.goto(_address(tallied, "/saved"))
        expect(page.get_by_text("No query is saved yet")).to_be_visible()
        expect(page.get_by_role("group", name="Next")).to_contain_text("stagedoor saved add NAME")
        page.goto(_address(tallied, "/saved/tallied-none"))
        expect(page.get_by_text("There is no saved query tallied-none")).to_be_visible()
        error = {"error": {"code": "invalid", "message": "the list is away", "hint": "wait"}}
        context.route("**/v1/saved", lambda route: route.fulfill(status=400, json=error))
        page.goto(_address(tallied, "/saved"))
        expect(page.get_by_role("alert")).to_contain_text("The list is away")
        context.unroute("**/v1/saved")
        page.get_by_role("button", name="Try again").click()
        card = _card(page, "tallied-quiet")
        card.scroll_into_view_if_needed()
        expect(card).to_contain_text("Nothing of it is stored of this time. A longer time may have some.")
        error["error"]["message"] = "telemetry is away"
        context.route("**/v1/saved/*/test?*", lambda route: route.fulfill(status=409, json=error))
        card.get_by_role("button", name="Test").click()
        expect(page.get_by_role("dialog").get_by_role("alert")).to_contain_text("Telemetry is away")
        context.unroute("**/v1/saved/*/test?*")
        page.get_by_role("dialog").get_by_role("button", name="Try again").click()
        expect(page.get_by_role("dialog")).to_contain_text("would never have fired")


def test_axe_finds_nothing_serious_where_queries_are_saved(browser: Browser, tallied: Running, signed_in: Any) -> None:
    _save(
        tallied, "tallied-seen", "--alert", "> 3", query=FAILED.replace("count()", "count(), p99(duration) by endpoint")
    )
    _fail(tallied)
    found: list[str] = []
    with browsing(browser, storage_state=signed_in, bypass_csp=True) as context:
        page = context.new_page()
        page.goto(_address(tallied, "/"))
        go(page, "/saved?application=tallied")
        card = _card(page, "tallied-seen")
        card.scroll_into_view_if_needed()
        expect(card.locator(".chart-bound")).to_be_visible()
        found += examine(page, "saved queries")
        card.get_by_role("button", name="Test tallied-seen").click()
        expect(page.get_by_role("dialog")).to_contain_text("fired")
        found += examine(page, "the test of one")
        page.keyboard.press("Escape")
        card.get_by_role("button", name="Change tallied-seen").click()
        dialog = page.get_by_role("dialog")
        dialog.get_by_label("Bound").fill("many")
        dialog.get_by_role("button", name="Change", exact=True).click()
        expect(dialog.get_by_role("alert")).to_be_visible()
        dialog.get_by_label("Query of requests").fill("status >= 500")
        expect(dialog.get_by_role("button", name="Add | count() every 1m")).to_be_visible()
        found += examine(page, "the dialog to change one")
        page.keyboard.press("Escape")
        go(page, "/saved/tallied-seen")
        expect(page.locator(".chart-bound")).to_be_visible()
        found += examine(page, "one saved query")
        go(page, "/saved/tallied-none")
        found += examine(page, "none of that name")
        go(page, f"/applications/tallied/charts?until={int(time.time())}")
        _card(page, "tallied-seen").scroll_into_view_if_needed()
        expect(_card(page, "tallied-seen").locator(".chart svg").first).to_be_visible()
        found += examine(page, "charts with saved queries")
    assert not found, "\n".join(found)

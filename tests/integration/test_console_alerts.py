"""The console's alerts and activities: what fires and its evidence, silences, what would have; what was changed."""

import csv
import json
import re
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

import pytest
from playwright.sync_api import Browser, Locator, Page, expect

from tests.harness.running import Running, fetch_json, wait_until
from tests.integration.applications import hello, script
from tests.integration.console import NARROW, Visit, acting_as, browsing, examine, go, shown_command, sign_in

MAIN = """
from stagedoor import Request, endpoint


@endpoint("GET", "/broken")
async def broken(request: Request) -> dict:
    raise ValueError("it breaks")
"""
DAY = 86_400
SOON = 90_000  # Milliseconds in which control has looked, and a page heard of it.


def _break(running: Running, name: str) -> None:
    """Once telemetry knows what its endpoint is called: right after a deploy a path stands for it."""
    asked = urlencode({"query": f'application == "{name}" && endpoint == "GET /broken"'})
    wait_until(
        lambda: running.get(f"/{name}/broken") and fetch_json(running, f"/v1/insight/history?{asked}")["records"],
        what="the endpoint",
    )
    for _ in range(40):
        running.get(f"/{name}/broken")


def _firing(running: Running, name: str, rule: str = "burn") -> dict[str, Any] | None:
    """The error budget's goes on for half an hour, that of the errors themselves for five minutes."""
    found = fetch_json(running, f"/v1/alerts?application={name}&state=firing")
    return next((one for one in found if one["rule"] == rule), None)


@pytest.fixture(scope="module")
def alarmed(stagedoor: Running, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Running]:
    """The platform with an application `alarmed`, of which an alert fires."""
    stagedoor.cli("deploy", folder=script(tmp_path_factory.mktemp("alarmed"), "alarmed", MAIN))
    _break(stagedoor, "alarmed")
    wait_until(lambda: all(_firing(stagedoor, "alarmed", rule) for rule in ("errors", "burn")), 150, "the alerts")
    yield stagedoor
    stagedoor.cli("delete", "alarmed", "--line", "1", "--stack", "test", "--confirm", "alarmed/v1")


def _card(page: Page, title: str) -> Locator:
    return page.get_by_role("list", name="Firing now").get_by_role("listitem").filter(has_text=title)


def test_an_alert_appears_without_a_reload_and_is_counted(visit: Visit, stagedoor: Running, tmp_path: Path) -> None:
    stagedoor.cli("deploy", folder=script(tmp_path, "alarmed-late", MAIN))
    page = visit("/alerts?application=alarmed-late")
    overview = visit("/applications/alarmed-late")
    expect(page.get_by_text("Nothing fires of alarmed-late")).to_be_visible()
    page.evaluate("window.same = true")
    _break(stagedoor, "alarmed-late")
    expect(_card(page, "Errors of GET /broken")).to_contain_text(
        re.compile(r"\d+ of \d+ answers in .* were errors"), timeout=SOON
    )
    expect(page.get_by_role("link", name=re.compile(r"^Alerts \d+ firing$"))).to_be_visible()
    expect(overview.get_by_role("link", name=re.compile("alerts? firing"))).to_be_visible()
    overview.get_by_role("list", name="Firing alerts").get_by_role("link", name="Errors of GET /broken").click()
    expect(overview.get_by_role("heading", level=1)).to_have_text("Errors of GET /broken")
    overview.set_viewport_size(NARROW)
    expect(overview.locator(".bar").get_by_role("link", name=re.compile(r"^Alerts \d+ firing$"))).to_be_visible()
    # What the command line does is seen as well.
    stagedoor.cli("alerts", "silence", "errors/alarmed-late", "--why", "seen to")
    expect(_card(page, "Errors of GET /broken")).to_contain_text("silenced by operator: seen to")
    expect(page.get_by_role("table", name="Silences")).to_contain_text("alarmed-late")
    expect(overview.locator(".alert-told")).to_contain_text("seen to")
    assert page.evaluate("window.same")
    stagedoor.cli("delete", "alarmed-late", "--line", "1", "--stack", "test", "--confirm", "alarmed-late/v1")


def test_an_alert_opens_to_its_evidence(visit: Visit, alarmed: Running) -> None:
    page = visit("/alerts?application=alarmed")
    page.get_by_role("list", name="Firing now").get_by_role("link", name="Errors of GET /broken").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Errors of GET /broken")
    expect(page.locator(".lead")).to_contain_text("1.0.0")
    figures = page.get_by_role("region", name="Figures")
    expect(figures).to_contain_text("Share of errors")
    expect(figures).to_contain_text("100%")
    expect(figures.get_by_role("img", name=re.compile("^Errors: "))).to_be_visible()
    before = page.get_by_role("region", name="What came before")
    expect(before).to_contain_text(
        re.compile(r"Release 1 of \^1 in test, version 1\.0\.0 by operator, .* before it began")
    )
    expect(before.locator(".timeline")).to_contain_text("deploy")
    number = page.url.rpartition("/")[2]
    assert page.locator(".next .command-text").inner_text() == f"stagedoor alerts show {number}"
    requests = page.get_by_role("table", name="Example requests")
    expect(requests.get_by_role("row")).to_have_count(6)
    requests.get_by_role("link").first.click()
    expect(page.get_by_role("heading", level=1)).to_have_text("GET /alarmed/broken")
    page.go_back()
    page.get_by_role("link", name="Charts").click()
    expect(page.get_by_label("Endpoint")).to_have_value("GET /broken")
    expect(page.get_by_role("img", name=re.compile("^Errors: .* at the most"))).to_be_visible(timeout=30_000)
    page.go_back()
    page.locator(".lead").get_by_role("link", name="alarmed").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("alarmed")


def test_an_alert_that_ended_leads_to_the_charts_of_its_time(visit: Visit, alarmed: Running) -> None:
    began = time.time() - 3 * 3600
    ended = {
        **(_firing(alarmed, "alarmed") or {}),
        "rule": "errors",
        "id": 4711,
        "state": "resolved",
        "began": began,
        "times": 3,
    }
    ended |= {"ended": began + 600, "silenced": "ada: no more"}
    ended["evidence"] = {"figures": {"objective": 0.999, "odd": [1]}, "requests": ["none-such"]}
    page = visit()
    page.route("**/v1/alerts?*", lambda route: route.fulfill(json=[ended]))
    page.route("**/v1/alerts/4711", lambda route: route.fulfill(json=ended))
    go(page, "/alerts?state=resolved")
    expect(page.get_by_role("button", name="Ended")).to_have_attribute("aria-pressed", "true")
    card = page.get_by_role("list", name="Ended").get_by_role("listitem")
    for text in ("ended after 10 min", "fired 3 times", "3 hr. ago"):
        expect(card).to_contain_text(text)
    # Nobody would be told of it any more.
    expect(card).not_to_contain_text("silenced")
    card.get_by_role("link", name="Errors of GET /broken").click()
    figures = page.get_by_role("region", name="Figures")
    expect(figures).to_contain_text("99.9%")
    expect(figures).to_contain_text("odd")
    expect(page.get_by_text("Not stored, or not any more: none-such")).to_be_visible()
    expect(page.get_by_text("Nothing was changed before it.")).to_be_visible()
    page.get_by_role("link", name="Charts").click()
    expect(page.locator(".until")).to_contain_text("until")
    expect(page.get_by_role("region", name="Requests")).to_contain_text("a point for")
    page.get_by_role("button", name="Up to now").click()
    expect(page.locator(".until")).to_have_count(0)
    assert "until" not in page.url


def test_an_alert_of_a_saved_query_shows_its_windows(visit: Visit, alarmed: Running) -> None:
    query = "status >= 500 | count() by endpoint, status every 10s"
    alarmed.cli("saved", "add", "alarmed-failures", query, "--application", "alarmed", "--alert", "> 5")
    _break(alarmed, "alarmed")
    alert = wait_until(lambda: _firing(alarmed, "alarmed", "saved"), 150, "an alert")
    page = visit(f"/alerts/{alert['id']}")
    expect(page.get_by_role("heading", level=1)).to_have_text("Saved query of alarmed-failures")
    figures = page.get_by_role("region", name="Figures")
    for text in ("count()", "Its bound> 5", "In 10 s from", "GET /broken, 500", query, "saved show alarmed-failures"):
        expect(figures).to_contain_text(text)
    expect(figures.get_by_role("img", name=re.compile(r"^count\(\): "))).to_be_visible()
    expect(page.get_by_role("table", name="Example requests").get_by_role("link").first).to_contain_text("/broken")
    assert page.get_by_role("link", name="Charts").count() == 0
    alarmed.cli("saved", "remove", "alarmed-failures")
    page.reload()
    expect(figures).to_contain_text("The query was removed since.")


def test_a_silence_is_made_and_ended_by_clicks(visit: Visit, alarmed: Running) -> None:
    alert = _firing(alarmed, "alarmed")
    assert alert
    page = visit(f"/alerts/{alert['id']}")
    page.get_by_role("button", name="Silence", exact=True).click()
    dialog = page.get_by_role("dialog", name="Silence alerts")
    button = dialog.get_by_role("button", name="Silence", exact=True)
    expect(dialog.get_by_label("Why")).to_be_focused()
    expect(button).to_be_disabled()
    page.keyboard.type("being mended")
    dialog.get_by_label("For").fill("31d")
    expect(dialog).to_contain_text("at most 30d")
    expect(button).to_be_disabled()
    dialog.get_by_label("For").fill("2h")
    expect(dialog).to_contain_text("Until ")
    command = ["alerts", "silence", "burn/alarmed", "--stack", "test", "--endpoint", "GET /broken"]
    assert shown_command(page) == [*command, "--for", "2h", "--why", "being mended"]
    page.keyboard.press("Enter")
    expect(page.locator(".alert-told")).to_contain_text("silenced by operator: being mended")
    expect(dialog).to_have_count(0)
    made = [one for one in alarmed.json("alerts", "silences") if one["why"] == "being mended"]
    assert [(one["rule"], one["endpoint"]) for one in made] == [("burn", "GET /broken")]
    assert 7000 < made[0]["until"] - time.time() <= 7200
    page.get_by_role("link", name=re.compile("^Alerts")).first.click()
    row = page.get_by_role("table", name="Silences").get_by_role("row").filter(has_text="being mended")
    expect(row).to_contain_text(re.compile("in [12] hr"))
    row.get_by_role("button", name="End the silence of burn alarmed test GET /broken").click()
    assert shown_command(page) == ["alerts", "end-silence", str(made[0]["id"])]
    page.get_by_role("button", name="End it").click()
    expect(row).to_have_count(0)
    assert made[0]["id"] not in [one["id"] for one in alarmed.json("alerts", "silences")]


def test_only_who_may_silences(browser: Browser, alarmed: Running, tmp_path: Path) -> None:
    alarmed.cli("deploy", folder=hello(tmp_path, "alarmed-other", "one", team="sirens"))
    alert = _firing(alarmed, "alarmed")
    assert alert
    base = f"{alarmed.addresses['control']}/console"
    alarmed.cli("alerts", "silence", "alarmed", "--stack", "prod", "--why", "not there yet")
    with browsing(browser) as context:
        page = sign_in(context, acting_as(alarmed, "alma", "--role", "viewer"))
        page.goto(f"{base}/alerts")
        expect(page.get_by_role("row").filter(has_text="not there yet")).to_be_visible()
        assert page.get_by_role("button", name=re.compile("Silence|End the silence")).count() == 0
        # Looking is for anybody.
        page.get_by_role("button", name="Look", exact=True).click()
        expect(page.get_by_text(re.compile("^Looked at|^Nothing of this time is stored"))).to_be_visible(timeout=30_000)
    with browsing(browser) as context:
        page = sign_in(context, acting_as(alarmed, "sam", "--role", "developer", "--team", "sirens"))
        page.goto(f"{base}/alerts/{alert['id']}")
        expect(page.get_by_role("link", name="Charts")).to_be_visible()
        assert page.get_by_role("button", name="Silence", exact=True).count() == 0
        page.goto(f"{base}/alerts")
        expect(page.get_by_role("row").filter(has_text="not there yet")).to_be_visible()
        assert page.get_by_role("button", name=re.compile("End the silence")).count() == 0
        page.get_by_role("button", name="Silence alerts").click()
        applications = page.get_by_role("dialog").get_by_label("Application")
        expect(applications.locator("option")).to_have_text(["alarmed-other"])
        page.get_by_label("Why").fill("a drill")
        page.get_by_role("button", name="Silence", exact=True).click()
        expect(page.get_by_role("row").filter(has_text="a drill")).to_contain_text("All rules")


def test_it_says_how_often_it_would_have_fired_and_of_how_little(visit: Visit, alarmed: Running) -> None:
    page = visit("/alerts?application=alarmed")
    section = page.get_by_role("region", name="How often would it have fired?")
    expect(section.get_by_label("Application")).to_have_value("alarmed")
    section.get_by_role("button", name="Look", exact=True).click()
    # The minute in which it broke may go on still.
    expect(section).to_contain_text(
        re.compile("Nothing of this time is stored|Only .* of 7 days are stored"), timeout=30_000
    )
    now = int(time.time())
    firing = {"rule": "latency", "application": "alarmed", "stack": "test", "endpoint": "GET /broken"}
    firing |= {"began": now - 2 * DAY, "ended": now - 2 * DAY + 900, "times": 2, "reason": "p99 was high"}
    told = {"since": now - 14 * DAY, "until": now, "minutes": 20_000, "endpoints": 1, "left_out": 3}
    told |= {"by_rule": {"errors": 0, "latency": 2}, "firings": [firing]}
    asked: list[str] = []
    page.route("**/v1/alerts/test?*", lambda route: (asked.append(route.request.url), route.fulfill(json=told)))
    section.get_by_label("Of the last").select_option("14 days")
    expect(section.locator(".command-text")).to_have_text("stagedoor alerts test alarmed --days 14")
    section.get_by_role("button", name="Look", exact=True).click()
    expect(section).to_contain_text("Looked at 20,000 minutes of 1 endpoint")
    assert asked[0].endswith("application=alarmed&days=14")
    expect(section).to_contain_text("3 quieter endpoints had to be left out")
    assert "Only" not in section.inner_text()
    expect(section.get_by_role("list", name="Would have fired")).to_contain_text("for 15 min")


def test_what_cannot_be_had_is_said(browser: Browser, alarmed: Running, signed_in: Any) -> None:
    with browsing(browser, storage_state=signed_in) as context:
        page = context.new_page()
        error = {"error": {"code": "invalid", "message": "the list is away", "hint": "wait"}}
        context.route("**/v1/alerts?*", lambda route: route.fulfill(status=400, json=error))
        page.goto(f"{alarmed.addresses['control']}/console/alerts")
        expect(page.get_by_role("alert")).to_contain_text("The list is away")
        context.unroute("**/v1/alerts?*")
        page.get_by_role("button", name="Try again").click()
        expect(_card(page, "alarmed").first).to_be_visible()
        page.goto(f"{alarmed.addresses['control']}/console/alerts/99999")
        expect(page.get_by_role("alert")).to_contain_text("There is no alert 99999")
        page.goto(f"{alarmed.addresses['control']}/console/alerts/none")
        expect(page.get_by_role("heading", level=1)).to_have_text("There is nothing here")


def _rows(page: Page) -> Locator:
    return page.locator(".timeline > li")


def test_activities_are_found_and_the_address_keeps_it(visit: Visit, stagedoor: Running, tmp_path: Path) -> None:
    stagedoor.cli("deploy", folder=hello(tmp_path, "recorded", "one"))
    page = visit("/activity")
    form = page.get_by_role("search")
    form.get_by_label("Who").fill("operator")
    form.get_by_label("Action").fill("deploy")
    form.get_by_label("Application").fill("recorded")
    page.keyboard.press("Enter")
    expect(_rows(page)).to_have_count(1)
    expect(_rows(page)).to_contain_text("operator deploy recorded recorded ^1 in test")
    assert "application=recorded" in page.url and "action=deploy" in page.url
    expect(form.get_by_label("Application")).to_be_focused()
    command = page.locator(".page-actions .command-text")
    expect(command).to_have_text("stagedoor activity recorded --by operator --action deploy")
    # What was typed and not applied yet counts then, too.
    form.get_by_label("Words").fill("recorded")
    form.get_by_role("button", name="1 d").click()
    expect(command).to_have_text("stagedoor activity recorded --by operator --action deploy --text recorded --since 1d")
    expect(form).to_contain_text("24 h ago")
    expect(_rows(page)).to_have_count(1)
    assert len(stagedoor.json(*command.inner_text().split()[1:])) == 1
    again = visit(page.url.partition("/console")[2])
    expect(_rows(again)).to_have_count(1)
    expect(again.get_by_label("Action")).to_have_value("deploy")
    with page.expect_download() as download:
        page.get_by_role("link", name="CSV").click()
    with Path(download.value.path()).open() as file:
        assert [row["action"] for row in csv.DictReader(file)] == ["deploy"]
    with page.expect_download() as download:
        page.get_by_role("link", name="JSON lines").click()
    assert json.loads(Path(download.value.path()).read_text())["application"] == "recorded"
    form.get_by_label("Until").fill("2026-01-01T00:00")
    form.get_by_label("Words").fill("no such word")
    form.get_by_role("button", name="Filter").click()
    expect(page.get_by_text("Nothing fits")).to_be_visible()
    expect(command).to_contain_text("--until 2026-01-01T00:00")
    form.get_by_role("button", name="Clear").click()
    expect(_rows(page).first).to_be_visible()
    expect(form.get_by_label("Words")).to_have_value("")
    assert page.url.endswith("/activity")


def test_the_chain_of_activities_is_verified(visit: Visit, stagedoor: Running, tmp_path: Path) -> None:
    stagedoor.cli("deploy", folder=hello(tmp_path, "chained", "one"))
    head = stagedoor.json("activity", "verify")["head"]
    page = visit("/activity")
    whole = page.get_by_role("region", name="Whether it is whole")
    expect(whole).to_contain_text(re.compile(r"All of it is as it was written\s*[\d,]+ activities from .* fit"))
    whole.get_by_text("Compare with a hash").click()
    for noted, said in ((head, "the hash that was noted is one of them"), ("f" * 64, "is not part of the chain")):
        whole.get_by_label("A noted hash").fill(noted)
        whole.get_by_role("button", name="Compare").click()
        expect(whole).to_contain_text(said)
    broken = {"verified": 2, "first_at": 1.0, "last_at": 2.0, "head": "", "broken": 3}
    broken |= {"problem": "activity 3 does not fit the one before it"}
    page.route("**/activities/verification?*", lambda route: route.fulfill(json=broken))
    whole.get_by_role("button", name="Read again").click()
    expect(whole.get_by_role("alert")).to_contain_text("activity 3 does not fit the one before it")
    expect(whole.get_by_role("alert")).to_contain_text("2 activities from")
    assert "All of it is as it was written" not in whole.inner_text()


def test_axe_finds_nothing_serious_where_alerts_are(browser: Browser, alarmed: Running, signed_in: Any) -> None:
    alert = _firing(alarmed, "alarmed")
    assert alert
    alarmed.cli("alerts", "silence", "alarmed", "--endpoint", "GET /broken", "--why", "looked at")
    found: list[str] = []
    with browsing(browser, storage_state=signed_in, bypass_csp=True) as context:
        page = context.new_page()
        page.goto(f"{alarmed.addresses['control']}/console/")
        go(page, "/alerts")
        expect(_card(page, "silenced by operator: looked at").first).to_be_visible()
        page.get_by_role("button", name="Look", exact=True).click()
        expect(page.get_by_text(re.compile("^Looked at|^Nothing of this time is stored"))).to_be_visible(timeout=30_000)
        found += examine(page, "/alerts")
        go(page, f"/alerts/{alert['id']}")
        expect(page.get_by_role("table", name="Example requests")).to_be_visible()
        expect(page.locator(".chart svg").first).to_be_visible()
        found += examine(page, "an alert")
        page.get_by_role("button", name="Silence", exact=True).click()
        found += examine(page, "the dialog to silence")
        page.keyboard.press("Escape")
        go(page, f"/applications/alarmed/charts?until={int(time.time()) - DAY}")
        found += examine(page, "charts of a time that was")
        go(page, "/applications/alarmed")
        expect(page.get_by_role("list", name="Firing alerts")).to_be_visible()
        found += examine(page, "an application of which an alert fires")
        go(page, "/activity?since=7d&action=deploy")
        expect(_rows(page).first).to_be_visible()
        page.get_by_text("Compare with a hash").click()
        page.get_by_label("A noted hash").fill("f" * 64)
        page.get_by_role("button", name="Compare").click()
        expect(page.get_by_role("alert")).to_be_visible()
        found += examine(page, "/activity")
    assert not found, "\n".join(found)

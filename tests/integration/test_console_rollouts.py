"""The console's rollouts: one under way on the page of releases, its own page, what a release proved, aborting one."""

import re
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, Locator, Page, Route, expect

from tests.harness.members import Members
from tests.harness.running import Running, fetch_json, wait_until
from tests.integration.applications import WITHOUT_REPLAY, script
from tests.integration.console import Visit, acting_as, browsing, examine, go, shown_command, sign_in

MAIN = """
import random

from stagedoor import Request, endpoint


@endpoint("GET", "/hello")
async def hello(request: Request) -> dict:
    if random.random() < {rate}:
        raise RuntimeError("broken")
    return {{"word": "{word}"}}
"""
SOON = 90_000  # Milliseconds in which a judge has looked, and a page heard of it.
# One metric is told after few requests.
QUICK = '[strategy]\nmetrics = ["calls"]\n'


def _write(folder: Path, name: str, word: str, rate: float = 0.0, extra: str = "") -> Path:
    return script(folder, name, MAIN.format(word=word, rate=rate), WITHOUT_REPLAY + extra)


def _newest(running: Running, name: str) -> dict[str, Any]:
    found: list[dict[str, Any]] = fetch_json(running, f"/v1/rollouts?application={name}&stack=prod")
    return found[0]


@contextmanager
def _deploying(running: Running, folder: Path, *options: str) -> Iterator[dict[str, Any]]:
    """A deploy to prod that goes on beside the block; what is under way at its end is aborted."""
    name = folder.name
    before = _newest(running, name)["id"]
    worker = threading.Thread(
        target=lambda: running.cli("deploy", "--stack", "prod", *options, folder=folder, check=False)
    )
    worker.start()
    try:
        wait_until(lambda: _newest(running, name)["id"] != before, 30, "the rollout")
        yield _newest(running, name)
    finally:
        running.cli("rollout", "abort", name, "--stack", "prod", check=False)
        worker.join(60)


@pytest.fixture(scope="module")
def rolling(stagedoor: Running, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """The folder of `rolling-canary` in prod: a first release, one that went back, and one that passed."""
    folder = tmp_path_factory.mktemp("rolling")
    stagedoor.cli("deploy", "--stack", "prod", folder=_write(folder, "rolling-canary", "one"))
    with Members(stagedoor.port("prod"), "/rolling-canary/hello", rate=200):
        bad = _write(folder, "rolling-canary", "two", rate=0.5)
        assert stagedoor.cli("deploy", "--stack", "prod", "--share", "20", folder=bad, check=False).returncode == 1
        good = _write(folder, "rolling-canary", "three", extra=QUICK)
        stagedoor.cli("deploy", "--stack", "prod", "--share", "25", "--least", "2s", folder=good)
    yield folder / "rolling-canary"
    _delete(stagedoor, "rolling-canary")


def _delete(running: Running, name: str) -> None:
    running.cli("delete", name, "--line", "1", "--stack", "prod", "--confirm", f"{name}/v1")


def _answer(told: dict[str, Any], route: Route) -> None:
    route.fulfill(json=told)


def _card(page: Page) -> Locator:
    return page.get_by_role("region", name=re.compile(r"^Rollout \d+, under way$"))


def test_one_that_does_harm_is_seen_from_its_start_until_it_went_back(
    visit: Visit, stagedoor: Running, tmp_path: Path
) -> None:
    name = "rolling-harm"
    stagedoor.cli("deploy", "--stack", "prod", folder=_write(tmp_path, name, "one"))
    page = visit(f"/applications/{name}/releases")
    expect(page.get_by_role("table", name="Releases of ^1 in prod")).to_contain_text("direct")
    page.evaluate("window.same = true")
    with _deploying(stagedoor, _write(tmp_path, name, "two", rate=0.5), "--share", "20") as one:
        card = _card(page)
        expect(card).to_contain_text("1.0.0 → 1.0.1", timeout=SOON)
        expect(card).to_contain_text("No request came yet", timeout=SOON)
        expect(
            card.get_by_role("img", name="Traffic now: 60% as before, 1.0.0; 20% baseline, 1.0.0; 20% canary")
        ).to_be_visible()
        card.get_by_role("link", name=f"Rollout {one['id']}").click()
        expect(page.get_by_role("heading", level=1)).to_have_text(f"Rollout {one['id']} of {name} ^1")
        verdict = page.get_by_role("region", name="Verdict")
        expect(verdict).to_contain_text("No request came yet")
        expect(page.get_by_role("region", name="Findings")).to_contain_text("Nothing is found yet")
        expect(page.get_by_role("list", name="Timeline")).to_contain_text("judging …")
        with Members(stagedoor.port("prod"), f"/{name}/hello", rate=200):
            expect(verdict).to_contain_text("Harm was seen: it went back", timeout=SOON)
    expect(verdict).to_contain_text("of requests fail")
    harm = page.get_by_role("table", name="Findings").get_by_role("row").filter(has_text="Errors")
    expect(harm).to_contain_text("harm")
    expect(harm).to_contain_text(re.compile(r"0%\s*.*\d+%"))
    events = page.get_by_role("list", name="Timeline")
    for text in ("preparing by operator", "judging", "going back", "rolled back"):
        expect(events).to_contain_text(text)
    expect(page.get_by_role("img", name=re.compile("^Traffic: 100% as before at the end"))).to_be_visible()
    effect = page.get_by_role("img", name=re.compile("^Effect on errors: .* requests in both arms"))
    expect(effect).to_be_visible()
    page.get_by_label("Effect on", exact=True).select_option(value="latency")
    expect(page.get_by_role("img", name=re.compile("^Effect on latency: "))).to_be_visible()
    expect(page.get_by_role("img", name=re.compile("^Times of answers: median .* ms"))).to_be_visible()
    assert page.get_by_role("button", name=re.compile("Abort|Pause|Roll back")).count() == 0
    assert page.locator(".next .command-text").inner_text() == f"stagedoor rollout show {one['id']}"
    page.get_by_role("link", name="Releases").click()
    rows = page.get_by_role("table", name="Rollouts of ^1 in prod").get_by_role("row")
    expect(rows.nth(1)).to_contain_text("rolled back")
    expect(rows.nth(1)).to_contain_text("of requests fail")
    assert _card(page).count() == 0
    assert page.evaluate("window.same")
    _delete(stagedoor, name)


def test_a_release_says_what_it_proved(visit: Visit, rolling: Path) -> None:
    page = visit("/applications/rolling-canary/releases")
    table = page.get_by_role("table", name="Releases of ^1 in prod")
    expect(table.get_by_role("row").nth(2)).to_contain_text("direct")
    badge = table.get_by_role("link", name=re.compile(r"canary passed: [\d,]+ requests"))
    expect(badge).to_have_attribute("title", re.compile("^As good as its baseline: no harm in"))
    rows = page.get_by_role("table", name="Rollouts of ^1 in prod").get_by_role("row")
    expect(rows).to_have_count(3)
    expect(rows.nth(1)).to_contain_text("release 2")
    expect(rows.nth(2)).to_contain_text("rolled back")
    badge.click()
    verdict = page.get_by_role("region", name="Verdict")
    expect(verdict.get_by_role("heading")).to_have_text("Passed")
    expect(page.get_by_role("img", name=re.compile("^Traffic: 100% canary at the end"))).to_be_visible()
    plan = page.get_by_role("table", name="Effects that will be seen")
    expect(plan).to_contain_text("1 more call for each request")
    page.get_by_role("button", name="Roll back").click()
    expect(page.get_by_role("dialog")).to_contain_text("1.0.0")
    page.keyboard.press("Escape")
    # The first release has neither a plan nor a judgement.
    page.get_by_role("link", name="Releases").click()
    table.get_by_role("row").nth(2).get_by_role("link", name=re.compile("^direct")).click()
    expect(verdict.get_by_role("heading")).to_have_text("Released")
    expect(page.get_by_role("list", name="Timeline")).to_contain_text("release 1 serves everybody")


def test_one_is_paused_resumed_and_aborted(visit: Visit, stagedoor: Running, rolling: Path) -> None:
    page = visit("/applications/rolling-canary/releases")
    with _deploying(stagedoor, _write(rolling.parent, "rolling-canary", "four"), "--share", "10") as one:
        card = _card(page)
        expect(card).to_contain_text("judging", timeout=SOON)
        card.get_by_role("button", name="Pause").click()
        assert shown_command(page) == ["rollout", "pause", str(one["id"])]
        page.get_by_role("dialog").get_by_role("button", name="Pause", exact=True).click()
        expect(card).to_contain_text("judging, paused")
        card.get_by_role("button", name="Resume").click()
        page.get_by_role("dialog").get_by_role("button", name="Resume", exact=True).click()
        expect(card.get_by_role("button", name="Pause")).to_be_visible()
        card.get_by_role("link", name=f"Rollout {one['id']}").click()
        page.get_by_role("button", name="Abort").click()
        expect(page.get_by_role("dialog")).to_contain_text("1.0.2 serves everybody in prod again")
        assert shown_command(page) == ["rollout", "abort", str(one["id"])]
        page.get_by_role("dialog").get_by_role("button", name="Abort", exact=True).click()
        expect(page.get_by_role("region", name="Verdict")).to_contain_text("operator took it back", timeout=SOON)
    events = page.get_by_role("list", name="Timeline")
    for text in ("paused by operator", "resumed by operator", "going back by operator", "aborted by operator"):
        expect(events).to_contain_text(text)
    assert _newest(stagedoor, "rolling-canary")["state"] == "aborted"


def test_who_decided_is_said_where_the_judge_could_not(visit: Visit, stagedoor: Running, rolling: Path) -> None:
    page = visit("/applications/rolling-canary/releases")
    options = ("--share", "20", "--least", "1s", "--most", "3s")
    with _deploying(stagedoor, _write(rolling.parent, "rolling-canary", "five"), *options):
        card = _card(page)
        expect(card).to_contain_text("Nobody can say: a person decides", timeout=SOON)
        card.get_by_role("button", name="Resume").click()
        expect(page.get_by_role("dialog")).to_contain_text("The judge could not say")
        page.get_by_role("dialog").get_by_role("button", name="Resume", exact=True).click()
        table = page.get_by_role("table", name="Releases of ^1 in prod")
        expect(table).to_contain_text("canary, let go on by operator", timeout=SOON)
    expect(card).to_have_count(0)


def test_only_who_may_stops_one(browser: Browser, stagedoor: Running, rolling: Path) -> None:
    base = f"{stagedoor.addresses['control']}/console"
    with (
        _deploying(stagedoor, _write(rolling.parent, "rolling-canary", "six"), "--share", "10") as one,
        browsing(browser) as context,
    ):
        page = sign_in(context, acting_as(stagedoor, "rolf", "--role", "viewer"))
        page.goto(f"{base}/rollouts/{one['id']}")
        expect(page.get_by_role("list", name="Timeline")).to_contain_text("judging", timeout=SOON)
        assert page.get_by_role("button", name=re.compile("Abort|Pause|Resume")).count() == 0
        page.goto(f"{base}/rollouts/99999")
        expect(page.get_by_role("alert")).to_contain_text("There is no rollout 99999")
        page.goto(f"{base}/rollouts/none")
        expect(page.get_by_role("heading", level=1)).to_have_text("There is nothing here")


def test_what_is_odd_breaks_nothing(visit: Visit, stagedoor: Running, rolling: Path) -> None:
    all_ = fetch_json(stagedoor, "/v1/rollouts?application=rolling-canary")
    told = next(one for one in all_ if one["state"] == "rolled back")
    plan = told["plan"] | {"seconds": -1.0, "enough": False}
    plan["visible"] = [one | {"seconds": -1.0} for one in plan["visible"]]
    judgement = told["judgement"]
    glance = {"at": told["began_at"], "requests": 0, "metric": "errors", "effect": 1.0, "low": 0.0, "high": 1000.0}
    finding = judgement["findings"][0] | {"metric": "errors", "unit": "share", "samples": 7, "low": 0, "high": 1000}
    odd: dict[str, dict[str, Any]] = {
        "no plan": {"plan": None},
        "another judge": {"strategy": told["strategy"] | {"judge": "kayenta"}},
        "no judgement": {"judgement": None, "glances": [], "plan": plan},
        "no findings": {"judgement": judgement | {"findings": [], "distributions": []}, "glances": []},
        "one glance": {"judgement": judgement | {"findings": [finding]}, "glances": [glance], "plan": plan},
        "no glance": {"judgement": judgement | {"findings": [finding]}, "glances": []},
        "no events": {"events": [], "plan": None, "judgement": None, "glances": []},
        "empty classes": {
            "judgement": judgement
            | {"distributions": [{"metric": "size", "unit": "bytes", "edges": [], "baseline": [], "canary": []}]}
        },
    }
    page = visit("/applications/rolling-canary")
    for number, (what, changes) in enumerate(odd.items(), 90_000):
        one = told | changes | {"id": number}
        page.route(f"**/v1/rollouts/{number}", partial(_answer, one))
        go(page, f"/rollouts/{number}")
        verdict = page.get_by_role("region", name="Verdict")
        expect(verdict, what).to_be_visible()
        expect(page.get_by_role("list", name="Timeline")).to_be_attached()
        assert "NaN" not in page.locator("main").inner_html(), what
    go(page, "/rollouts/90002")
    expect(page.get_by_role("table", name="Effects that will be seen")).to_contain_text("never: no traffic")
    go(page, "/rollouts/90004")
    expect(page.get_by_role("img", name=re.compile("^Effect on errors: not known yet"))).to_be_visible()

    # Of a line whose first release did not come about there is nothing but its rollouts; and one waits for its window.
    failed = told | {
        "id": 90_050,
        "major": 7,
        "former": 0,
        "former_version": "",
        "state": "failed",
        "reason": "no room",
    }
    waits = told | {"id": 90_051, "state": "waiting", "at": told["began_at"] + 3600, "ended_at": 0.0, "shares": {}}
    waits |= {"plan": None, "judgement": None, "glances": []}
    for one in (failed, waits):
        page.route(f"**/v1/rollouts/{one['id']}", partial(_answer, one))
    page.route("**/v1/rollouts/90051/events", lambda route: route.fulfill(body="", content_type="text/event-stream"))
    page.route("**/v1/rollouts?*", lambda route: route.fulfill(json=[waits, failed]))
    go(page, "/applications/rolling-canary/releases")
    expect(_card(page)).to_contain_text("It waits for its window. It begins ")
    page.unroute("**/v1/rollouts?*")
    alone = page.get_by_role("region", name="^7 in prod")
    expect(alone).to_contain_text("nothing is released")
    expect(alone.get_by_role("row").nth(1)).to_contain_text("no room")


def test_axe_finds_nothing_serious_where_rollouts_are(
    browser: Browser, stagedoor: Running, rolling: Path, signed_in: Any
) -> None:
    all_ = fetch_json(stagedoor, "/v1/rollouts?application=rolling-canary")
    harmed = next(one["id"] for one in all_ if one["state"] == "rolled back")
    found: list[str] = []
    with (
        browsing(browser, storage_state=signed_in, bypass_csp=True) as context,
        _deploying(stagedoor, _write(rolling.parent, "rolling-canary", "seven"), "--share", "10") as one,
    ):
        page = context.new_page()
        page.goto(f"{stagedoor.addresses['control']}/console/")
        go(page, "/applications/rolling-canary/releases")
        expect(_card(page)).to_contain_text("judging", timeout=SOON)
        found += examine(page, "releases with a rollout under way")
        go(page, f"/rollouts/{one['id']}")
        expect(page.get_by_role("list", name="Timeline")).to_contain_text("judging")
        found += examine(page, "a rollout under way")
        page.get_by_role("button", name="Abort").click()
        found += examine(page, "the dialog to abort")
        page.keyboard.press("Escape")
        go(page, f"/rollouts/{harmed}")
        expect(page.get_by_role("table", name="Findings")).to_be_visible()
        for table in page.get_by_text("As a table").all():
            table.click()
        found += examine(page, "a rollout that went back")
    assert not found, "\n".join(found)

"""The console in a real browser, on the real platform: what people see and click, and what follows at the edge."""

import os
import re
import signal
from pathlib import Path
from typing import Any

from playwright.sync_api import Browser, Page, expect

from tests.harness.running import Running, platform, wait_until
from tests.integration.console import (
    NARROW,
    WIDE,
    Visit,
    browsing,
    deploy,
    examine,
    go,
    shown_command,
    watch,
)

PARTS = (
    "", "/documentation", "/requests", "/calls", "/logs", "/scaling", "/versions", "/releases", "/configuration",
    "/activity",
)  # fmt: skip
PAGES = (
    "/", "/publications", "/requests", "/instances", "/services", "/alerts", "/saved", "/activity", "/status",
    "/access", "/feedback", "/nowhere", "/instances/i00000000",
    *(f"/applications/looked-through{part}" for part in PARTS),
)  # fmt: skip


def test_a_deploy_appears_without_a_reload(visit: Visit, stagedoor: Running, tmp_path: Path) -> None:
    page = visit()
    expect(page.get_by_role("heading", name="Applications")).to_be_visible()
    page.evaluate("window.same = true")
    deploy(stagedoor, tmp_path, "fresh", "one")
    card = page.get_by_role("listitem").filter(has=page.get_by_role("heading", name="fresh", exact=True))
    expect(card).to_contain_text("1 ready")
    card.get_by_role("link", name="fresh").click()
    expect(page.get_by_role("table", name="Deployments").get_by_role("row")).to_have_count(2)
    deploy(stagedoor, tmp_path, "fresh", "two")
    expect(page.get_by_role("row").filter(has_text="serving")).to_contain_text("1.0.1")
    expect(page.get_by_role("row").filter(has_text="kept warm")).to_contain_text("1.0.0")
    expect(page.locator(".timeline li").first).to_contain_text("deploy")
    page.get_by_role("link", name="Publications").click()
    expect(page.get_by_role("row").filter(has_text="fresh").first).to_contain_text("done")
    assert page.evaluate("window.same")


def test_a_click_rolls_back_and_shows_the_command(visit: Visit, stagedoor: Running, tmp_path: Path) -> None:
    deploy(stagedoor, tmp_path, "back", "one", "two")
    assert stagedoor.get("/back/hello").json()["word"] == "two"
    page = visit("/applications/back?stack=test")
    page.get_by_role("button", name="Roll back ^1 in test").click()
    dialog = page.get_by_role("dialog", name="Roll back back ^1 in test")
    expect(dialog).to_contain_text("from release 2 (1.0.1) to what release 1 was (1.0.0)")
    assert shown_command(page) == ["rollback", "back", "--stack", "test", "--line", "1"]
    dialog.get_by_role("button", name="Roll back", exact=True).click()
    expect(dialog.locator(".steps-head")).to_contain_text("done")
    expect(dialog.locator(".steps li").filter(has_text="switch")).to_have_count(1)
    assert stagedoor.get("/back/hello").json()["word"] == "one"
    dialog.get_by_role("button", name="Close", exact=True).last.click()
    expect(page.get_by_role("row").filter(has_text="serving")).to_contain_text("1.0.0")
    page.get_by_role("button", name="Roll back ^1 in test").click()
    expect(page.get_by_role("dialog")).to_contain_text("there is nothing else to go back to")
    page.keyboard.press("Escape")
    # And forward again, by the history of releases: what is shown there does the same on the command line.
    page.get_by_role("link", name="Releases", exact=True).click()
    page.get_by_role("button", name="Roll back to this: release 2 in test").click()
    command = shown_command(page)
    assert command == ["rollback", "back", "--stack", "test", "--line", "1", "--to", "2"]
    stagedoor.cli(*command)
    assert stagedoor.get("/back/hello").json()["word"] == "two"
    page.keyboard.press("Escape")
    expect(page.get_by_role("row").filter(has_text="current")).to_contain_text("rollback to 2")


def test_a_version_is_released_and_a_line_deleted(visit: Visit, stagedoor: Running, tmp_path: Path) -> None:
    deploy(stagedoor, tmp_path, "moved", "one")
    page = visit("/applications/moved/versions")
    page.get_by_role("button", name="Release 1.0.0").click()
    page.get_by_label("Stack").select_option("prod")
    assert shown_command(page) == ["release", "1.0.0", "--stack", "prod", "--application", "moved"]
    page.get_by_role("button", name="Release in prod").click()
    expect(page.locator(".steps-head")).to_contain_text("done")
    assert stagedoor.get("/moved/hello", "prod").json()["word"] == "one"
    page.keyboard.press("Escape")
    page.get_by_role("link", name="Overview").click()
    page.get_by_role("button", name="Delete ^1 in prod").click()
    page.get_by_role("button", name="Delete", exact=True).last.click()
    # It has traffic: its name is wanted.
    expect(page.get_by_role("dialog").get_by_role("alert")).to_contain_text("answered 1 requests")
    page.get_by_label("Type moved/v1").fill("moved/v1")
    assert shown_command(page)[-2:] == ["--confirm", "moved/v1"]
    page.get_by_role("button", name="Delete", exact=True).last.click()
    expect(page.get_by_role("dialog")).to_have_count(0)
    expect(page.get_by_role("button", name="Delete ^1 in prod")).to_have_count(0)
    assert stagedoor.get("/moved/hello", "prod").status == 404


def test_requests_and_log_lines_come_live(visit: Visit, stagedoor: Running, tmp_path: Path) -> None:
    deploy(stagedoor, tmp_path, "busy", "one")
    page = visit("/requests?application=busy")
    logs = visit("/applications/busy/logs")
    expect(page.get_by_text("No request yet")).to_be_visible()
    asked = stagedoor.get("/busy/hello", headers={"x-device": "tv"})
    row = page.locator(f"tr[data-id='{asked.headers['stagedoor-request-id']}']")
    expect(row).to_contain_text("200")
    expect(row).to_contain_text("tv")
    expect(logs.get_by_role("log")).to_contain_text("said hello")
    page.bring_to_front()
    page.get_by_role("button", name="Pause").click()
    later = stagedoor.get("/busy/nothing").headers["stagedoor-request-id"]
    expect(page.get_by_role("button", name="Go on (1 new)")).to_be_visible()
    assert page.locator(f"tr[data-id='{later}']").count() == 0
    page.get_by_role("button", name="Go on").click()
    expect(page.locator(f"tr[data-id='{later}']")).to_contain_text("404")
    page.get_by_role("button", name="4xx").click()
    expect(page.get_by_role("row")).to_have_count(2)
    page.get_by_role("button", name="Request GET /busy/nothing").click()
    expect(page.get_by_role("dialog")).to_contain_text("It called no service")
    assert shown_command(page) == ["requests", "--id", later, "--calls"]


def test_an_instance_has_a_page_of_its_own(visit: Visit, stagedoor: Running, tmp_path: Path) -> None:
    deploy(stagedoor, tmp_path, "watched", "one")
    stagedoor.get("/watched/hello")
    one = stagedoor.json("instances", "watched")[0]
    page = visit("/instances")
    expect(page.get_by_text("Memory for instances:")).to_contain_text(
        re.compile(r"used, .* free\. \d+ containers? waits? ahead")
    )
    row = page.locator(f"tr[data-id='{one['id']}']")
    expect(row).to_contain_text("of 256 MB")
    phases = re.compile(r"container .* m?s, hand over .* m?s, import .* m?s, warm-up .* m?s")
    expect(row.get_by_role("img")).to_have_accessible_name(phases)
    row.get_by_role("link", name=one["id"]).click()
    expect(page.get_by_role("heading", name=one["id"])).to_be_focused()
    expect(page.locator(".page-actions .command-text")).to_have_text(f"stagedoor instances {one['id']}")
    expect(page.get_by_role("img", name=re.compile("^Memory: .* the limit is 256 MB"))).to_be_visible(timeout=45_000)
    expect(page.get_by_role("log")).to_contain_text("said hello")
    page.get_by_role("main").get_by_role("link", name="Instances").click()
    os.kill(one["pid"], signal.SIGKILL)
    # Another one takes its door, and knows what became of it.
    row = page.get_by_role("row").filter(has_text="watched").filter(has_text="killed by signal 9")
    row.get_by_role("link").first.click()
    end = page.get_by_role("table", name="Ends").get_by_role("row").filter(has_text=one["id"])
    expect(end).to_contain_text("killed by signal 9")


def test_a_number_of_instances_is_kept_and_freed(visit: Visit, stagedoor: Running, tmp_path: Path) -> None:
    deploy(stagedoor, tmp_path, "counted", "one")
    page = visit("/applications/counted/scaling")
    expect(page.get_by_text("0 to 4, sleeps after 10 min")).to_be_visible()
    page.get_by_role("button", name="Keep a number for 1.0.0 in test").click()
    page.get_by_role("spinbutton", name="Instances").fill("2")
    assert shown_command(page) == ["scale", "set", "counted", "2", "--stack", "test", "--line", "1"]
    page.get_by_role("button", name="Keep 2 instances").click()
    expect(page.get_by_text("2 instances (fixed at 2): somebody asked for 2")).to_be_visible(timeout=45_000)
    change = page.get_by_role("table", name="Changes").get_by_role("row").filter(has_text="somebody asked for 2")
    expect(change).to_contain_text(re.compile("1 .* 2"))
    expect(page.get_by_role("img", name=re.compile("^Instances: 2 now"))).to_be_visible(timeout=45_000)
    page.get_by_role("button", name="Let 1.0.0 in test scale by itself").click()
    assert shown_command(page) == ["scale", "auto", "counted", "--stack", "test", "--line", "1"]
    page.get_by_role("dialog").get_by_role("button", name="Let it scale by itself").click()
    expect(page.get_by_text("0 to 4, sleeps after 10 min")).to_be_visible()
    assert stagedoor.json("scale", "why", "counted")["deployments"][0]["fixed"] is None


def test_values_are_set_and_secrets_never_shown(visit: Visit, stagedoor: Running, tmp_path: Path) -> None:
    deploy(stagedoor, tmp_path, "tuned", "one")
    page = visit("/applications/tuned/configuration")
    heard: list[str] = []
    page.on("response", lambda answer: heard.append(answer.text()) if "/values" in answer.url else None)
    page.get_by_role("button", name="Set a value").click()
    page.get_by_role("textbox", name="Name").fill("rows")
    page.get_by_role("textbox", name="Value").fill("12")
    command = shown_command(page)
    assert command == ["config", "set", "rows", "12", "--application", "tuned", "--stack", "test"]
    page.get_by_role("button", name="Set in test").click()
    expect(page.locator(".steps-head")).to_contain_text("done")
    assert stagedoor.get("/tuned/hello").json()["config"] == {"rows": 12}
    page.keyboard.press("Escape")
    expect(page.get_by_role("table", name="Values").get_by_role("row").last).to_contain_text("12")

    page.get_by_role("button", name="Set a secret").click()
    page.get_by_role("textbox", name="Name").fill("key")
    page.get_by_role("textbox", name="Secret").fill("s3cr3t-w0rd")
    assert shown_command(page) == ["secret", "set", "key", "--application", "tuned", "--stack", "test"]
    page.get_by_role("button", name="Set in test").click()
    expect(page.locator(".steps-head")).to_contain_text("done")
    page.keyboard.press("Escape")
    expect(page.get_by_role("table", name="Secrets").get_by_role("row").last).to_contain_text("sealed")
    page.get_by_role("button", name="Remove rows").click()
    stagedoor.cli(*shown_command(page))
    page.keyboard.press("Escape")
    expect(page.get_by_text("No value is set")).to_be_visible()
    page.reload()
    expect(page.get_by_role("table", name="Secrets")).to_be_visible()
    assert heard
    assert not any("s3cr3t-w0rd" in one for one in (*heard, page.content()))


def test_an_endpoint_is_tried_from_its_documentation(visit: Visit, stagedoor: Running, tmp_path: Path) -> None:
    deploy(stagedoor, tmp_path, "tried", "one")
    page = visit("/applications/tried/documentation")
    page.get_by_role("button", name="Try it: GET /hello").click()
    page.get_by_label("Headers", exact=True).fill("x-device: tv")
    page.get_by_label("Cookie").fill("member=m7")
    address = f"{stagedoor.addresses['test']}/tried/v1/hello"
    expect(page.locator(".try .command-text")).to_have_text(f"curl -H 'x-device: tv' -b member=m7 {address}")
    page.get_by_role("button", name="Send").click()
    expect(page.get_by_label("Body of the answer")).to_contain_text('"device": "tv"')
    expect(page.get_by_label("Body of the answer")).to_contain_text('"member": "m7"')
    page.get_by_role("button", name="Try it: POST /echo").click()
    page.get_by_label("Body", exact=True).fill("hello")
    page.get_by_role("button", name="Send").last.click()
    expect(page.get_by_label("Body of the answer").last).to_contain_text('"size": 5')


def test_everything_is_in_reach_of_the_keyboard(visit: Visit, stagedoor: Running, tmp_path: Path) -> None:
    deploy(stagedoor, tmp_path, "typed", "one", "two")
    page = visit()
    expect(page.get_by_role("heading", name="typed")).to_be_visible()
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.textContent") == "Skip to the content"
    page.keyboard.press("Enter")
    assert page.evaluate("document.activeElement.id") == "content"
    page.set_viewport_size(NARROW)
    page.keyboard.press("Control+k")
    page.keyboard.type("typed")
    expect(page.get_by_role("option", selected=True)).to_contain_text("typed")
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", name="typed", level=1)).to_be_focused()
    expect(page).to_have_title("typed · Stagedoor")
    page.set_viewport_size(WIDE)
    button = page.get_by_role("button", name="Roll back ^1 in test")
    expect(button).to_be_visible()
    for _ in range(60):
        page.keyboard.press("Tab")
        if "Roll back ^1" in (page.evaluate("document.activeElement.ariaLabel") or ""):
            break
    expect(button).to_be_focused()
    page.keyboard.press("Enter")
    expect(page.get_by_role("dialog")).to_be_visible()
    page.keyboard.press("Escape")
    expect(page.get_by_role("dialog")).to_have_count(0)
    expect(button).to_be_focused()


def test_axe_finds_nothing_serious_on_any_page(
    browser: Browser, stagedoor: Running, signed_in: Any, tmp_path: Path
) -> None:
    deploy(stagedoor, tmp_path, "looked-through", "one", "two")
    stagedoor.cli("config", "set", "rows", "7", folder=tmp_path / "looked-through")
    stagedoor.get("/looked-through/hello")
    stagedoor.get("/looked-through/nothing")
    found: list[str] = []
    with browsing(browser, storage_state=signed_in, bypass_csp=True) as context:
        page = context.new_page()
        page.goto(f"{stagedoor.addresses['control']}/console/")
        for path in PAGES:
            go(page, path)
            found += examine(page, path)
        go(page, "/applications/looked-through")
        page.get_by_role("button", name="Roll back ^1 in test").click()
        found += examine(page, "the dialog to roll back")
        page.keyboard.press("Escape")
        go(page, "/applications/looked-through/scaling")
        page.get_by_role("button", name="Keep a number").first.click()
        found += examine(page, "the dialog to keep a number of instances")
        page.keyboard.press("Escape")
        one = stagedoor.json("instances", "looked-through")[0]["id"]
        go(page, f"/instances/{one}")
        expect(page.get_by_role("img", name="Memory:")).to_be_visible(timeout=45_000)
        found += examine(page, "an instance")
        go(page, "/requests")
        page.get_by_role("button", name="Request GET /looked-through/hello").first.click()
        found += examine(page, "the dialog of a request")
    with browsing(browser, bypass_csp=True) as context:
        page = context.new_page()
        page.goto(f"{stagedoor.addresses['control']}/console/login")
        found += examine(page, "/login")
    assert not found, "\n".join(found)


def test_the_demo_s_page_shows_both_home_screens(browser: Browser) -> None:
    with platform(options=("--demo",)) as running:
        wait_until(lambda: _has_demo(running), 90, "the demo")
        with browsing(browser, bypass_csp=True) as context:
            page = context.new_page()
            wrongs: list[str] = []
            watch(page, wrongs)
            page.goto(f"{running.addresses['prod']}/demo/")
            expect(page.locator("#saved")).to_contain_text("16 round trips saved: 18 API calls")
            expect(page.locator("#tv-figures")).to_contain_text("12 API calls, 11 round trips saved")
            expect(page.locator("#phone-figures")).to_contain_text("6 API calls, 5 round trips saved")
            assert page.locator("#tv-screen .tile").count() == 140
            assert page.locator("#phone-screen .tile").count() == 24
            assert _calls_recorded(page, running) == 12
            page.get_by_label("Member").select_option("m2")
            page.wait_for_selector("body[data-shown=m2]")
            assert examine(page, "the demo") == []
            assert wrongs == []


def _calls_recorded(page: Page, running: Running) -> int:
    """What the edge itself counted of one request that the page made."""
    with page.expect_response(re.compile("/tv-home/home")) as answered:
        page.get_by_role("button", name="Ask again").click()
    name = answered.value.headers["stagedoor-request-id"]

    def recorded() -> list[str]:
        return running.cli("requests", "--calls", "--id", name, "--json").stdout.splitlines()

    return len(wait_until(lambda: len(lines := recorded()) >= 12 and lines, what="twelve calls"))


def _has_demo(running: Running) -> bool:
    return running.get("/demo/", "prod").status == 200

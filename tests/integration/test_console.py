"""The console in a real browser, on the real platform: what people see and click, and what follows at the edge."""

import json
import os
import re
import signal
import subprocess
import time
from pathlib import Path
from typing import Any

from bench.browser import login_link
from bench.running import COMMAND, Running, fetch, platform, wait_until
from playwright.sync_api import Browser, Page, Route, expect

from tests.integration.applications import hello
from tests.integration.console import NARROW, WIDE, Visit, browsing, examine, go, shown_command, sign_in, until, watch

PARTS = (
    "", "/documentation", "/requests", "/calls", "/logs", "/scaling", "/versions", "/releases", "/configuration",
    "/activity",
)  # fmt: skip
PAGES = (
    "/", "/publications", "/requests", "/instances", "/services", "/activity", "/status", "/access", "/feedback",
    "/nowhere", "/instances/i00000000", *(f"/applications/looked-through{part}" for part in PARTS),
)  # fmt: skip


def _deploy(running: Running, folder: Path, name: str, *words: str) -> None:
    for word in words:
        running.cli("deploy", folder=hello(folder, name, word))


def test_a_link_signs_in_once_and_leaves_no_secret_in_reach(browser: Browser, stagedoor: Running) -> None:
    link = login_link(stagedoor)
    with browsing(browser) as context:
        page = context.new_page()
        page.goto(link)
        expect(page.get_by_role("heading", name="Applications")).to_be_visible()
        assert page.url == f"{stagedoor.addresses['control']}/console/"
        assert page.evaluate("[document.cookie, ...Object.keys(localStorage), ...Object.keys(sessionStorage)]") == [""]
    with browsing(browser) as context:
        page = context.new_page()
        page.goto(link)
        expect(page.get_by_role("alert")).to_contain_text("This link was used already")
        expect(page.locator(".command-text")).to_have_text("stagedoor open")
        page.goto(f"{stagedoor.addresses['control']}/console/status")
        expect(page.get_by_role("heading", name="Sign in")).to_be_visible()


def test_a_link_may_lead_to_a_page_of_the_console_alone(browser: Browser, stagedoor: Running) -> None:
    for wanted, reached in (("/status", "/console/status"), ("//elsewhere.example", "/console/")):
        with browsing(browser) as context:
            page = context.new_page()
            page.goto(login_link(stagedoor).replace("#", f"?to={wanted}#"))
            page.wait_for_url(f"{stagedoor.addresses['control']}{reached}")


def test_a_deploy_appears_without_a_reload(visit: Visit, stagedoor: Running, tmp_path: Path) -> None:
    page = visit()
    expect(page.get_by_role("heading", name="Applications")).to_be_visible()
    page.evaluate("window.same = true")
    _deploy(stagedoor, tmp_path, "fresh", "one")
    card = page.get_by_role("listitem").filter(has=page.get_by_role("heading", name="fresh", exact=True))
    expect(card).to_contain_text("1 ready")
    card.get_by_role("link", name="fresh").click()
    expect(page.get_by_role("table", name="Deployments").get_by_role("row")).to_have_count(2)
    _deploy(stagedoor, tmp_path, "fresh", "two")
    expect(page.get_by_role("row").filter(has_text="serving")).to_contain_text("1.0.1")
    expect(page.get_by_role("row").filter(has_text="kept warm")).to_contain_text("1.0.0")
    expect(page.locator(".timeline li").first).to_contain_text("deploy")
    page.get_by_role("link", name="Publications").click()
    expect(page.get_by_role("row").filter(has_text="fresh").first).to_contain_text("done")
    assert page.evaluate("window.same")


def test_a_click_rolls_back_and_shows_the_command(visit: Visit, stagedoor: Running, tmp_path: Path) -> None:
    _deploy(stagedoor, tmp_path, "back", "one", "two")
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


def test_a_viewer_sees_everything_and_is_told_that_nothing_can_be_changed(
    browser: Browser, stagedoor: Running, tmp_path: Path
) -> None:
    _deploy(stagedoor, tmp_path, "looked-at", "one", "two")
    token = stagedoor.json("token", "create", "vera", "--role", "viewer")["token"]
    command = [*COMMAND, "open", "looked-at", "--json"]
    made = subprocess.run(
        command, env=stagedoor.environment | {"STAGEDOOR_TOKEN": token}, capture_output=True, text=True, check=True
    )
    with browsing(browser) as context:
        page = context.new_page()
        page.goto(json.loads(made.stdout)["url"])
        expect(page.get_by_role("heading", name="looked-at")).to_be_visible()
        page.get_by_role("button", name="Roll back ^1 in test").click()
        dialog = page.get_by_role("dialog")
        expect(dialog).to_contain_text("vera is a viewer and may change nothing")
        expect(dialog.get_by_role("button", name="Roll back", exact=True)).to_be_disabled()


def test_a_version_is_released_and_a_line_deleted(visit: Visit, stagedoor: Running, tmp_path: Path) -> None:
    _deploy(stagedoor, tmp_path, "moved", "one")
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
    _deploy(stagedoor, tmp_path, "busy", "one")
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
    _deploy(stagedoor, tmp_path, "watched", "one")
    stagedoor.get("/watched/hello")
    one = stagedoor.json("instances", "watched")[0]
    page = visit("/instances")
    expect(page.get_by_text("Memory for instances:")).to_contain_text(
        re.compile(r"used, .* free\. \d+ containers? waits? ahead")
    )
    row = page.locator(f"tr[data-id='{one['id']}']")
    expect(row).to_contain_text("of 256 MB")
    phases = re.compile(r"container .* ms, hand over .* ms, import .* ms, warm-up .* ms")
    expect(row.get_by_role("img")).to_have_accessible_name(phases)
    row.get_by_role("link", name=one["id"]).click()
    expect(page.get_by_role("heading", name=one["id"])).to_be_focused()
    expect(page.locator(".page-actions .command-text")).to_have_text(f"stagedoor instances {one['id']}")
    expect(page.get_by_role("img", name=re.compile("^Memory: .* the limit is 256 MB"))).to_be_visible(timeout=15_000)
    expect(page.get_by_role("log")).to_contain_text("said hello")
    page.get_by_role("main").get_by_role("link", name="Instances").click()
    os.kill(one["pid"], signal.SIGKILL)
    # Another one takes its door, and knows what became of it.
    row = page.get_by_role("row").filter(has_text="watched").filter(has_text="killed by signal 9")
    row.get_by_role("link").first.click()
    end = page.get_by_role("table", name="Ends").get_by_role("row").filter(has_text=one["id"])
    expect(end).to_contain_text("killed by signal 9")


def test_a_number_of_instances_is_kept_and_freed(visit: Visit, stagedoor: Running, tmp_path: Path) -> None:
    _deploy(stagedoor, tmp_path, "counted", "one")
    page = visit("/applications/counted/scaling")
    expect(page.get_by_text("0 to 4, sleeps after 10 min")).to_be_visible()
    page.get_by_role("button", name="Keep a number for 1.0.0 in test").click()
    page.get_by_role("spinbutton", name="Instances").fill("2")
    assert shown_command(page) == ["scale", "set", "counted", "2", "--stack", "test", "--line", "1"]
    page.get_by_role("button", name="Keep 2 instances").click()
    expect(page.get_by_text("2 instances (fixed at 2): somebody asked for 2")).to_be_visible(timeout=15_000)
    change = page.get_by_role("table", name="Changes").get_by_role("row").filter(has_text="somebody asked for 2")
    expect(change).to_contain_text(re.compile("1 .* 2"))
    expect(page.get_by_role("img", name=re.compile("^Instances: 2 now"))).to_be_visible(timeout=15_000)
    page.get_by_role("button", name="Let 1.0.0 in test scale by itself").click()
    assert shown_command(page) == ["scale", "auto", "counted", "--stack", "test", "--line", "1"]
    page.get_by_role("dialog").get_by_role("button", name="Let it scale by itself").click()
    expect(page.get_by_text("0 to 4, sleeps after 10 min")).to_be_visible()
    assert stagedoor.json("scale", "why", "counted")["deployments"][0]["fixed"] is None


def test_values_are_set_and_secrets_never_shown(visit: Visit, stagedoor: Running, tmp_path: Path) -> None:
    _deploy(stagedoor, tmp_path, "tuned", "one")
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
    _deploy(stagedoor, tmp_path, "tried", "one")
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


def test_access_and_feedback(visit: Visit, stagedoor: Running, browser: Browser) -> None:
    page = visit("/access")
    page.get_by_role("button", name="Create a token").click()
    page.get_by_label("Holder").fill("looker")
    page.get_by_label("Role").select_option("viewer")
    assert shown_command(page) == ["token", "create", "looker", "--role", "viewer", "--expires", "90d"]
    page.get_by_role("button", name="Create", exact=True).click()
    token = page.get_by_role("dialog", name="The token of looker").locator("code").inner_text()
    assert token.startswith("sd_")
    page.get_by_role("button", name="I have it").click()
    expect(page.get_by_role("row").filter(has_text="looker")).to_contain_text("holds")
    with browsing(browser) as context:
        theirs = sign_in(context, Running(stagedoor.folder, addresses=stagedoor.addresses, token=token))
        theirs.get_by_role("link", name="Feedback").click()
        theirs.get_by_label("Your feedback").fill("More films, please")
        theirs.get_by_role("button", name="Send").click()
        expect(theirs.get_by_role("status").filter(has_text="Thank you")).to_be_visible()
        theirs.get_by_role("link", name="Access").click()
        expect(theirs.get_by_text("Tokens, users and teams are for operators")).to_be_visible()
    page.get_by_role("button", name="Revoke looker").click()
    page.get_by_role("button", name="Revoke", exact=True).last.click()
    expect(page.get_by_role("row").filter(has_text="looker")).to_contain_text("revoked")
    page.get_by_role("link", name="Feedback").click()
    expect(page.get_by_text("looker More films, please")).to_be_visible()


def test_everything_is_in_reach_of_the_keyboard(visit: Visit, stagedoor: Running, tmp_path: Path) -> None:
    _deploy(stagedoor, tmp_path, "typed", "one", "two")
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
    _deploy(stagedoor, tmp_path, "looked-through", "one", "two")
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
        expect(page.get_by_role("img", name="Memory:")).to_be_visible(timeout=15_000)
        found += examine(page, "an instance")
        go(page, "/requests")
        page.get_by_role("button", name="Request GET /looked-through/hello").first.click()
        found += examine(page, "the dialog of a request")
    with browsing(browser, bypass_csp=True) as context:
        page = context.new_page()
        page.goto(f"{stagedoor.addresses['control']}/console/login")
        found += examine(page, "/login")
    assert not found, "\n".join(found)


def test_a_session_that_ended_says_how_to_go_on(browser: Browser, stagedoor: Running) -> None:
    with browsing(browser) as context:
        page = sign_in(context, stagedoor)
        address = f"{stagedoor.addresses['control']}/v1/session"
        word = context.request.get(address).json()["change"]
        # Without the word a change is refused, whoever sends it.
        assert context.request.delete(address).status == 403
        assert context.request.delete(address, headers={"stagedoor-change": word}).status == 204
        page.get_by_role("link", name="Services").click()
        expect(page.get_by_role("heading", name="Your session has ended")).to_be_visible()
        expect(page.locator(".command-text")).to_have_text("stagedoor open")
        page.goto(login_link(stagedoor))
        page.get_by_role("button", name="Sign out").click()
        expect(page.get_by_role("heading", name="Sign in")).to_be_visible()
        assert context.request.get(address).status == 401
        # A link into the window that shows how to get one.
        page.goto(f"{stagedoor.addresses['control']}/console/login")
        expect(page.get_by_role("heading", name="Sign in")).to_be_visible()
        page.goto(login_link(stagedoor))
        expect(page.get_by_role("heading", name="Applications")).to_be_visible()


def test_a_session_ends_by_itself_when_its_time_is_over(browser: Browser, stagedoor: Running, signed_in: Any) -> None:
    with browsing(browser, storage_state=signed_in) as context:
        page = context.new_page()

        def shorten(route: Route) -> None:
            session = route.fetch().json()
            route.fulfill(json={**session, "expires_at": time.time() + 1})

        page.route("**/v1/session", shorten)
        page.goto(f"{stagedoor.addresses['control']}/console/")
        expect(page.get_by_role("heading", name="Applications")).to_be_visible()
        expect(page.get_by_role("heading", name="Your session has ended")).to_be_visible()


def test_the_organisation_s_sign_in_is_offered_where_there_is_one(browser: Browser, stagedoor: Running) -> None:
    with browsing(browser) as context:
        page = context.new_page()
        page.route("**/v1/health", lambda route: route.fulfill(json={"status": "ok", "version": "", "sign_in": "oidc"}))
        page.goto(f"{stagedoor.addresses['control']}/console/login?problem=nobody+knows+you")
        link = page.get_by_role("link", name="Sign in with your organisation")
        assert link.get_attribute("href") == "/v1/oidc/login"
        expect(page.get_by_role("alert")).to_have_text("Nobody knows you")


def test_a_page_left_open_over_an_upgrade_notices(browser: Browser, stagedoor: Running, signed_in: Any) -> None:
    control = stagedoor.addresses["control"]
    missing = fetch(stagedoor.port("control"), "/console/assets/index-of-before.js")
    assert (missing.status, missing.body) == (404, b"")
    with browsing(browser, storage_state=signed_in) as context:
        page = context.new_page()
        page.goto(f"{control}/console/")
        expect(page.get_by_role("heading", name="Applications")).to_be_visible()
        page.route("**/assets/publications-*.js", lambda route: route.fulfill(status=404))
        page.get_by_role("link", name="Publications").click()
        expect(page.get_by_text("A new version is here.")).to_be_visible()
        page.unroute("**/assets/publications-*.js")
        page.get_by_role("button", name="Reload").click()
        expect(page.get_by_role("heading", name="Publications")).to_be_visible()
        expect(page.get_by_text("A new version is here.")).to_have_count(0)

        versions = iter(("1", "1", "2", "2", "2", "2"))
        page.route(
            "**/v1/events",
            lambda route: route.fulfill(
                body=f'event: hello\ndata: {{"version": "{next(versions, "2")}"}}\n\n', content_type="text/event-stream"
            ),
        )
        page.reload()
        expect(page.get_by_text("A new version is here.")).to_be_visible()


def test_a_killed_control_is_noticed_and_everything_comes_back(browser: Browser, own: Running, tmp_path: Path) -> None:
    with browsing(browser) as context:
        page = sign_in(context, own)
        # Nothing is there yet: the page says what to do next.
        expect(page.get_by_text("No application yet")).to_be_visible()
        expect(page.locator(".empty .command-text")).to_contain_text("stagedoor init my-script")
        _deploy(own, tmp_path, "first", "one")
        expect(page.get_by_role("heading", name="first")).to_be_visible()
        page.evaluate(
            """() => { window.banners = ""; new MutationObserver(() => {
                window.banners += document.querySelector(".banners").textContent;
            }).observe(document.querySelector(".banners"), {childList: true, subtree: true}); }"""
        )
        os.kill(int(own.program("control")["pid"]), signal.SIGKILL)
        until(page, "window.banners.includes('Control is away')")
        wait_until(lambda: _answers(own), what="control")
        expect(page.get_by_text("Control is away.", exact=False)).to_have_count(0)
        _deploy(own, tmp_path, "second", "one")
        expect(page.get_by_role("heading", name="second")).to_be_visible()


def _answers(running: Running) -> bool:
    try:
        return fetch(running.port("control"), "/v1/health").status == 200
    except OSError:
        return False


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

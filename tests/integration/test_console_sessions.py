"""How people come into the console, who may do what there, and what they see when a session or the platform ends."""

import json
import os
import signal
import subprocess
import time
from pathlib import Path
from typing import Any

from playwright.sync_api import Browser, Route, expect

from tests.harness.browser import login_link
from tests.harness.running import COMMAND, Running, fetch, wait_until
from tests.integration.console import (
    Visit,
    browsing,
    deploy,
    shown_command,
    sign_in,
    until,
)


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


def test_a_viewer_sees_everything_and_is_told_that_nothing_can_be_changed(
    browser: Browser, stagedoor: Running, tmp_path: Path
) -> None:
    deploy(stagedoor, tmp_path, "looked-at", "one", "two")
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


def test_access_and_feedback(visit: Visit, stagedoor: Running, browser: Browser) -> None:
    page = visit("/access")
    page.get_by_role("button", name="Create a token").click()
    page.get_by_label("Holder").fill("looker")
    page.get_by_label("Role", exact=True).select_option("viewer")
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
            route.fulfill(json={**session, "expires_at": time.time() + 6})

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
        deploy(own, tmp_path, "first", "one")
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
        deploy(own, tmp_path, "second", "one")
        expect(page.get_by_role("heading", name="second")).to_be_visible()


def _answers(running: Running) -> bool:
    try:
        return fetch(running.port("control"), "/v1/health").status == 200
    except OSError:
        return False

"""The console's pages of services: what is called how, what is refused and why, and what its owner does about it."""

import json
import re
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.harness.running import Running, fetch, fetch_json, wait_until
from tests.integration.applications import script
from tests.integration.console import Visit, browsing, examine, go, shown_command

MAIN = """
from stagedoor import Request, api, endpoint


@endpoint("GET", "/home")
async def home(request: Request) -> dict:
    rows = await api.echo.rows(limit=3, fallback={"items": []})
    films = await api.gather(*(api.echo.film(id=str(number)) for number in range(3)))
    return {"rows": rows["items"], "films": len(films), "degraded": api.degraded()}


@endpoint("GET", "/twice")
async def twice(request: Request) -> dict:
    await api.echo.film(id="7")
    await api.echo.mark(id="7")
    await api.echo.film(id="7")
    return {}
"""
POLICIES = {
    "health": "/health",
    "methods": {"rows": {"timeout": "300ms", "criticality": "high"}, "mark": {"caller_rate": 1}},
}
ID = {"name": "id", "in": "path", "required": True, "schema": {"type": "string"}}
LIMIT = {"name": "limit", "in": "query", "schema": {"type": "integer"}}
DOCUMENT = {
    "openapi": "3.1.0",
    "info": {"title": "Echo", "version": "1"},
    "paths": {
        "/rows": {"get": {"operationId": "rows", "summary": "Rows of the home screen", "parameters": [LIMIT]}},
        "/films/{id}": {"get": {"operationId": "film", "parameters": [ID]}},
        "/films/{id}/mark": {"post": {"operationId": "mark", "parameters": [ID]}},
    },
}


class Echo(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def do_GET(self) -> None:
        self.rfile.read(int(self.headers.get("content-length", 0)))
        body = json.dumps({"path": self.path, "items": [1, 2, 3]}).encode()
        head = f"HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: {len(body)}\r\n\r\n"
        self.wfile.write(head.encode() + body)

    do_POST = do_GET

    def log_message(self, *_: Any) -> None:
        pass


class Server(ThreadingHTTPServer):
    def handle_error(self, *_: Any) -> None:
        """Connections that are given up are no news."""


@pytest.fixture(scope="module")
def address() -> Iterator[str]:
    """Where a small service listens."""
    server = Server(("127.0.0.1", 0), Echo)
    Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_address[1]}"
    server.shutdown()
    server.server_close()


@pytest.fixture(scope="module")
def called(stagedoor: Running, address: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Running]:
    """The platform with the service `echo` and an application `fans` that calls it."""
    _ask(stagedoor, "PUT", "echo", {"urls": [address], "openapi": json.dumps(DOCUMENT), "policies": POLICIES})
    folder = script(tmp_path_factory.mktemp("fans"), "fans", MAIN, 'services = ["echo"]\n')
    stagedoor.cli("deploy", folder=folder)
    yield stagedoor
    stagedoor.cli("delete", "fans", "--line", "1", "--stack", "test", "--confirm", "fans/v1")
    _ask(stagedoor, "DELETE", "echo")


def _ask(running: Running, method: str, path: str, body: Any = None) -> None:
    headers = {"authorization": f"Bearer {running.token}", "content-type": "application/json"}
    content = b"" if body is None else json.dumps(body).encode()
    got = fetch(running.port("control"), f"/v1/services/{path}", headers, method=method, body=content)
    assert got.status in (200, 201), got.body


def _call(running: Running, path: str = "home", times: int = 3) -> list[dict[str, Any]]:
    return [running.get(f"/fans/{path}").json() for _ in range(times)]


def _row(page: Page, table: str, name: str) -> Any:
    return page.get_by_role("table", name=table, exact=True).locator(f"tr[data-id^='{name}']")


def _dependents_of(running: Running, method: str) -> Any:
    return wait_until(lambda: fetch_json(running, f"/v1/services/echo/methods/{method}/dependents"), what="dependents")


def test_without_a_service_the_page_says_what_to_do(visit: Visit) -> None:
    page = visit("/status")
    page.route("**/v1/services?*", lambda route: route.fulfill(json=[]))
    page.get_by_role("link", name="Services").click()
    expect(page.get_by_text("No service yet")).to_be_visible()
    expect(page.locator(".empty .command-text")).to_contain_text("stagedoor service add NAME --url")


def test_a_service_is_added_changed_and_removed(visit: Visit, stagedoor: Running, address: str, tmp_path: Path) -> None:
    document = tmp_path / "echo.json"
    document.write_text(json.dumps(DOCUMENT))
    page = visit("/services")
    page.get_by_role("button", name="Add a service").click()
    page.get_by_label("Name", exact=True).fill("added")
    page.get_by_label("Addresses").fill(address)
    page.get_by_label("Or its file").set_input_files(document)
    expect(page.get_by_label("OpenAPI document")).to_have_value(re.compile('"openapi"'))
    assert shown_command(page) == ["service", "add", "added", "--url", address, "--openapi", "echo.json"]
    page.get_by_role("button", name="Add", exact=True).click()
    expect(page.get_by_role("heading", name="added")).to_be_focused()
    expect(_row(page, "Methods", "film")).to_contain_text("GET /films/{id}")
    expect(_row(page, "Endpoints", address.removeprefix("http://"))).to_contain_text(re.compile("not checked|up"))
    expect(page.get_by_text("None are set: the defaults hold.")).to_be_visible()
    page.get_by_role("button", name="Change").click()
    page.get_by_label("Team").fill("films")
    assert shown_command(page) == ["service", "add", "added", "--url", address, "--team", "films"]
    page.get_by_role("dialog").get_by_role("button", name="Change", exact=True).click()
    expect(page.locator(".lead")).to_contain_text("Owner films")
    page.get_by_role("main").get_by_role("link", name="Services").click()
    expect(_row(page, "Services", "added")).to_contain_text("fine")
    page.get_by_role("link", name="added").click()
    page.get_by_role("button", name="Remove").click()
    assert shown_command(page) == ["service", "remove", "added"]
    page.get_by_role("dialog").get_by_role("button", name="Remove", exact=True).click()
    expect(page.get_by_role("heading", name="Services")).to_be_visible()
    expect(_row(page, "Services", "added")).to_have_count(0)


def test_calls_are_seen_by_method_and_by_caller_as_they_come(visit: Visit, called: Running) -> None:
    page = visit("/services/echo")
    expect(page.get_by_role("heading", name="echo")).to_be_visible()
    page.evaluate("window.same = true")
    _call(called, times=5)
    _call(called, "twice", 5)
    expect(_row(page, "Methods", "rows")).to_contain_text(re.compile(r"\d ms /"))
    # One of a second is allowed, so that most are refused, by the policy that says so.
    expect(_row(page, "Methods", "mark")).to_contain_text(re.compile(r"\d caller_rate"))
    expect(_row(page, "Methods", "rows")).to_contain_text("300 ms, no fallback")
    expect(_row(page, "Methods", "rows")).to_contain_text("high, personal")
    expect(_row(page, "Callers", "fans 1.0.0 test")).to_contain_text("fans")
    expect(page.get_by_label("Policies as a file")).to_contain_text('[methods.rows]\ntimeout = "300ms"')
    expect(page.get_by_text("stagedoor service policy echo --set FILE")).to_be_visible()
    page.get_by_role("button", name="rows", exact=True).click()
    detail = page.get_by_role("group", name="More of rows")
    expect(detail).to_contain_text("Rows of the home screen")
    expect(detail).to_contain_text("limit?: int")
    page.get_by_role("button", name="Hour").click()
    expect(_row(page, "Methods", "rows")).to_contain_text("300 ms")
    assert page.evaluate("window.same")
    assert re.search(r"method=rows&seconds=3600$", page.url)


def test_what_each_endpoint_asks_for_is_shown_with_what_could_be_spared(visit: Visit, called: Running) -> None:
    _call(called)
    # Slowly enough for the one a second that is allowed.
    wait_until(lambda: called.get("/fans/twice").status == 200, what="an answer")
    page = visit("/services/echo")
    _row(page, "Callers", "fans").get_by_role("link", name="fans").click()
    expect(page.get_by_role("heading", name="fans", exact=True)).to_be_visible()
    expect(page.get_by_role("link", name="Calls", exact=True)).to_have_attribute("aria-current", "page")
    home = page.locator("li.card").filter(has=page.get_by_role("heading", name="/home", exact=True))
    expect(home).to_contain_text(re.compile("Calls a request4"))
    home.get_by_text("Calls a request, by method (2)").click()
    expect(home.get_by_role("link", name="echo.film")).to_have_attribute("href", "/console/services/echo?method=film")
    twice = page.locator("li.card").filter(has=page.get_by_role("heading", name="/twice", exact=True))
    expect(twice).to_contain_text("the same again: the script could keep the answer")
    expect(page.locator(".next .command-text")).to_have_text("stagedoor calls fans")


def test_switching_a_method_off_shows_first_who_would_be_without_it(visit: Visit, called: Running) -> None:
    _call(called)
    _dependents_of(called, "rows")
    page = visit("/services/echo")
    page.get_by_role("button", name="Switch off rows").click()
    dialog = page.get_by_role("dialog", name="Switch off echo.rows")
    expect(dialog.get_by_role("list", name="Endpoints that call it")).to_contain_text("GET /home of fans 1.0.0")
    expect(dialog).to_contain_text("not known; stagedoor rehearse finds out")
    dialog.get_by_label("Reason").fill("the database moves")
    assert shown_command(page) == ["service", "off", "echo", "rows", "--reason", "the database moves"]
    dialog.get_by_role("button", name="Switch off for all").click()
    expect(_row(page, "Methods", "rows")).to_contain_text("switched off")
    # The page shows what is written; the egress has it some milliseconds later.
    wait_until(lambda: _call(called, times=1)[0]["degraded"] == ["echo.rows"], what="the method switched off")
    expect(_row(page, "Methods", "rows")).to_contain_text(re.compile(r"\d off"))
    expect(page.locator(".lead")).to_contain_text("1 method off")
    page.get_by_role("button", name="rows", exact=True).click()
    expect(page.get_by_role("group", name="More of rows")).to_contain_text(
        re.compile("by operator .*the database moves")
    )
    page.get_by_role("button", name="Switch on rows").click()
    assert shown_command(page) == ["service", "on", "echo", "rows"]
    page.get_by_role("dialog").get_by_role("button", name="Switch on", exact=True).click()
    expect(_row(page, "Methods", "rows")).not_to_contain_text("switched off")
    wait_until(lambda: _call(called, times=1)[0]["degraded"] == [], what="the method switched on")


def test_a_method_fails_on_purpose_until_that_is_ended(visit: Visit, called: Running) -> None:
    page = visit("/services/echo")
    page.get_by_role("button", name="Let it fail: rows").click()
    dialog = page.get_by_role("dialog", name="Let echo.rows fail")
    dialog.get_by_label("What happens").select_option("delay")
    dialog.get_by_label("Milliseconds").fill("200")
    dialog.get_by_label("What happens").select_option("error")
    expect(dialog.get_by_label("Status")).to_have_value("503")
    dialog.get_by_label("Share of calls in %").fill("100")
    dialog.get_by_label("Error budget in %").fill("100")
    dialog.get_by_label("For", exact=True).fill("soon")
    expect(dialog.get_by_role("button", name="Let it fail")).to_be_disabled()
    dialog.get_by_label("For", exact=True).fill("5m")
    dialog.get_by_label("Application").select_option("fans")
    words = "service fault echo rows --kind error --value 503 --share 100% --for 5m --application fans --budget 100%"
    assert shown_command(page) == words.split()
    dialog.get_by_role("button", name="Let it fail").click()
    fault = page.get_by_role("table", name="Faults").get_by_role("row").last
    expect(fault).to_contain_text("status 503 for 100% of calls")
    expect(fault).to_contain_text(re.compile("in [45] min"))
    expect(_row(page, "Methods", "rows")).to_contain_text("1 fault on")
    wait_until(lambda: _call(called, times=1)[0]["degraded"] == ["echo.rows"], what="the fault")
    page.get_by_role("button", name="End the fault of rows").click()
    assert shown_command(page)[:3] == ["service", "end-fault", "echo"]
    page.get_by_role("button", name="End it").click()
    expect(page.get_by_role("table", name="Faults")).to_have_count(0)
    wait_until(lambda: _call(called, times=1)[0]["degraded"] == [], what="the end of the fault")


def test_a_service_that_is_called_cannot_be_removed(visit: Visit, called: Running) -> None:
    page = visit("/services/echo")
    page.get_by_role("button", name="Remove").click()
    page.get_by_role("dialog").get_by_role("button", name="Remove", exact=True).click()
    expect(page.get_by_role("alert")).to_contain_text("Echo is called by fans@1.0.0")


def test_axe_finds_nothing_serious_where_services_are_shown(browser: Browser, called: Running, signed_in: Any) -> None:
    _call(called)
    _call(called, "twice")
    _dependents_of(called, "rows")
    fault = {"method": "film", "kind": "delay", "value": 5, "budget": 1}
    _ask(called, "POST", "echo/faults", fault)
    _ask(called, "PUT", "echo/methods/mark/off", {"reason": "it is looked at"})
    found: list[str] = []
    with browsing(browser, storage_state=signed_in, bypass_csp=True) as context:
        page = context.new_page()
        page.goto(f"{called.addresses['control']}/console/")
        go(page, "/services")
        found += examine(page, "/services")
        page.get_by_role("button", name="Add a service").click()
        found += examine(page, "the dialog to add a service")
        page.keyboard.press("Escape")
        go(page, "/services/echo?method=film")
        expect(page.get_by_role("group", name="More of film")).to_be_visible()
        found += examine(page, "/services/echo")
        for button in ("Switch off rows", "Switch on mark", "Let it fail: rows", "End the fault of film"):
            page.get_by_role("button", name=button).click()
            expect(page.get_by_role("dialog")).to_be_visible()
            found += examine(page, button)
            page.keyboard.press("Escape")
        go(page, "/applications/fans/calls")
        page.locator("summary").first.click()
        found += examine(page, "/applications/fans/calls")
        go(page, "/services/nothing")
        expect(page.get_by_role("alert")).to_contain_text("There is no service 'nothing'")
        found += examine(page, "/services/nothing")
    _ask(called, "DELETE", "echo/methods/mark/off")
    assert not found, "\n".join(found)

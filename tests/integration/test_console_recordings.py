"""The console's recordings: one found, looked at and run again; versions compared over many, differences accepted."""

import json
import re
import time
from collections.abc import Iterator
from functools import partial
from pathlib import Path
from typing import Any
from urllib.parse import quote

import pytest
from playwright.sync_api import Browser, Locator, Page, Route, expect

from tests.harness.running import Running, fetch, fetch_json, wait_until
from tests.integration.applications import script
from tests.integration.console import Visit, acting_as, browsing, examine, go, shown_command, sign_in
from tests.integration.services import register, serving

NAME, SERVICE, DEVICE = "taped-console", "tapedfilms", "tv-taped"
MAIN = """
import random
import time

from stagedoor import Request, api, endpoint


@endpoint("GET", "/home")
async def home(request: Request) -> dict:
    rows = await api.{service}.rows(limit=3, fallback={{"rows": []}})
    films = [await api.{service}.film(id=number) for number in ("1", "2", "1")]
    return {{"{key}": rows["rows"], "films": len(films), "at": time.time(), "luck": random.random()}}


@endpoint("POST", "/mark")
async def mark(request: Request) -> dict:
    return {{"size": len(request.body), "word": "{key}"}}
"""
SERVICES = f'services = ["{SERVICE}"]\n'
TIMES = 14  # Requests of each endpoint: so many pairs are judged.
SLOW = 60_000  # Milliseconds that many runs may take.


def _write(folder: Path, key: str) -> Path:
    return script(folder, NAME, MAIN.format(service=SERVICE, key=key), SERVICES)


@pytest.fixture(scope="module")
def taped(stagedoor: Running, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Running]:
    """1.0.0 served requests in prod that are recorded; 1.0.1, which answers otherwise, is in test alone."""
    folder = tmp_path_factory.mktemp("taped")
    with serving() as films:
        client = register(stagedoor, SERVICE, films)
        client.put("flags", DEVICE, body={"seconds": 600})  # Of others only one in a second is recorded.
        stagedoor.cli("deploy", "--stack", "prod", folder=_write(folder, "titles"))
        stagedoor.cli("deploy", folder=_write(folder, "headings"))
        time.sleep(2)  # The flag is told by the second.
        port = stagedoor.port("prod")
        for _ in range(TIMES):
            assert stagedoor.get(f"/{NAME}/home?limit=3", "prod", {"x-device": DEVICE}).status == 200
            assert fetch(port, f"/{NAME}/mark", {"x-device": DEVICE}, method="POST", body=b'{"at": 12}').status == 200
        wait_until(lambda: len(_recordings(stagedoor, "GET /home")) > TIMES // 2, what="recordings")
        yield stagedoor
        for stack in ("prod", "test"):
            stagedoor.cli("delete", NAME, "--line", "1", "--stack", stack, "--confirm", f"{NAME}/v1")
        client.delete("services", SERVICE)


def _recordings(running: Running, endpoint: str) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = fetch_json(
        running, f"/v1/recordings?application={NAME}&endpoint={quote(endpoint)}&limit=100"
    )
    return found


def _ask(running: Running, method: str, path: str, body: Any = None) -> Any:
    headers = {"authorization": f"Bearer {running.token}", "content-type": "application/json"}
    got = fetch(
        running.port("control"),
        path,
        headers,
        method=method,
        body=json.dumps(body).encode() if body else b"",
        timeout=60,
    )
    assert got.status in (200, 204), got.body
    return got.json() if got.body else None


def _answer(told: Any, route: Route) -> None:
    route.fulfill(json=told)


def _command(page: Page) -> str:
    return page.get_by_role("region", name="Run it again").locator(".command-text").inner_text()


def _came_to(page: Page) -> Locator:
    return page.get_by_role("region", name="What it came to")


def test_a_recording_is_found_by_what_is_known_of_it(visit: Visit, taped: Running) -> None:
    page = visit("/recordings")
    page.get_by_label("Application").fill(NAME)
    page.get_by_label("Device").fill(DEVICE)
    page.get_by_label("Endpoint").fill("GET /home")
    page.get_by_role("button", name="Filter").click()
    expect(page).to_have_url(re.compile(f"application={NAME}.*endpoint=GET"))
    page.get_by_label("Stack").select_option("prod")
    page.get_by_label("Kept because").select_option(label="its device is flagged")
    page.get_by_label("Only replayable").check()
    row = page.get_by_role("table", name="Recordings").get_by_role("row").nth(1)
    for text in (f"GET /{NAME}/home", "200", "GET /home", "1.0.0", "prod", " ms", "4", "its device is flagged"):
        expect(row).to_contain_text(text)
    assert (
        page.locator(".next .command-text")
        .inner_text()
        .endswith(
            f"recordings {NAME} --stack prod --endpoint 'GET /home' --device {DEVICE} --reason flagged --replayable"
        )
    )
    page.get_by_label("Kept because").select_option(label="a canary answered")
    expect(page.get_by_text("No recording fits")).to_be_visible()
    page.get_by_role("button", name="Clear").click()
    expect(page.get_by_label("Application")).to_have_value("")
    page.goto(page.url.split("?")[0] + f"?application={NAME}&endpoint=POST%20/mark")
    row.get_by_role("link").click()
    expect(page.get_by_role("heading", level=1)).to_have_text(f"POST /{NAME}/mark")
    expect(page.get_by_label("Body of the request")).to_have_text('{\n  "at": 12\n}')
    expect(page.get_by_text("It called no service")).to_be_visible()
    expect(page.get_by_text("It asked neither the clock nor chance")).to_be_visible()
    # Without a call nothing can fail.
    assert page.get_by_role("button", name="Fail a call").count() == 0


def test_it_shows_all_that_the_request_saw_and_is_saved_as_har(visit: Visit, taped: Running) -> None:
    one = _recordings(taped, "GET /home")[0]
    page = visit(f"/traces/{one['id']}")
    page.get_by_role("link", name="Recording", exact=True).click()
    expect(page.get_by_role("heading", level=1)).to_have_text(f"GET /{NAME}/home")
    expect(page.get_by_role("region", name="Request")).to_contain_text(f"GET /{NAME}/home?limit=3")
    expect(page.get_by_label("Headers of the request")).to_contain_text(DEVICE)
    expect(page.get_by_label("Body of the answer")).to_contain_text('"titles": []')
    readings = page.get_by_role("region", name="Clock and chance")
    for kind in ("time", "random"):
        expect(readings.locator(".mono", has_text=re.compile(f"^{kind}$"))).to_be_visible()
    calls = page.get_by_role("list", name="Calls").get_by_role("button")
    expect(calls).to_have_count(4)
    expect(calls.nth(0)).to_contain_text(re.compile(rf"1 {SERVICE} GET /rows\?limit=3.*200 .* ms"))
    calls.nth(2).focus()
    page.keyboard.press("Enter")
    expect(calls.nth(2)).to_have_attribute("aria-expanded", "true")
    call = page.get_by_role("region", name="Call 3")
    expect(call).to_contain_text(f"3 {SERVICE} GET /films/2")
    expect(page.get_by_label("Body of the answer to call 3")).to_contain_text('"path": "/films/2"')
    page.reload()
    expect(call).to_be_visible()
    calls.nth(2).click()
    expect(call).to_have_count(0)
    with page.expect_download() as saved:
        page.get_by_role("button", name="Save as HAR").click()
    assert saved.value.suggested_filename == f"{one['id']}.har"
    har = json.loads(Path(saved.value.path()).read_text())
    assert [entry["_stagedoor"].get("service") for entry in har["log"]["entries"]] == [None, *[SERVICE] * 4]
    assert page.locator(".next .command-text").inner_text() == f"stagedoor recordings --har {one['id']}"


def test_it_is_run_again_as_it_was_and_with_another_version(visit: Visit, taped: Running) -> None:
    one = _recordings(taped, "GET /home")[0]["id"]
    page = visit(f"/recordings/{one}")
    assert _command(page) == f"stagedoor replay {one}"
    page.get_by_role("button", name="Replay", exact=True).last.click()
    expect(_came_to(page)).to_contain_text("The same, byte for byte", timeout=SLOW)
    expect(_came_to(page)).to_contain_text("With 1.0.0: status 200, 4 calls")
    page.get_by_label("Version").select_option("1.0.1")
    assert _command(page) == f"stagedoor replay {one} --against 1.0.1"
    page.get_by_role("button", name="Replay with 1.0.1").click()
    expect(_came_to(page)).to_contain_text("Not the same", timeout=SLOW)
    rows = page.get_by_role("table", name="Differences")
    expect(rows.locator("tr[data-id='/titles gone']")).to_contain_text("[]")
    expect(rows.locator("tr[data-id='/headings added']")).to_contain_text("nothing")
    expect(page.get_by_text("Possible causes: it was recorded with 1.0.0.")).to_be_visible()
    page.get_by_text("Its answer this time").click()
    expect(page.get_by_label("Body of the answer this time")).to_contain_text('"headings": []')
    page.get_by_role("button", name="Debug on your laptop").click()
    assert _command(page) == f"stagedoor replay {one} --against 1.0.1 --debug"
    assert page.get_by_role("button", name=re.compile("^Replay with")).count() == 0


def test_it_is_seen_what_a_failing_call_does(visit: Visit, taped: Running) -> None:
    one = _recordings(taped, "GET /home")[0]["id"]
    page = visit(f"/recordings/{one}")
    page.get_by_role("button", name="Fail a call").click()
    expect(page.get_by_role("button", name="Let it fail")).to_be_disabled()
    page.get_by_label("Call", exact=True).select_option("2")
    page.get_by_label("How it fails").select_option("empty")
    assert _command(page) == f"stagedoor replay {one} --fail 2=empty"
    page.get_by_role("button", name="Let it fail").click()
    expect(_came_to(page)).to_contain_text("Not the same: status 502, recorded 200", timeout=SLOW)
    expect(_came_to(page)).to_contain_text(f"{SERVICE} GET /films/1: an empty body")
    page.get_by_role("button", name="Fail every call").click()
    assert _command(page) == f"stagedoor replay {one} --failures"
    page.get_by_role("button", name="Let each fail").click()
    expect(_came_to(page)).to_contain_text("2 calls without a fallback", timeout=SLOW)
    table = page.get_by_role("table", name="Calls that fail")
    for kind in ("delay", "error", "empty", "malformed", "cut"):
        expect(table.get_by_role("columnheader", name=kind)).to_be_visible()
    rows = table.get_by_role("row")
    expect(rows.nth(1)).to_contain_text(f"2 {SERVICE} GET /films/1")
    expect(rows.nth(1)).to_contain_text("no fallback")
    expect(rows.nth(3)).to_contain_text(f"1 {SERVICE} GET /rows?limit=3")
    expect(rows.nth(3)).not_to_contain_text("no fallback")


def test_versions_are_compared_and_a_difference_is_accepted(visit: Visit, taped: Running) -> None:
    page = visit(f"/applications/{NAME}")
    page.get_by_role("main").get_by_role("link", name="Replays").click()
    expect(page.get_by_label("Application")).to_have_value(NAME)
    expect(page.get_by_text("No report yet")).to_be_visible()
    page.get_by_role("button", name="Compare a version").click()
    dialog = page.get_by_role("dialog")
    dialog.get_by_label("Version", exact=True).select_option("1.0.1")
    dialog.get_by_label("Of the last").fill("20m")
    dialog.get_by_label("Recordings").fill("50")
    words = ["replay", "--last", "20m", "--against", "1.0.1", "--application", NAME, "--limit", "50"]
    assert shown_command(page) == words
    dialog.get_by_role("button", name="Compare", exact=True).click()
    title = page.get_by_role("heading", level=1, name=re.compile(rf"^Report \d+ of {NAME}$"))
    expect(title).to_be_visible(timeout=SLOW)
    number = int(page.url.rpartition("/")[2])
    verdict = page.get_by_role("region", name="Verdict")
    expect(verdict).to_contain_text("Differs, or does harm")
    expect(verdict).to_contain_text("new difference")
    findings = page.get_by_role("table", name="Findings")
    for text in ("Errors", "Own time"):
        expect(findings).to_contain_text(text)
    page.get_by_role("button", name="New", exact=True).click()
    row = page.get_by_role("table", name="Differences of GET /home").locator("tr[data-id='/titles gone']")
    expect(row).to_contain_text("new")
    expect(page.locator("tr[data-id='/word changed']")).to_contain_text('"titles"')
    page.get_by_role("button", name="All", exact=True).click()

    row.get_by_role("button", name="Accept").click()
    expect(dialog.get_by_role("button", name="Accept", exact=True)).to_be_disabled()
    dialog.get_by_label("Why").fill("it has another name")
    assert shown_command(page) == [
        "difference", "accept", "GET /home", "/titles", "--kind", "gone", "--why", "it has another name",
        "--application", NAME,
    ]  # fmt: skip
    dialog.get_by_role("button", name="Accept", exact=True).click()
    expect(row).to_contain_text("accepted by operator: it has another name")
    row.get_by_role("button", name="Retract").click()
    assert shown_command(page)[:4] == ["difference", "retract", "GET /home", "/titles"]
    dialog.get_by_role("button", name="Retract", exact=True).click()
    expect(row).not_to_contain_text("accepted")

    page.locator(
        "tr.below", has=page.get_by_role("list", name="Examples of /titles of GET /home", include_hidden=True)
    ).get_by_text("examples").click()
    page.get_by_role("list", name="Examples of /titles of GET /home").get_by_role("link").first.click()
    expect(page.get_by_role("heading", level=1)).to_have_text(f"GET /{NAME}/home")
    go(page, f"/replays?application={NAME}")
    listed = page.get_by_role("table", name="Reports").locator(f"tr[data-id='{number}']")
    for text in (f"Report {number}", "1.0.0", "1.0.1", "Differs, or does harm", "replay", "by operator"):
        expect(listed).to_contain_text(text)


def test_a_shadow_is_started_and_ended_and_its_report_stays(visit: Visit, taped: Running) -> None:
    page = visit(f"/replays?application={NAME}")
    page.get_by_role("button", name="Start a shadow").click()
    dialog = page.get_by_role("dialog")
    dialog.get_by_label("Version").select_option("1.0.1")
    dialog.get_by_label("Share, %").fill("100")
    dialog.get_by_label("For", exact=True).fill("10m")
    dialog.get_by_label(re.compile("^Ask services anew")).check()
    words = ["shadow", "start", "1.0.1", "--application", NAME, "--share", "100", "--time", "10m", "--live"]
    assert shown_command(page) == words
    dialog.get_by_role("button", name="Start", exact=True).click()
    row = page.get_by_role("table", name="Shadows").get_by_role("row").nth(1)
    expect(row).to_contain_text("100%")
    expect(row).to_contain_text("of now")
    page.evaluate("window.same = true")
    for _ in range(3):
        taped.get(f"/{NAME}/home", "prod")
    expect(row.get_by_role("link", name=re.compile("^Report"))).to_be_visible(timeout=SLOW)
    row.get_by_role("button", name="End").click()
    assert shown_command(page) == ["shadow", "end", "--application", NAME]
    dialog.get_by_role("button", name="End it").click()
    expect(page.get_by_text("No version shadows another")).to_be_visible()
    expect(page.get_by_role("table", name="Reports").get_by_role("row").nth(1)).to_contain_text("shadow")
    assert page.evaluate("window.same")


def test_who_may_not_see_it_is_said(browser: Browser, taped: Running) -> None:
    one = _recordings(taped, "GET /home")[0]["id"]
    base = f"{taped.addresses['control']}/console"
    with browsing(browser) as context:
        page = sign_in(context, acting_as(taped, "vera", "--role", "viewer"))
        page.goto(f"{base}/recordings/{one}")
        expect(page.get_by_role("alert")).to_contain_text("It is not yours to see")
        expect(page.get_by_role("alert")).to_contain_text("is a viewer and may change nothing")
        page.get_by_role("link", name="Show all recordings").click()
        expect(page.get_by_role("table", name="Recordings")).to_be_visible()
        page.goto(f"{base}/replays")
        assert page.get_by_role("button", name=re.compile("Compare a version|Start a shadow")).count() == 0
        page.goto(f"{base}/replays/none")
        expect(page.get_by_role("heading", level=1)).to_have_text("There is nothing here")


def test_what_is_not_there_is_said(browser: Browser, stagedoor: Running, signed_in: Any) -> None:
    base = f"{stagedoor.addresses['control']}/console"
    with browsing(browser, storage_state=signed_in) as context:
        page = context.new_page()
        page.goto(f"{base}/recordings/nope")
        expect(page.get_by_role("alert")).to_contain_text("There is no recording of this request")
        expect(page.get_by_role("alert")).to_contain_text("flag a device to have all of its requests recorded")
        page.goto(f"{base}/replays/99999")
        expect(page.get_by_role("alert")).to_contain_text("There is no report 99999")


def test_what_is_odd_breaks_nothing(visit: Visit, taped: Running) -> None:
    told = _ask(taped, "GET", f"/v1/recordings/{_recordings(taped, 'GET /home')[0]['id']}")
    kept, log = told["kept"], told["har"]["log"]
    first, call = log["entries"][:2]
    lacking = ["a service's answer was streamed"]
    long = {"text": json.dumps(list(range(200))), "mimeType": "application/json", "size": 1}
    binary = {"text": "AAEC", "encoding": "base64", "mimeType": "image/png", "size": 3}
    never = call | {"_stagedoor": call["_stagedoor"] | {"ended": -1, "status": 0}}
    late = call | {"_stagedoor": call["_stagedoor"] | {"status": -1}}
    refused = call | {"_stagedoor": call["_stagedoor"] | {"error": "the connection was refused", "status": 0}}
    again = call | {"_stagedoor": call["_stagedoor"] | {"instant": True}}
    known = log["_stagedoor"]
    odd: dict[str, tuple[dict[str, Any], dict[str, Any]]] = {
        "not replayable": (
            kept | {"lacking": lacking, "status": 0},
            log | {"_stagedoor": known | {"lacking": lacking, "causes": ["it starts threads"], "readings": {}}},
        ),
        "odd calls": (kept, log | {"entries": [first, never, late, refused, again]}),
        "no time": (
            kept | {"duration": 0.0},
            log | {"entries": [first | {"_stagedoor": first["_stagedoor"] | {"took": 0}}, never]},
        ),
        "long": (kept, log | {"entries": [first | {"response": first["response"] | {"content": long, "headers": []}}]}),
        "binary": (kept, log | {"entries": [first | {"response": first["response"] | {"content": binary}}]}),
    }
    page = visit("/recordings")
    for number, (what, (of, whole)) in enumerate(odd.items()):
        page.route(f"**/v1/recordings/odd-{number}", partial(_answer, {"kept": of, "har": {"log": whole}}))
        go(page, f"/recordings/odd-{number}?call=1")
        expect(page.get_by_role("region", name="Answer", exact=True), what).to_be_visible()
        assert "NaN" not in page.locator("main").inner_html(), what
    go(page, "/recordings/odd-0")
    expect(page.get_by_text("It is not replayable: a service's answer was streamed.")).to_be_visible()
    expect(page.get_by_text("A replay may come to something else: it starts threads.")).to_be_visible()
    assert page.get_by_role("button", name="Replay").count() == 0
    go(page, "/recordings/odd-1")
    for text in ("not waited for", "too late", "failed", "used again"):
        expect(page.get_by_role("list", name="Calls")).to_contain_text(text)
    page.get_by_role("list", name="Calls").get_by_role("button").nth(2).click()
    expect(page.get_by_role("region", name="Call 3")).to_contain_text("the connection was refused")
    go(page, "/recordings/odd-3")
    page.get_by_text("All 202 lines").click()
    expect(page.get_by_label("Whole body of the answer")).to_contain_text("199")
    go(page, "/recordings/odd-4")
    expect(page.get_by_text("No text, so as base64:")).to_be_visible()

    paired = {
        "metric": "errors", "pairs": 0, "effect": 0.0, "low": 0.0, "high": 0.0, "p": 1.0, "needed": 0, "unpaired": 0,
        "verdict": "open", "reason": "",
    }  # fmt: skip
    report = {
        "id": 90_000, "application": "gone-since", "stack": "prod", "kind": "replay", "old": "1.0.0", "new": "1.0.1",
        "at": kept["at"], "by": "vera", "took": 0.0, "recordings": 2, "skipped": {lacking[0]: 2},
        "comparison": {
            "compared": 0, "same": 0, "diverged": 0, "failed": 2, "groups": [], "verdict": "inconclusive",
            "reason": "0 of 2 recordings could be compared", "errors": paired,
            "own_time": paired | {"metric": "own time"},
        },
    }  # fmt: skip
    page.route("**/v1/replays/90000", partial(_answer, report))
    page.route("**/v1/applications/gone-since**", partial(_answer, []))
    go(page, "/replays/90000")
    expect(page.get_by_role("region", name="Verdict")).to_contain_text("It cannot be told")
    expect(page.get_by_text("2: a service's answer was streamed")).to_be_visible()
    expect(page.get_by_role("region", name="Differences")).to_contain_text("Both versions answer and call alike")
    assert "NaN" not in page.locator("main").inner_html()


def test_axe_finds_nothing_serious_where_recordings_are(browser: Browser, taped: Running, signed_in: Any) -> None:
    one = _recordings(taped, "GET /home")[0]["id"]
    report = _ask(taped, "POST", f"/v1/applications/{NAME}/replays", {"against": "1.0.1"})["id"]
    found: list[str] = []
    with browsing(browser, storage_state=signed_in, bypass_csp=True) as context:
        page = context.new_page()
        page.goto(f"{taped.addresses['control']}/console/")
        go(page, "/recordings")
        expect(page.get_by_role("table", name="Recordings")).to_be_visible()
        found += examine(page, "recordings")
        go(page, f"/recordings/{one}?call=1")
        page.get_by_label("Version").select_option("1.0.1")
        page.get_by_role("button", name="Replay with 1.0.1").click()
        expect(_came_to(page)).to_be_visible(timeout=SLOW)
        found += examine(page, "a recording with a replay")
        page.get_by_role("button", name="Fail every call").click()
        page.get_by_role("button", name="Let each fail").click()
        expect(page.get_by_role("table", name="Calls that fail")).to_be_visible(timeout=SLOW)
        found += examine(page, "a recording with failing calls")
        go(page, "/recordings/nope")
        expect(page.get_by_role("alert")).to_be_visible()
        found += examine(page, "no recording")
        go(page, "/replays")
        expect(page.get_by_role("table", name="Reports")).to_be_visible()
        found += examine(page, "replays")
        page.get_by_role("button", name="Compare a version").click()
        found += examine(page, "the dialog to compare")
        page.keyboard.press("Escape")
        page.get_by_role("button", name="Start a shadow").click()
        found += examine(page, "the dialog of a shadow")
        page.keyboard.press("Escape")
        go(page, f"/replays/{report}")
        expect(page.get_by_role("table", name="Findings")).to_be_visible()
        for summary in page.get_by_text(re.compile(r"^\d+ examples?$")).all():
            summary.click()
        found += examine(page, "a report")
        page.get_by_role("button", name=re.compile("^Accept .titles")).first.click()
        found += examine(page, "the dialog to accept")
    assert not found, "\n".join(found)

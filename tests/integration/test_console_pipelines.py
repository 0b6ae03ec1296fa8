"""The console's pipelines and experiments: stages that wait for somebody, hooks; cells that begin and end."""

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, Locator, Page, expect

from tests.harness.members import Members
from tests.harness.running import Running, fetch, fetch_json, wait_until
from tests.integration.applications import hello
from tests.integration.console import NARROW, Visit, acting_as, browsing, examine, go, shown_command, sign_in
from tests.integration.test_rollouts import deploying

PIPELINE = '[pipeline]\nstages = ["checks", "test", "smoke", "approval", "prod"]\nsmoke = ["/hello"]\n'
SOON = 90_000  # Milliseconds in which members came, and cells were compared.


def _waiting(running: Running, name: str) -> dict[str, Any]:
    def look() -> Any:
        found = fetch_json(running, f"/v1/publications?application={name}")
        return next((one for one in found if any(stage["waits"] for stage in one["stages"])), None)

    return dict(wait_until(look, 60, f"{name} waits"))


def _stages(page: Page, title: str) -> Locator:
    return page.get_by_role("list", name=f"Pipeline of {title}", exact=True).get_by_role("listitem")


@pytest.fixture(scope="module")
def staged(stagedoor: Running, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Running]:
    """The platform with `staged-rows`: two versions that members may see."""
    folder = tmp_path_factory.mktemp("staged")
    stagedoor.cli("deploy", "--stack", "prod", folder=hello(folder, "staged-rows", "one"))
    stagedoor.cli("deploy", folder=hello(folder, "staged-rows", "two"))
    yield stagedoor
    for one in fetch_json(stagedoor, "/v1/experiments?application=staged-rows"):
        stagedoor.cli("experiment", "end", one["name"])
    for stack in ("test", "prod"):
        stagedoor.cli(
            "delete", "staged-rows", "--line", "1", "--stack", stack, "--confirm", "staged-rows/v1", check=False
        )


def test_a_pipeline_waits_and_somebody_else_lets_it_go_on(
    browser: Browser, stagedoor: Running, signed_in: Any, tmp_path: Path
) -> None:
    with (
        browsing(browser, storage_state=signed_in) as mine,
        deploying(stagedoor, hello(tmp_path, "staged-steps", "one", PIPELINE)) as said,
    ):
        page = mine.new_page()
        page.goto(f"{stagedoor.addresses['control']}/console/publications")
        page.evaluate("window.same = true")
        one = _waiting(stagedoor, "staged-steps")
        stages = _stages(page, "staged-steps 1.0.0")
        expect(stages).to_have_text(["checksdone", "testdone", "smokedone", "approvalwaits", "prodahead"])
        at = page.get_by_role("group", name="approval of staged-steps 1.0.0", exact=True)
        expect(at).to_contain_text(f"waits for somebody of tests: stagedoor pipeline approve {one['operation']}")
        # Who began it is told before, and refused.
        page.get_by_role("button", name="Approve staged-steps 1.0.0").click()
        dialog = page.get_by_role("dialog", name="Approve staged-steps 1.0.0")
        expect(dialog).to_contain_text("You began it, so somebody else has to approve it")
        dialog.get_by_label("Why").fill("I trust me")
        number = str(one["operation"])
        assert shown_command(page) == ["pipeline", "approve", number, "--why", "I trust me"]
        with page.expect_response("**/approve") as refused:
            dialog.get_by_role("button", name="Approve", exact=True).click()
        assert refused.value.status == 403
        expect(dialog.get_by_role("alert")).to_contain_text("Operator began it and cannot approve it")
        page.keyboard.press("Escape")
        expect(page.get_by_role("button", name="Approve staged-steps 1.0.0")).to_be_focused()
        with browsing(browser) as context:
            other = sign_in(context, acting_as(stagedoor, "stella", "--role", "developer", "--team", "tests"))
            other.goto(f"{stagedoor.addresses['control']}/console/applications/staged-steps/pipeline")
            other.get_by_role("button", name="Approve staged-steps 1.0.0").click()
            dialog = other.get_by_role("dialog")
            expect(dialog).to_contain_text("operator began it")
            assert "You began it" not in dialog.inner_text()
            dialog.get_by_label("Why").fill("seen in test")
            other.keyboard.press("Enter")
            expect(dialog).to_have_count(0)
            expect(_stages(other, "staged-steps 1.0.0")).to_have_text(
                ["checksdone", "testdone", "smokedone", "approvaldone", "proddone"], timeout=30_000
            )
        expect(stages.nth(4)).to_have_text("proddone")
        expect(at).to_have_count(0)
        assert page.evaluate("window.same")
    assert said[0].startswith("0 ")
    noted = stagedoor.json("activity", "staged-steps", "--action", "approve")[0]
    assert (noted["by"], noted["after"]) == ("stella", {"why": "seen in test"})


def test_a_pipeline_is_rejected_and_says_why(visit: Visit, stagedoor: Running, tmp_path: Path) -> None:
    with deploying(stagedoor, hello(tmp_path, "staged-ended", "one", PIPELINE)) as said:
        _waiting(stagedoor, "staged-ended")
        page = visit("/applications/staged-ended/pipeline")
        page.set_viewport_size(NARROW)
        page.get_by_role("button", name="Reject staged-ended 1.0.0").click()
        dialog = page.get_by_role("dialog", name="Reject staged-ended 1.0.0")
        dialog.get_by_label("Why").fill("the rows are wrong")
        dialog.get_by_role("button", name="Reject", exact=True).click()
        expect(dialog).to_have_count(0)
        at = page.get_by_role("group", name="approval of staged-ended 1.0.0", exact=True)
        expect(at).to_contain_text("operator rejected it: the rows are wrong")
        expect(_stages(page, "staged-ended 1.0.0").nth(3)).to_have_text("approvalfailed")
        expect(at.get_by_role("button")).to_have_count(0)
    assert said[0].startswith("1 ")


def test_what_is_ahead_is_told_and_a_hook_starts_it(visit: Visit, stagedoor: Running, tmp_path: Path) -> None:
    stagedoor.cli("publish", folder=hello(tmp_path, "staged-ahead", "one", PIPELINE))
    page = visit("/applications/staged-ahead/pipeline")
    ahead = page.get_by_role("region", name="What the next version goes through")
    stages = ahead.get_by_role("list", name="Stages to prod").get_by_role("listitem")
    expect(stages).to_have_count(5)
    expect(stages.nth(2)).to_contain_text("asks /hello in test")
    expect(stages.nth(3)).to_contain_text(re.compile("approval waits.*for somebody of tests.*two people know of it"))
    expect(ahead).to_contain_text("[pipeline] and [strategy] in the stagedoor.toml of 1.0.0")
    expect(ahead.locator(".command-text")).to_have_text("stagedoor pipeline explain staged-ahead")
    page.get_by_role("button", name="to test").click()
    expect(ahead.get_by_role("list", name="Stages to test").get_by_role("listitem")).to_have_count(3)
    expect(ahead.locator(".command-text")).to_have_text("stagedoor pipeline explain staged-ahead --stack test")
    page.get_by_role("button", name="Make a hook").click()
    assert shown_command(page) == ["pipeline", "hook", "staged-ahead"]
    page.get_by_role("dialog").get_by_role("button", name="Make", exact=True).click()
    made = page.get_by_role("dialog", name="The hook of staged-ahead")
    address = made.locator(".command code").first.inner_text()
    expect(made).to_contain_text("It is shown this once")
    expect(made.get_by_role("button", name="Copy the address")).to_be_visible()
    port, path = re.fullmatch(r"https?://[^:]+:(\d+)(/v1/hooks/hook_.+)", address).groups()  # type: ignore[union-attr]
    assert fetch(int(port), path, method="POST").status == 202
    made.get_by_role("button", name="I have it").click()
    row = page.get_by_role("row").filter(has_text="hook of staged-ahead")
    expect(row).to_contain_text("waits", timeout=30_000)
    page.get_by_role("button", name="Reject staged-ahead 1.0.0").click()
    page.get_by_role("dialog").get_by_role("button", name="Reject", exact=True).click()
    expect(row).to_contain_text("failed")
    page.get_by_role("button", name="Remove the hook").click()
    assert shown_command(page) == ["pipeline", "hook", "staged-ahead", "--remove"]
    page.get_by_role("dialog").get_by_role("button", name="Remove", exact=True).click()
    expect(page.get_by_role("dialog")).to_have_count(0)
    assert fetch(int(port), path, method="POST").status == 404


def _card(page: Page, name: str) -> Locator:
    return page.locator(f"li[data-name='{name}']")


def test_an_experiment_is_started_compared_and_ended(browser: Browser, staged: Running, signed_in: Any) -> None:
    with browsing(browser, storage_state=signed_in) as context:
        page = context.new_page()
        page.goto(f"{staged.addresses['control']}/console/applications/staged-rows/experiments")
        page.evaluate("window.same = true")
        expect(page.get_by_text("No experiment of staged-rows is under way")).to_be_visible()
        expect(page.locator(".empty .command-text")).to_contain_text("stagedoor experiment start big-rows")
        page.get_by_role("button", name="Start an experiment").click()
        dialog = page.get_by_role("dialog", name="Start an experiment")
        start = dialog.get_by_role("button", name="Start", exact=True)
        name = dialog.get_by_label("Name").first
        expect(name).to_be_focused()
        name.fill("Staged")
        other = dialog.get_by_role("group", name="Cell 2")
        expect(start).to_be_disabled()
        other.get_by_label("Name").fill("big")
        # What is refused stands at its field, which has the focus then.
        start.click()
        expect(name).to_be_focused()
        expect(name).to_have_attribute("aria-invalid", "true")
        expect(dialog.get_by_role("alert")).to_contain_text("cannot be the name of an experiment")
        name.fill("staged-big")
        start.click()
        expect(dialog.get_by_role("alert")).to_contain_text("every cell runs what the line runs")
        other.get_by_label("Version").select_option("1.0.1")
        other.get_by_label("Share").fill("60")
        dialog.get_by_label("Days").fill("100")
        start.click()
        expect(dialog.get_by_role("alert")).to_contain_text("finds no place beside the others")
        dialog.get_by_role("group", name="Cell 1").get_by_label("Share").fill("40")
        other.get_by_label("Share").fill("40")
        expect(dialog).to_contain_text("80% of members are in a cell; 20% see what the line runs")
        start.click()
        expect(dialog.get_by_label("Days")).to_be_focused()
        expect(dialog.get_by_role("alert")).to_contain_text("has an end in the future")
        dialog.get_by_label("Days").fill("7")
        command = ["experiment", "start", "staged-big", "--cell", "usual:40", "--cell", "big=1.0.1:40", "--days", "7"]
        assert shown_command(page) == [*command, "--application", "staged-rows"]
        start.click()
        expect(dialog.get_by_role("status")).to_contain_text("done", timeout=30_000)
        page.keyboard.press("Escape")
        card = _card(page, "staged-big")
        cells = card.get_by_role("list", name="Cells of staged-big").get_by_role("listitem")
        expect(cells).to_have_text(
            [re.compile("usual 40% what the line runs"), re.compile("big 40% 1.0.1"), re.compile("20% in none")]
        )
        expect(card).to_contain_text("running")
        expect(card.get_by_role("img", name="Members by cell: 40% usual, 40% big; 20% in none")).to_be_visible()
        with Members(staged.port("prod"), "/staged-rows/hello", rate=120, number=900):
            compared = card.get_by_role("table", name="Findings of big beside usual")
            expect(compared).to_be_visible(timeout=SOON)
        expect(compared.get_by_role("row").filter(has_text="Latency")).to_contain_text("ms")
        expect(card).to_contain_text(re.compile(r"Counted on: usual [\d,]+ requests? of [\d,]+ member"))
        card.get_by_role("button", name="End staged-big").click()
        assert shown_command(page) == ["experiment", "end", "staged-big"]
        page.get_by_role("dialog").get_by_role("button", name="End it").click()
        ended = page.get_by_role("list", name="Ended experiments")
        expect(ended).to_contain_text("operator ended it")
        ended.get_by_text("How its cells compared").click()
        expect(compared).to_be_visible()
        assert page.evaluate("window.same")


def test_a_viewer_sees_and_changes_nothing(browser: Browser, staged: Running) -> None:
    cells = ("--cell", "usual:5", "--cell", "two=1.0.1:5")
    staged.cli("experiment", "start", "staged-seen", *cells, "--application", "staged-rows")
    with browsing(browser) as context:
        page = sign_in(context, acting_as(staged, "valerie", "--role", "viewer"))
        go(page, "/applications/staged-rows/experiments")
        expect(_card(page, "staged-seen")).to_contain_text("90% in none")
        expect(page.get_by_role("button", name=re.compile("^(End|Start)"))).to_have_count(0)
        go(page, "/applications/staged-rows/pipeline")
        expect(page.get_by_role("list", name="Stages to prod")).to_be_visible()
        expect(page.get_by_role("button", name=re.compile("hook$"))).to_have_count(0)


def test_axe_finds_nothing_serious_there(browser: Browser, staged: Running, signed_in: Any, tmp_path: Path) -> None:
    found: list[str] = []
    with (
        browsing(browser, storage_state=signed_in, bypass_csp=True) as context,
        deploying(staged, hello(tmp_path, "staged-looked", "one", PIPELINE)),
    ):
        one = _waiting(staged, "staged-looked")
        page = context.new_page()
        page.goto(f"{staged.addresses['control']}/console/publications")
        expect(page.get_by_role("list", name="Pipeline of staged-looked 1.0.0")).to_be_visible()
        found += examine(page, "/publications")
        go(page, "/applications/staged-looked/pipeline")
        expect(page.get_by_role("list", name="Stages to prod")).to_be_visible()
        found += examine(page, "the pipeline of an application")
        page.get_by_role("button", name="Approve staged-looked 1.0.0").click()
        found += examine(page, "the dialog to approve")
        page.keyboard.press("Escape")
        staged.cli("pipeline", "reject", str(one["operation"]))
        go(page, "/applications/staged-rows/experiments")
        expect(_card(page, "staged-seen")).to_be_visible()
        found += examine(page, "experiments")
        page.get_by_role("button", name="Start an experiment").click()
        found += examine(page, "the dialog to start")
    assert not found, "\n".join(found)

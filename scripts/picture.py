"""Makes the README's pictures: what the commands print as SVG, the demo and the console as a browser shows them."""

import sys
import tempfile
from html import escape
from pathlib import Path

from playwright.sync_api import Browser
from tests.harness.browser import chromium, login_link
from tests.harness.running import Running, platform, wait_until

DOCS = Path(__file__).parents[1] / "docs"
_COLOURS = {"$": "#7cc4ff", "ok": "#7fd88f", "plain": "#d5dbe3", "dim": "#8a94a3"}
# Both pages beside each other, each in a frame of its own, at the size of the README's column twice over.
_SHEET = """<!doctype html><style>
body { margin: 0; padding: 28px; background: #e9e9ee; display: flex; gap: 24px; width: 1724px }
img { width: 850px; border-radius: 12px; border: 1px solid #d2d2da; box-shadow: 0 12px 36px #0002 }
</style><img src="http://sheet/left.png"><img src="http://sheet/right.png">"""


def record(running: Running, folder: Path) -> list[str]:
    lines: list[str] = []

    def run(*arguments: str, where: Path = folder) -> None:
        lines.append("$ stagedoor " + " ".join(arguments))
        lines.extend(running.cli(*arguments, folder=where).stdout.splitlines())
        lines.append("")

    run("init", "my-script")
    del lines[1:-1]
    script = folder / "my-script"
    run("deploy", where=script)
    for file in ("main.py", "tests/test_main.py"):
        (script / file).write_text(
            (script / file).read_text().replace('"Hello', '"Welcome').replace("'Hello", "'Welcome")
        )
    text = (script / "stagedoor.toml").read_text()
    (script / "stagedoor.toml").write_text(text.replace("Hello", "Welcome"))
    (script / "tests/test_main.py").write_text((script / "tests/test_main.py").read_text().replace("Hello", "Welcome"))
    run("deploy", where=script)
    lines.append("$ curl http://127.0.0.1:8081/my-script/hello/Ada")
    lines += [running.get("/my-script/hello/Ada").body.decode(), ""]
    run("rollback", where=script)
    return lines


def _text(line: str) -> str:
    """Spaces that no renderer folds."""
    return escape(line).replace(" ", "\u00a0")


def draw(lines: list[str]) -> str:
    height = 22 * len(lines) + 40
    rows = []
    for number, line in enumerate(lines):
        kind = "$" if line.startswith("$") else "ok" if line.startswith("  ok") else "plain"
        at = f'x="24" y="{38 + 22 * number}"'
        if kind == "ok":
            mark = f'<text {at} fill="{_COLOURS["ok"]}">{_text("  ok")}</text>'
            rows.append(f'{mark}<text {at} fill="{_COLOURS["plain"]}">{_text("    " + line[4:])}</text>')
        else:
            rows.append(f'<text {at} fill="{_COLOURS[kind]}">{_text(line)}</text>')
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" width="900" height="{height}" viewBox="0 0 900 {height}" role="img">'
        "<title>A deploy, a second one, and the way back</title>"
        f'<rect width="900" height="{height}" rx="10" fill="#14181f"/>'
        '<g font-family="ui-monospace, SFMono-Regular, Menlo, Consolas, monospace" font-size="14">'
        + "".join(rows) + "</g></svg>\n"
    )  # fmt: skip


def story() -> None:
    with platform() as running, tempfile.TemporaryDirectory() as name:
        running.cli("init", "warm-up", folder=Path(name))
        running.cli("deploy", folder=Path(name) / "warm-up")
        (DOCS / "story.svg").write_text(draw(record(running, Path(name))))


def screens() -> None:
    """The demo's page, and the console's page of one of its applications while requests come."""
    with platform(options=("--demo",)) as running, chromium() as browser:
        wait_until(lambda: running.get("/demo/", "prod").status == 200, 90, "the demo")
        left, right = _demo(browser, running), _console(browser, running)
        _lay_out(browser, left, right)


def _demo(browser: Browser, running: Running) -> bytes:
    page = browser.new_page(viewport={"width": 1360, "height": 1000})
    for _ in range(3):  # The first answers of an instance are its slowest.
        page.goto(f"{running.addresses['prod']}/demo/")
        page.wait_for_selector("body[data-shown]")
    return page.screenshot()


def _console(browser: Browser, running: Running) -> bytes:
    page = browser.new_page(viewport={"width": 1360, "height": 1000})
    page.goto(login_link(running))
    page.get_by_role("link", name="tv-home").click()
    page.get_by_role("table", name="Deployments").wait_for()
    for _ in range(60):
        running.get("/tv-home/home", "prod", {"x-device": "tv", "cookie": "member=m7"})
        if page.locator(".sparkline polyline").count() and page.locator(".rate").first.inner_text().strip() != "0":
            page.wait_for_timeout(50)
    return page.screenshot()


def _lay_out(browser: Browser, left: bytes, right: bytes) -> None:
    page = browser.new_page(viewport={"width": 1780, "height": 200}, device_scale_factor=1)
    page.route("http://sheet/left.png", lambda route: route.fulfill(body=left, content_type="image/png"))
    page.route("http://sheet/right.png", lambda route: route.fulfill(body=right, content_type="image/png"))
    page.set_content(_SHEET, wait_until="load")
    page.screenshot(path=DOCS / "console.png", full_page=True)


def main() -> None:
    for draw_one in (story, screens):
        if sys.argv[1:] in ([], [draw_one.__name__]):
            draw_one()


if __name__ == "__main__":
    main()

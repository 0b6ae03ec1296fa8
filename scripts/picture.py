"""Draws docs/story.svg from what the commands really print, run against a platform of its own."""

import tempfile
from html import escape
from pathlib import Path

from bench.running import Running, platform

FILE = Path(__file__).parents[1] / "docs" / "story.svg"
_COLOURS = {"$": "#7cc4ff", "ok": "#7fd88f", "plain": "#d5dbe3", "dim": "#8a94a3"}


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


def main() -> None:
    with platform() as running, tempfile.TemporaryDirectory() as name:
        running.cli("init", "warm-up", folder=Path(name))
        running.cli("deploy", folder=Path(name) / "warm-up")
        FILE.write_text(draw(record(running, Path(name))))


if __name__ == "__main__":
    main()

"""Documentation that cannot rot: what is generated is current, what exists is documented."""

import re
from pathlib import Path

import pytest
from scripts import references

from stagedoor.cli.verbs import VERBS

ROOT = Path(__file__).parents[2]


@pytest.mark.parametrize("name", sorted(references.make()))
def test_generated_references_are_current(name: str) -> None:
    assert (ROOT / "docs" / name).read_text() == references.make()[name], "run `make docs`"


def test_every_verb_has_examples_that_begin_with_its_name() -> None:
    from importlib import import_module

    for name, verb in VERBS.items():
        examples = import_module(f"stagedoor.cli.{verb.module}").EXAMPLES
        assert examples
        assert all(f"stagedoor {name}" in one for one in examples)


def test_the_readme_fits_a_screen_and_names_the_two_commands() -> None:
    text = (ROOT / "README.md").read_text()
    assert len(text.splitlines()) <= 70
    assert "make up" in text and "make test" in text


def test_every_link_between_pages_leads_somewhere() -> None:
    import re

    for page in [ROOT / "README.md", ROOT / "CHANGELOG.md", *sorted((ROOT / "docs").glob("*.md"))]:
        for target in re.findall(r"\]\(([^)#:]+)\)", page.read_text()):
            assert (page.parent / target).exists(), f"{page.name} links to {target}"


def test_no_line_of_the_repository_names_a_registry() -> None:
    import subprocess

    listed = subprocess.run(["git", "ls-files"], cwd=ROOT, capture_output=True, text=True, check=False).stdout.split()
    hosts = ["py" + "pi.org", "npm" + "js.org", "python" + "hosted"]
    for name in listed:
        content = (ROOT / name).read_bytes() if (ROOT / name).is_file() else b""
        assert not any(host.encode() in content for host in hosts), name


_OUTSIDE_QUOTES = r"""(?=(?:[^'"]|'[^']*'|"[^"]*")*$)"""


def _commands(text: str) -> list[str]:
    """Every command line of ours that stands in a block of code."""
    found = []
    inside = False
    for line in text.splitlines():
        if line.startswith("```"):
            inside = not inside
        elif inside or line.startswith("    "):
            for part in re.split(rf"(?:&&|\|){_OUTSIDE_QUOTES}", line):
                command = part.strip().removeprefix("$ ").removeprefix('eval "$(').removesuffix(')"')
                if command.startswith("stagedoor "):
                    found.append(re.split(rf"(?:   #| > | < ){_OUTSIDE_QUOTES}", command)[0])
    return found


def _every_command() -> list[tuple[str, str]]:
    from importlib import import_module

    pages = [ROOT / "README.md", *sorted((ROOT / "docs").glob("*.md"))]
    made = set(references.make())
    listed = [(page.name, one) for page in pages if page.name not in made for one in _commands(page.read_text())]
    for name, verb in VERBS.items():
        examples = import_module(f"stagedoor.cli.{verb.module}").EXAMPLES
        listed += [(name, one) for line in examples for one in _commands(f"    {line}")]
    return listed


def test_every_command_in_the_documentation_is_one_that_the_command_line_takes() -> None:
    import shlex
    from importlib import import_module

    from stagedoor.cli.parser import parse

    listed = _every_command()
    assert len(listed) > 60
    for where, command in listed:
        _, name, *rest = shlex.split(command)
        assert name in VERBS, f"{where}: {command}"
        try:
            parse(name, VERBS[name].help, import_module(f"stagedoor.cli.{VERBS[name].module}"), rest)
        except SystemExit:
            pytest.fail(f"{where}: {command}")


def test_every_block_of_python_in_the_documentation_compiles_and_imports_what_there_is() -> None:
    import ast
    import re

    import stagedoor

    for page in [ROOT / "README.md", *sorted((ROOT / "docs").glob("*.md"))]:
        for block in re.findall(r"```python\n(.*?)```", page.read_text(), re.DOTALL):
            for node in ast.walk(ast.parse(block)):
                if isinstance(node, ast.ImportFrom) and node.module == "stagedoor":
                    for name in node.names:
                        assert hasattr(stagedoor, name.name) or name.name == "testing", page.name


def test_every_block_of_settings_in_the_documentation_is_read() -> None:
    import re

    from stagedoor.model import settings

    for page in ("operate.md", "security.md", "alerts.md"):
        for block in re.findall(r"```toml\n(.*?)```", (ROOT / "docs" / page).read_text(), re.DOTALL):
            settings.parse(block)


def test_the_site_is_built_from_every_page(tmp_path: Path) -> None:
    import shutil
    import subprocess
    import sys

    shutil.copytree(ROOT / "docs", tmp_path / "docs")
    shutil.copyfile(ROOT / "zensical.toml", tmp_path / "zensical.toml")
    command = [sys.executable, "-m", "zensical", "build", "--strict"]
    built = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, check=False)
    assert built.returncode == 0, built.stdout + built.stderr
    pages = {page.relative_to(ROOT / "docs").with_suffix("") for page in (ROOT / "docs").rglob("*.md")}
    site = tmp_path / "site"
    assert pages <= {page.relative_to(site).with_suffix("") for page in site.rglob("*.html")}
    text = (site / "index.html").read_text()
    assert "fonts.googleapis" not in text

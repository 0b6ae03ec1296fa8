"""Documentation that cannot rot: what is generated is current, what exists is documented."""

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

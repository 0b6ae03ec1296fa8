"""The workshop keeps its word: locks agree, documented commands exist, decisions are listed, contracts are complete."""

import re
import tomllib
from itertools import chain
from pathlib import Path

import pytest
import yaml
from scripts import lock

from stagedoor.cli.verbs import OFFLINE, VERBS

ROOT = Path(__file__).parents[2]
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text())
PAGES = ("README.md", "CONTRIBUTING.md", "AGENTS.md", "SECURITY.md", "docs/operate.md", "docs/benchmarks.md")


def read_locks() -> dict[str, str]:
    runtime = lock.read((ROOT / "requirements.lock").read_text())
    workshop = lock.read((ROOT / "requirements-dev.lock").read_text())
    assert runtime.keys().isdisjoint(workshop), "a package is in one lock"
    return runtime | workshop


def test_every_locked_package_has_an_exact_version_and_hashes() -> None:
    for name, block in read_locks().items():
        assert re.fullmatch(r"[a-z0-9.-]+==[\w.]+", name), name
        assert re.search(r"--hash=sha256:[0-9a-f]{64}", block), name


@pytest.mark.parametrize("file", ["requirements.lock", "requirements-dev.lock", "console/package-lock.json"])
def test_a_lock_names_no_index(file: str) -> None:
    text = (ROOT / file).read_text()
    assert "index-url" not in text
    assert "resolved" not in text
    assert file.endswith(".json") or "://" not in text


def test_uv_and_the_locks_install_the_same_versions() -> None:
    constraints = PROJECT["tool"]["uv"]["constraint-dependencies"]
    assert sorted(constraints) == sorted(lock.marked(block) for block in read_locks().values())


def test_what_the_project_requires_is_locked() -> None:
    named = {name.partition("==")[0] for name in read_locks()}
    extras = PROJECT["project"]["optional-dependencies"]
    for requirement in chain(PROJECT["project"]["dependencies"], *extras.values()):
        name = re.split(r"[\[<>=;~ ]", requirement)[0]
        assert name == "stagedoor" or name in named, requirement


def test_the_build_is_pinned() -> None:
    pinned = PROJECT["tool"]["uv"]["build-constraint-dependencies"]
    assert any(one.startswith("hatchling==") for one in pinned)
    assert all("==" in one for one in pinned)


@pytest.mark.parametrize("page", PAGES)
def test_every_make_target_in_the_docs_exists(page: str) -> None:
    targets = set(re.findall(r"^([a-z-]+):", (ROOT / "Makefile").read_text(), re.MULTILINE))
    code = re.findall(r"`([^`\n]+)`|^ {4}(.+)$", (ROOT / page).read_text(), re.MULTILINE)
    named = {target for pair in code for target in re.findall(r"\bmake ([a-z-]+)", " ".join(pair))}
    assert named <= targets, named - targets


def test_every_decision_is_listed_and_has_the_three_parts() -> None:
    folder = ROOT / "docs" / "decisions"
    index = (folder / "index.md").read_text()
    records = sorted(folder.glob("[0-9]*.md"))
    assert len(records) >= 10
    for number, record in enumerate(records, 1):
        assert int(record.name[:4]) == number
        text = record.read_text()
        title = text.splitlines()[0].removeprefix("# ").partition(" ")[2]
        assert f"[{number}]({record.name}) | {title} |" in index
        assert [line for line in text.splitlines() if line.startswith("## ")] == [
            "## Context", "## Decision", "## Consequences",
        ]  # fmt: skip


def test_every_verb_that_speaks_to_a_platform_is_held_to_be_light() -> None:
    contract = (ROOT / ".importlinter").read_text().partition("light-verbs")[2]
    heavy = {"api", "calls", "dev", "rehearse", "replay", "scale", "service", "shell"}
    for name, verb in VERBS.items():
        if name not in OFFLINE | heavy:
            assert f"stagedoor.cli.{verb.module}\n" in contract, name


def test_the_pre_commit_hooks_run_what_is_installed() -> None:
    hooks = yaml.safe_load((ROOT / ".pre-commit-config.yaml").read_text())["repos"][0]["hooks"]
    for hook in hooks:
        program = ROOT / hook["entry"].split()[0]
        assert hook["language"] == "system"
        assert program.exists(), hook["entry"]


def test_the_slowest_tests_are_listed_with_a_reason_and_exist() -> None:
    page = (ROOT / "CONTRIBUTING.md").read_text()
    rows = re.findall(r"^\| `(test_\w+)::([\w:]+)` \| (\d+) \| (.+) \|$", page, re.MULTILINE)
    assert len(rows) == 25
    seconds = [int(taken) for _, _, taken, _ in rows]
    assert seconds == sorted(seconds, reverse=True)
    for file, name, _, reason in rows:
        text = (ROOT / "tests" / "integration" / f"{file}.py").read_text()
        assert name.rpartition("::")[0] in text and (f"def {name}(" in text or name.endswith("runTest")), name
        assert len(reason.split()) >= 5, name

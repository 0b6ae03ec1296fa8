"""Nobody who uses Stagedoor reads a traceback: a fault is a sentence, a code, and a file with the details."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from stagedoor.cli import entry, faults, versions
from stagedoor.cli.verbs import VERBS, Verb
from stagedoor.model.errors import Conflict


@pytest.fixture(autouse=True)
def state_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path))
    return tmp_path / "stagedoor" / "faults"


def fail_with(monkeypatch: pytest.MonkeyPatch, error: BaseException) -> None:
    def run(options: object) -> int:
        raise error

    monkeypatch.setattr(versions, "run", run)


def test_a_bug_is_a_sentence_with_a_file_that_has_the_details(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], state_folder: Path
) -> None:
    fail_with(monkeypatch, KeyError("surprise"))
    assert entry.run(["versions", "films"]) == 70
    said = capsys.readouterr().err
    assert "Traceback" not in said
    assert "stagedoor: `stagedoor versions` failed because of a bug in Stagedoor: KeyError: 'surprise'" in said
    [report] = state_folder.iterdir()
    assert str(report) in said
    assert "Traceback" in report.read_text()
    assert report.stat().st_mode & 0o777 == 0o600


def test_a_bug_is_an_error_with_a_code_in_json(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    fail_with(monkeypatch, RuntimeError("several\nlines"))
    assert entry.run(["versions", "films", "--json"]) == 70
    error = json.loads(capsys.readouterr().out)["error"]
    assert error["code"] == "internal"
    assert error["message"].endswith("RuntimeError: several")
    assert Path(error["report"]).is_file()


def test_reports_are_bounded_and_the_newest_stay(state_folder: Path) -> None:
    state_folder.mkdir(parents=True)
    for number in range(faults.MAX_REPORTS + 5):
        (state_folder / f"20200101T0000{number:02}Z-up-1.txt").write_text("old")
    faults.describe("versions", VERBS["versions"], RuntimeError("new"))
    names = sorted(path.name for path in state_folder.iterdir())
    assert len(names) == faults.MAX_REPORTS
    assert names[-1].endswith(".txt") and "versions" in names[-1]
    assert names[0] == "20200101T000006Z-up-1.txt"


def test_a_report_that_cannot_be_written_is_said_as_well(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    (tmp_path / "file").write_text("")
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "file"))
    fail_with(monkeypatch, RuntimeError("once"))
    assert entry.run(["versions", "films"]) == 70
    assert "the details could not be written" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("error", "code"), [(KeyboardInterrupt(), 130), (BrokenPipeError(), 0), (Conflict("taken"), 1)]
)
def test_what_is_no_fault_leaves_no_report(
    monkeypatch: pytest.MonkeyPatch, state_folder: Path, error: BaseException, code: int
) -> None:
    fail_with(monkeypatch, error)
    assert entry.run(["versions", "films"]) == code
    assert not state_folder.exists()


@pytest.mark.parametrize(
    ("verb", "hint"), [("up", "stagedoor[platform]"), ("dev", "stagedoor[dev]"), ("logs", "reinstall")]
)
def test_a_missing_package_names_the_extra_that_brings_it(verb: str, hint: str) -> None:
    error = ModuleNotFoundError("No module named 'somewhere'", name="somewhere.inside")
    failure = faults.describe(verb, VERBS[verb], error)
    assert failure.code == "missing_package"
    assert hint in failure.hint
    assert "somewhere" in failure.message


def test_a_module_of_ours_that_is_missing_is_a_fault() -> None:
    error = ModuleNotFoundError("No module named 'stagedoor.gone'", name="stagedoor.gone")
    assert faults.describe("up", Verb("up", "", ""), error).code == "internal"


def test_the_installed_command_names_the_extra_when_a_package_is_hidden() -> None:
    code = (
        "import sys; sys.modules['watchfiles'] = None\n"
        "from stagedoor.cli.entry import run; sys.exit(run(['dev', '--plain']))"
    )
    result = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert result.returncode == 5
    assert "`stagedoor dev` needs the extra `dev`" in result.stderr
    assert "Traceback" not in result.stderr


def test_an_unknown_verb_is_answered_with_the_nearest(capsys: pytest.CaptureFixture[str]) -> None:
    assert entry.run(["deplyo"]) == 2
    said = capsys.readouterr().err
    assert "deploy" in said
    assert "--help" in said


@pytest.mark.parametrize("arguments", [["--help"], ["--version"], ["context", "list"], []])
def test_a_reader_that_has_gone_is_no_error(arguments: list[str], state_folder: Path) -> None:
    reading, writing = os.pipe()
    os.close(reading)
    code = f"import sys; sys.argv = ['stagedoor', *{arguments!r}]; from stagedoor.cli.entry import main; main()"
    environment = dict(os.environ) | {"XDG_CONFIG_HOME": str(state_folder)}
    result = subprocess.run(
        [sys.executable, "-c", code], stdout=writing, stderr=subprocess.PIPE, text=True, check=False, env=environment
    )
    os.close(writing)
    assert result.stderr == ""
    assert result.returncode in (0, 2)


def test_completion_leaves_out_what_is_not_installed() -> None:
    hidden = "import sys\nfor name in ('sqlalchemy', 'uvicorn', 'watchfiles', 'httpx2'): sys.modules[name] = None\n"
    code = f"{hidden}from stagedoor.cli.entry import run; sys.exit(run(['completion', 'bash']))"
    result = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert result.returncode == 0, result.stderr
    assert '"deploy")' in result.stdout


@pytest.mark.parametrize("verb", ["up", "install", "restore", "migrate"])
def test_half_an_installation_does_not_start_what_cannot_run(verb: str) -> None:
    hidden = "import sys\nfor name in ('fastapi', 'sqlalchemy', 'duckdb'): sys.modules[name] = None\n"
    code = f"{hidden}from stagedoor.cli.entry import run; sys.exit(run([{verb!r}, '--data', '/nowhere']))"
    result = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert result.returncode == 5
    assert "pip install 'stagedoor[platform]'" in result.stderr

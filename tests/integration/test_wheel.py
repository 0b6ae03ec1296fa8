"""The wheel alone, as `pip install stagedoor` brings it: every verb works, or says which extra it needs."""

import json
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

import pytest
from uv import find_uv_bin

from stagedoor.cli.verbs import VERBS

ROOT = Path(__file__).parents[2]
OLDEST, NEWEST = (3, 11), (3, 13)
# One command of each verb that takes arguments; the others are run without any.
ARGUMENTS = {
    "alerts": "list", "api": "pull", "backup": "now.backup", "completion": "bash", "config": "list",
    "context": "list", "delete": "films --line 1 --stack test", "dev": "--plain --port 0",
    "difference": "list", "experiment": "list", "init": "another", "install": "--data data",
    "login": "http://127.0.0.1:1", "migrate": "--data data", "pipeline": "explain", "profile": "films",
    "query": "--tables", "release": "1.0.0", "replay": "1b4e28ba-2fa1-4d3b-a3f5-ef19b5a7633b --here --plain",
    "restore": "now.backup --data data --keys keys", "rollout": "list", "saved": "list", "scale": "why films",
    "secret": "list", "service": "list", "shadow": "start 1.0.0", "shell": "i1", "team": "list", "token": "list",
    "trace": "1b4e28ba-2fa1-4d3b-a3f5-ef19b5a7633b", "up": "--data data", "upgrade": "--data data", "user": "list",
}  # fmt: skip
NEED_AN_EXTRA = {"up": "platform", "install": "platform", "restore": "platform", "migrate": "platform", "dev": "dev"}
# Done; refused or failed, with a reason; no platform; no token; an extra is missing.
DONE, REFUSED, UNREACHABLE, MISSING_PACKAGE = 0, 1, 3, 5


def find_pythons() -> dict[str, str]:
    """Returns an interpreter of each version that is present and supported, by "3.11" and so on."""
    patterns = ("/usr/bin/python3.*", "/usr/local/bin/python3.*", f"{Path.home()}/.pyenv/versions/3.*/bin/python3.*")
    found: dict[str, str] = {f"{sys.version_info[0]}.{sys.version_info[1]}": sys.executable}
    for pattern in patterns:
        for path in sorted(Path("/").glob(pattern.lstrip("/"))):
            version = re.fullmatch(r"python3\.(\d+)", path.name)
            if version and OLDEST <= (3, int(version[1])) <= NEWEST and os.access(path, os.X_OK):
                found.setdefault(f"3.{version[1]}", str(path))
    return found


PYTHONS = find_pythons()


@dataclass(frozen=True)
class Bare:
    """An environment with the wheel and nothing but what the wheel requires."""

    folder: Path

    @property
    def python(self) -> str:
        return str(self.folder / "bin" / "python")

    def run(self, *arguments: str, where: Path, given: str = "") -> "subprocess.CompletedProcess[str]":
        environment = {key: value for key, value in os.environ.items() if not key.startswith(("STAGEDOOR", "PYTHON"))}
        environment |= {
            "XDG_CONFIG_HOME": str(where / "config"), "XDG_STATE_HOME": str(where / "state"), "HOME": str(where),
            "STAGEDOOR_URL": "http://127.0.0.1:1", "STAGEDOOR_TOKEN": "sd_nobody", "NO_COLOR": "1",
        }  # fmt: skip
        command = [str(self.folder / "bin" / "stagedoor"), *arguments]
        return subprocess.run(
            command, cwd=where / "films", env=environment, input=given, capture_output=True, text=True, check=False,
            timeout=60,
        )  # fmt: skip


@pytest.fixture(scope="session")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("dist")
    subprocess.run(
        [find_uv_bin(), "build", "--quiet", "--wheel", "--out-dir", str(folder)],
        cwd=ROOT, check=True, capture_output=True,
    )  # fmt: skip
    [built] = folder.glob("*.whl")
    return built


@pytest.fixture(scope="session", params=sorted(PYTHONS))
def bare(request: pytest.FixtureRequest, wheel: Path, tmp_path_factory: pytest.TempPathFactory) -> Bare:
    folder = tmp_path_factory.mktemp("bare") / "environment"
    uv = find_uv_bin()
    subprocess.run([uv, "venv", "--quiet", "--python", PYTHONS[request.param], str(folder)], check=True)
    one = Bare(folder)
    install = [uv, "pip", "install", "--quiet", "--python", one.python, "--constraint", str(ROOT / "requirements.lock")]
    subprocess.run([*install, str(wheel)], check=True, cwd=folder)
    return one


@pytest.fixture
def place(bare: Bare, tmp_path: Path) -> Path:
    """A folder with an application, made by the bare wheel itself."""
    (tmp_path / "films").mkdir()
    made = bare.run("init", "films-app", where=tmp_path)
    assert made.returncode == 0, made.stderr
    for file in (tmp_path / "films" / "films-app").iterdir():
        shutil.move(file, tmp_path / "films" / file.name)
    return tmp_path


def run_all(
    bare: Bare, place: Path, commands: dict[str, Sequence[str]]
) -> dict[str, "subprocess.CompletedProcess[str]"]:
    with ThreadPoolExecutor(4) as pool:
        results = pool.map(lambda words: bare.run(*words, where=place, given="sd_nobody\n"), commands.values())
    return dict(zip(commands, results, strict=True))


def test_every_verb_works_or_names_the_extra_it_needs(bare: Bare, place: Path) -> None:
    results = run_all(bare, place, {verb: [verb, *ARGUMENTS.get(verb, "").split()] for verb in VERBS})
    for verb, result in results.items():
        said = f"{verb}: exit {result.returncode}\n{result.stdout}{result.stderr}"
        assert "Traceback" not in result.stdout + result.stderr, said
        if verb in NEED_AN_EXTRA:
            assert result.returncode == MISSING_PACKAGE, said
            assert f"pip install 'stagedoor[{NEED_AN_EXTRA[verb]}]'" in result.stderr, said
        else:
            assert result.returncode in (DONE, REFUSED, UNREACHABLE), said
            assert result.returncode == DONE or result.stderr.startswith("stagedoor: ") or verb == "doctor", said
    assert results["deploy"].returncode == UNREACHABLE, "it packed the application and found no platform"
    assert not (place / "state").exists(), "a fault of ours was written down"


def test_every_verb_shows_its_help(bare: Bare, place: Path) -> None:
    results = run_all(bare, place, {verb: [verb, "--help"] for verb in VERBS})
    for verb, result in results.items():
        needs = NEED_AN_EXTRA.get(verb)
        assert result.returncode == DONE or (needs and result.returncode == MISSING_PACKAGE), f"{verb}: {result.stderr}"


def test_an_author_has_types_and_test_helpers(bare: Bare, place: Path) -> None:
    code = (
        "import asyncio, json, main\n"
        "from stagedoor import Request, api, endpoint, testing\n"
        "print(json.dumps(sorted(name for name in vars(testing) if name in testing.__all__)))\n"
    )
    result = subprocess.run([bare.python, "-c", code], cwd=place / "films", capture_output=True, text=True, check=False)
    assert json.loads(result.stdout) == ["FakeServices", "TestAnswer", "get", "request"], result.stderr


def test_the_base_install_is_small(bare: Bare) -> None:
    listed = subprocess.run(
        [find_uv_bin(), "pip", "list", "--python", bare.python, "--format", "json"], capture_output=True, check=True
    ).stdout
    names = {package["name"] for package in json.loads(listed)}
    assert names == {"httptools", "msgspec", "pathspec", "stagedoor", "uvloop"}


def test_the_wheel_says_what_it_is(wheel: Path, bare: Bare) -> None:
    code = "from importlib.metadata import metadata; import json; print(json.dumps(metadata('stagedoor').json))"
    told = json.loads(subprocess.run([bare.python, "-c", code], capture_output=True, check=True).stdout)
    assert told["requires_python"] == ">=3.11"
    assert {"dev", "platform", "demo"} == set(told["provides_extra"])
    assert len(told["project_url"]) >= 2
    assert "Programming Language :: Python :: 3.13" in told["classifier"]

"""From `stagedoor deploy` to the first moment from which every answer is the new version's, under a steady load.

The installed command; an application with two tests; a change of code alone; caches warm. Then the way back: from the
start of `stagedoor rollback` to the last answer of the bad version at the client.
"""

import subprocess
import tempfile
import threading
import time
from dataclasses import dataclass, field
from pathlib import Path

from tests.harness.running import Running, fetch, installed_command, platform, write_application

from bench.report import Report, median, percentile

RATE = 200
MAIN = """
from stagedoor import Request, endpoint

WORD = "{word}"


@endpoint("GET", "/word")
async def word(request: Request) -> dict:
    return {{"word": WORD}}
"""
TESTS = """
from stagedoor import testing


def test_it_answers() -> None:
    assert testing.get("/word").status == 200


def test_nothing_else_does() -> None:
    assert testing.get("/other").status == 404
"""
DEPENDENCIES = [
    "aiofiles",
    "anyio",
    "attrs",
    "certifi",
    "click",
    "h11",
    "idna",
    "itsdangerous",
    "jinja2",
    "markupsafe",
    "orjson",
    "packaging",
    "pydantic",
    "python-dateutil",
    "pyyaml",
    "requests",
    "rich",
    "six",
    "starlette",
    "typing-extensions",
]


@dataclass
class Watcher:
    """A steady load that remembers when each word was answered."""

    port: int
    answers: list[tuple[float, str]] = field(default_factory=list)
    failed: list[str] = field(default_factory=list)
    stop: threading.Event = field(default_factory=threading.Event)

    def __enter__(self) -> "Watcher":
        self.threads = [threading.Thread(target=self._ask) for _ in range(4)]
        for thread in self.threads:
            thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.stop.set()
        for thread in self.threads:
            thread.join()

    def _ask(self) -> None:
        pause = len(self.threads) / RATE
        while not self.stop.is_set():
            began = time.perf_counter()
            try:
                got = fetch(self.port, "/bench/word", timeout=20)
                if got.status == 200:
                    self.answers.append((time.perf_counter(), got.json()["word"]))
                else:
                    self.failed.append(f"{got.status} {got.body[:100]!r}")
            except OSError as error:
                self.failed.append(repr(error))
            time.sleep(max(0.0, began + pause - time.perf_counter()))

    def last(self, word: str, since: float) -> float:
        """When `word` was answered last, counted from `since`; 0 when it was not after that."""
        return max((at - since for at, said in list(self.answers) if said == word and at > since), default=0.0)


def run(*, quick: bool) -> Report:
    deploys, rollbacks = (10, 100) if quick else (20, 200)
    report = Report("deploy")
    with (
        platform("[edge]\nclient_rate = 100000\n[keep]\nwarm_versions = 3\n") as running,
        tempfile.TemporaryDirectory() as name,
    ):
        folder = Path(name)
        _deploy(running, folder, "w0")
        _deploy(running, folder, "w0b")
        with Watcher(running.port("test")) as watcher:
            _measure_deploys(report, running, folder, watcher, deploys)
        with Watcher(running.port("test")) as watcher:
            _measure_rollbacks(report, running, folder, watcher, rollbacks)
        _measure_dependencies(report, running, folder)
    return report


def _deploy(running: Running, folder: Path, word: str) -> str:
    write_application(
        folder / "app", MAIN.format(word=word), 'name = "bench"\nteam = "bench"\n', {"tests/test_app.py": TESTS}
    )
    return _command(running, "deploy", str(folder / "app"))


def _command(running: Running, *arguments: str) -> str:
    result = subprocess.run(
        [*installed_command(), *arguments], env=running.environment, capture_output=True, text=True, check=False
    )
    if result.returncode != 0:
        raise SystemExit(f"stagedoor {' '.join(arguments)}: {result.stdout}{result.stderr}")
    return result.stdout


def _measure_deploys(report: Report, running: Running, folder: Path, watcher: Watcher, count: int) -> None:
    seconds, tests = [], []
    previous = "w0b"
    for number in range(count):
        word = f"d{number}"
        began = time.perf_counter()
        said = _deploy(running, folder, word)
        time.sleep(0.3)
        seconds.append(watcher.last(previous, began))
        tests.append(_step(said, "tests"))
        previous = word
    report.figures |= {
        "deploy_p50_s": round(median(seconds), 3), "deploy_p95_s": round(percentile(seconds, 0.95), 3),
        "deploy_max_s": round(max(seconds), 3), "deploys": count, "deploy_tests_p50_s": round(median(tests), 3),
        "deploy_failed": len(watcher.failed), "deploy_requests": len(watcher.answers), "load_rps": RATE,
    }  # fmt: skip
    report.limits += watcher.failed[:5]


def _step(said: str, name: str) -> float:
    """The time that the command printed for a step, in seconds."""
    for line in said.splitlines():
        words = line.split()
        if len(words) > 3 and words[1] == name:
            return float(words[2]) * (0.001 if words[3] == "ms" else 1.0)
    return 0.0


def _measure_rollbacks(report: Report, running: Running, folder: Path, watcher: Watcher, count: int) -> None:
    seconds, switches = [], []
    _deploy(running, folder, "good")
    _deploy(running, folder, "bad")
    for number in range(count):
        began = time.perf_counter()
        said = _command(running, "rollback", "bench", "--json")
        time.sleep(0.03)
        seconds.append(watcher.last("bad", began))
        switches.append(_switch_seconds(said))
        if number + 1 < count:
            # Both versions are warm: the bad one comes back as a release, not as another deploy.
            _command(running, "release", _newest(running), "--application", "bench")
    report.figures |= {
        "rollback_p50_s": round(median(seconds), 3), "rollback_p99_s": round(percentile(seconds, 0.99), 3),
        "rollback_max_s": round(max(seconds), 3), "rollbacks": count,
        "switch_p50_ms": round(median(switches) * 1000, 2),
        "switch_p99_ms": round(percentile(switches, 0.99) * 1000, 2), "rollback_failed": len(watcher.failed),
        "rollback_requests": len(watcher.answers),
    }  # fmt: skip
    report.limits += watcher.failed[:5]


def _switch_seconds(said: str) -> float:
    import json

    return float(json.loads(said)["switch_seconds"])


def _newest(running: Running) -> str:
    if not hasattr(running, "newest"):
        running.newest = running.json("versions", "bench")[-1]["number"]  # type: ignore[attr-defined]
    return str(running.newest)  # type: ignore[attr-defined]


def _measure_dependencies(report: Report, running: Running, folder: Path) -> None:
    """The first deploy with twenty dependencies: the packages are in uv's cache, the layer is not there."""
    requirements = "\n".join(DEPENDENCIES) + "\n"
    files = {"requirements.txt": requirements}
    warm = write_application(folder / "warm", MAIN.format(word="x"), 'name = "warm"\nteam = "bench"\n', files)
    _command(running, "deploy", str(warm))
    seconds = []
    for number in range(3):
        # Another line of comment: another lock, so another layer, from the same packages.
        files = {"requirements.txt": requirements + f"packaging!=0.{number}\n"}
        cold = write_application(
            folder / f"cold{number}", MAIN.format(word="x"), f'name = "cold{number}"\nteam = "bench"\n', files
        )
        for layer in (running.data / "layers").glob("deps-*"):
            layer.rename(layer.with_name(f"{layer.name}-old-{number}"))
        began = time.perf_counter()
        _command(running, "deploy", str(cold))
        seconds.append(time.perf_counter() - began)
    report.figures |= {
        "cold_deps_s": round(median(seconds), 2),
        "cold_deps_max_s": round(max(seconds), 2),
        "dependencies": 20,
    }

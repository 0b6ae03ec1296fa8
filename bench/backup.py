"""A backup of many versions and what is restored of it: seconds of each, and what differs (nothing may).

The versions are published for real, each with source of its own, over ten applications; some are released, with
configuration and a secret. The restored platform runs from another folder; its own backup is compared with the first,
row by row and file by file, and every released application is asked.
"""

import subprocess
import tarfile
import tempfile
import time
from pathlib import Path
from typing import Any

from tests.harness.running import COMMAND, Running, platform, wait_until, write_application
from tests.harness.steady import Steady

from bench.report import Report

_MAIN = """
from stagedoor import config, endpoint, secrets


@endpoint("GET", "/word")
async def word(request):
    return {{"word": "{word}", "set": config.get("set"), "key": len(secrets.get("key", ""))}}
"""
_APPLICATIONS = 10


def run(*, quick: bool) -> Report:
    count = 40 if quick else 1000
    report = Report("backup")
    settings = "[keep]\nversions = 100000\nreleases = 100000\n[edge]\nclient_rate = 100000\n"
    with platform(settings) as first, tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        began = time.perf_counter()
        _publish(first, folder, count)
        published = time.perf_counter() - began
        with Steady(first.port("test"), "/app-0/word", rate=200) as load:
            took = first.json("backup", str(folder / "a.backup"))
        wanted = [first.get(f"/app-{number}/word").json() for number in range(_APPLICATIONS)]
        with platform(settings) as second:
            second.stop()
            subprocess.run(["rm", "-rf", str(second.data)], check=True)
            began = time.perf_counter()
            keys = first.data / "keys" / "secrets"
            second.json("restore", str(folder / "a.backup"), "--data", str(second.data), "--keys", str(keys))
            restored = time.perf_counter() - began
            (second.data / "platform.toml").write_text(settings)
            second.start()
            got = [_word(second, number) for number in range(_APPLICATIONS)]
            second.json("backup", str(folder / "b.backup"))
            differ = _differences(folder / "a.backup", folder / "b.backup")
            differ += [f"answer of app-{number}" for number in range(_APPLICATIONS) if got[number] != wanted[number]]
    report.figures |= {
        "versions": count, "backup_s": round(took["seconds"], 3), "backup_mb": round(took["bytes"] / 1e6, 2),
        "restore_s": round(restored, 3), "differences": len(differ), "failed_while_backing_up": len(load.failed),
        "requests_while_backing_up": len(load.seconds), "publish_s_each": round(published / count, 3),
    }  # fmt: skip
    report.limits += differ[:5]
    return report


def _publish(running: Running, folder: Path, count: int) -> None:
    """Versions round robin; the first and the last of each application are released."""
    for number in range(count):
        name = f"app-{number % _APPLICATIONS}"
        app = write_application(folder / name, _MAIN.format(word=f"w{number}"), f'name = "{name}"\nteam = "bench"\n')
        last = number >= count - _APPLICATIONS or number < _APPLICATIONS
        running.json("deploy" if last else "publish", str(app))
    for number in range(_APPLICATIONS):
        name = f"app-{number}"
        running.json("config", "set", "set", str(number), "--application", name)
        subprocess.run(
            [*COMMAND, "secret", "set", "key", "--application", name], input="s" * (number + 1), check=True,
            env=running.environment, text=True, capture_output=True,
        )  # fmt: skip


def _word(running: Running, number: int) -> Any:
    path = f"/app-{number}/word"
    wait_until(lambda: running.get(path).status == 200, 30, f"app-{number}")
    return running.get(path).json()


def _differences(first: Path, second: Path) -> list[str]:
    """What the second does not hold as the first did; rows that a new platform adds by itself are none."""
    before, after = _contents(first), _contents(second)
    found = [
        name for name, content in before.items() if not name.startswith("database/") and after.get(name) != content
    ]
    for name in (one for one in before if one.startswith("database/")):
        rows = set(after.get(name, b"").splitlines())
        known = [row for row in before[name].splitlines() if row not in rows]
        # The counter of deployments goes on, since the new platform made its own.
        found += [f"{name}: {row[:80]!r}" for row in known if "counters" not in name]
    return found


def _contents(file: Path) -> dict[str, bytes]:
    with tarfile.open(file, "r:gz") as archive:
        return {
            one.name: (archive.extractfile(one) or open("/dev/null", "rb")).read()
            for one in archive
            if "/" in one.name and one.isreg()
        }

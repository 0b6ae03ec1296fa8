"""Proportional memory of an idle instance, and of each program of the platform."""

import tempfile
import time
from pathlib import Path

from tests.harness.running import Running, platform

from bench.path import deploy_small
from bench.report import Report, median


def run(*, quick: bool) -> Report:
    report = Report("size")
    with platform() as running, tempfile.TemporaryDirectory() as folder:
        deploy_small(running, Path(folder))
        running.cli("release", "1.0.0", "--stack", "test", "--application", "bench")
        time.sleep(2 if quick else 10)
        measured = [one["memory_bytes"] for one in running.json("instances")]
        report.figures = {
            "instance_pss_mb": round(median(measured) / 1e6, 1),
            "instances": len(measured),
            **programs(running),
        }
    return report


def programs(running: Running) -> dict[str, float]:
    assert running.process is not None
    found = {"supervisor_pss_mb": _pss(running.process.pid)}
    for program in running.json("status")["programs"]:
        found[f"{program['name']}_pss_mb"] = round(sum(_pss(pid) for pid in _family(int(program["pid"]))), 1)
    return found


def _family(leader: int) -> list[int]:
    """The processes of a group: a program with its workers, without the containers it started."""
    members = []
    for folder in Path("/proc").glob("[0-9]*"):
        try:
            fields = (folder / "stat").read_text().rpartition(")")[2].split()
        except OSError:
            continue
        if int(fields[2]) == leader and b"light.load" not in (folder / "cmdline").read_bytes():
            members.append(int(folder.name))
    return members


def _pss(pid: int) -> float:
    lines = Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines()
    return round(sum(int(line.split()[1]) for line in lines if line.startswith("Pss:")) / 1000, 1)

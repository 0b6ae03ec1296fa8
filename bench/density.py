"""A machine full of applications, many at zero, a hundred alive: what each costs, and what a route change takes."""

import statistics
import tempfile
import time
from pathlib import Path

from tests.harness.running import Running, fetch_json, platform, wait_until

from bench import fleet
from bench.fleet import App
from bench.report import Report, median
from bench.size import programs

_SETTINGS = """
[pools]
backends = {backends}
doors = {doors}
slots = 150
"""
_SLEEPS = '[scaling]\nidle = "1s"\n[resources]\nmemory = "64MB"\n'
_STAYS = '[scaling]\nmin = 1\n[resources]\nmemory = "64MB"\n'


def run(*, quick: bool) -> Report:
    count, alive = (260, 40) if quick else (1000, 100)
    settings = _SETTINGS.format(backends=count + alive + 50, doors=count + alive + 100)
    with tempfile.TemporaryDirectory(prefix="bench-") as name, platform(settings) as running:
        folder = Path(name)
        began = time.perf_counter()
        fleet.deploy(running, folder, [App(f"zero-{number}", manifest=_SLEEPS) for number in range(count)])
        fleet.deploy(running, folder, [App(f"alive-{number}", manifest=_STAYS) for number in range(alive)])
        deploys = time.perf_counter() - began
        wait_until(lambda: _alive(running) == alive, 120, "the sleep of all others")
        time.sleep(2)
        report = Report("density")
        report.figures = {
            "applications_at_zero": count,
            "applications_alive": alive,
            "instance_pss_mb": round(median(_instances(running)) / 1e6, 2),
            **_programs(running),
            "route_change_ms": round(statistics.median(_route_changes(running, folder)), 1),
            "deploy_s_each": round(deploys / (count + alive), 3),
        }
        return report


def _alive(running: Running) -> int:
    return len(fetch_json(running, "/v1/instances"))


def _instances(running: Running) -> list[float]:
    return [one["memory_bytes"] for one in fetch_json(running, "/v1/instances?measure=1")]


def _programs(running: Running) -> dict[str, float]:
    measured = programs(running)
    edge = measured.pop("edge_pss_mb")
    return {"platform_pss_mb": round(sum(measured.values()), 1), **measured, "edge_rss_mb": edge}


def _route_changes(running: Running, folder: Path) -> list[float]:
    """Milliseconds from the written pointer until the edge leads to the other version, back and forth."""
    fleet.deploy(running, folder, [App("alive-0", fleet.SMALL.replace("1, 2, 3", "4"), _STAYS)])
    found = []
    for number in range(10):
        told = running.json("release", f"1.0.{number % 2}", "--application", "alive-0", "--stack", "test")
        found.append(told["switch_seconds"] * 1000)
    return found

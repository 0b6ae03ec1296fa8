"""A service that hangs while applications call it: what its callers answer, what the others notice, how it comes back.

The service takes calls and answers none for some seconds, then goes on as if nothing had been.
"""

import time
from contextlib import ExitStack
from pathlib import Path
from tempfile import TemporaryDirectory

from tests.harness.running import Running, fetch, platform, write_application
from tests.harness.steady import Steady

from bench import load
from bench.report import Report, percentile
from bench.throttle import MANIFEST, PEERS, register

TIMEOUT = "250ms"
DEADLINE = 0.5  # Seconds in which a caller of the hung service answers.
MAIN = """
from stagedoor import Request, api, endpoint


@endpoint("GET", "/ask")
async def ask(request: Request) -> dict:
    rows = await api["{service}"].get("/rows", fallback=None)
    return {{"fallback": rows is None}}
"""


def run(*, quick: bool) -> Report:
    seconds = 5 if quick else 15
    report = Report("hang")
    with ExitStack() as stack:
        folder = Path(stack.enter_context(TemporaryDirectory(prefix="bench-")))
        folder.chmod(0o755)
        hang = folder / "hang"
        running = stack.enter_context(platform(load.SETTINGS))
        for name, arguments in (("hung", [str(hang)]), ("fine", [])):
            port = load.free_port()
            command = [load.interpreter(), str(PEERS / "counting.py"), str(port), *arguments]
            stack.enter_context(load.process(command))
            load.wait_for_listener(("127.0.0.1", port))
            register(running, name, port, {"policies": {"defaults": {"timeout": TIMEOUT}}})
            for caller in (f"{name}-caller", "bystander") if name == "fine" else (f"{name}-caller",):
                manifest = MANIFEST.format(name=caller, service=name)
                application = write_application(folder / caller, MAIN.format(service=name), manifest)
                running.cli("deploy", str(application), "--stack", "prod")
        _measure(running, hang, seconds, report)
    return report


def _measure(running: Running, hang: Path, seconds: int, report: Report) -> None:
    port = running.port("prod")
    with Steady(port, "/hung-caller/ask", rate=100), Steady(port, "/bystander/ask", rate=200, apart=True) as quiet:
        time.sleep(seconds)
    with Steady(port, "/hung-caller/ask", rate=100) as callers:
        time.sleep(1.0)
        hang.touch()
        with Steady(port, "/bystander/ask", rate=200, apart=True) as bystander:
            time.sleep(seconds)
        hang.unlink()
        back = time.perf_counter()
        recovery = _recovery(port, back)
    ratio = percentile(bystander.seconds, 0.99) / percentile(quiet.seconds, 0.99)
    report.figures |= {
        "hung_seconds": seconds, "bystander_failed": len(bystander.failed), "bystander_answers": len(bystander.seconds),
        "bystander_p99_ms": round(percentile(bystander.seconds, 0.99) * 1000, 2),
        "bystander_quiet_p99_ms": round(percentile(quiet.seconds, 0.99) * 1000, 2),
        "callers_failed": len(callers.failed), "callers_answers": len(callers.seconds),
        "callers_late": sum(one > DEADLINE for one in callers.seconds),
        "callers_longest_ms": round(max(callers.seconds) * 1000, 1), "deadline_ms": DEADLINE * 1000,
        "recovery_s": round(recovery, 2),
    }  # fmt: skip
    report.ratios |= {"bystander_p99_ratio": round(ratio, 2)}


def _recovery(port: int, back: float) -> float:
    """Seconds from the service's return until twenty answers in a row had no fallback."""
    well, since = 0, back
    while well < 20:
        if fetch(port, "/hung-caller/ask").json()["fallback"]:
            well = 0
        elif not well:
            since = time.perf_counter()
            well = 1
        else:
            well += 1
        if time.perf_counter() - back > 30:
            return 30.0
        time.sleep(0.01)
    return since - back

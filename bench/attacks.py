"""Everything that a hostile client, script or team is known to try, while a bystander is under steady load.

An attack counts as refused by what came of it, not by an error that it was shown. Quiet moments are measured in turns
with the attacks, on the same platform.
"""

import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

from tests.harness.steady import Steady

from bench.hostile import clients, people, scripts
from bench.hostile.world import Attack, Verdict, World, build
from bench.report import Report, percentile

_RATE = 100
ATTACKS: tuple[Attack, ...] = (*clients.ATTACKS, *scripts.ATTACKS, *people.ATTACKS)


def run(*, quick: bool) -> Report:
    rounds = 1 if quick else 3
    quiet: list[float] = []
    under_attack: list[float] = []
    failed: list[str] = []
    verdicts: list[tuple[str, Verdict]] = []
    asked: list[str] = []
    with _payments(asked) as port, build(port, asked) as world:
        for _ in range(rounds):
            for attack in ATTACKS:
                quiet += _quiet(world, 0.2 if quick else 1.0)
                with Steady(world.port, "/good/good", rate=_RATE, apart=True) as load:
                    verdicts.append((attack.name, _attempt(attack, world)))
                under_attack += load.seconds
                failed += [f"{attack.name}: {failure}" for failure in load.failed]
    return _report(verdicts, quiet, under_attack, failed)


def _quiet(world: World, seconds: float) -> list[float]:
    with Steady(world.port, "/good/good", rate=_RATE, apart=True) as load:
        time.sleep(seconds)
    return load.seconds


def _attempt(attack: Attack, world: World) -> Verdict:
    """Whatever an attack runs into is evidence that it did something: it does not count as refused."""
    try:
        return attack.run(world)
    except Exception as error:
        return Verdict(refused=False, evidence=f"{type(error).__name__}: {error}")


@contextmanager
def _payments(asked: list[str]) -> Iterator[int]:
    """A service of the bystander's team. Yields its port."""

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_GET(self) -> None:
            self.rfile.read(int(self.headers.get("content-length") or 0))
            asked.append(f"{self.command} {self.path} {self.headers.get('stagedoor-application')}")
            self.send_response(200)
            self.send_header("content-type", "application/json")
            self.send_header("content-length", "2")
            self.end_headers()
            self.wfile.write(b"{}")

        do_POST = do_PUT = do_DELETE = do_GET

        def log_message(self, *_: object) -> None:
            pass

    class Server(ThreadingHTTPServer):
        daemon_threads = True
        request_queue_size = 200

    with Server(("127.0.0.1", 0), Handler) as server:
        threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True).start()
        try:
            yield server.server_address[1]
        finally:
            server.shutdown()


def _report(
    verdicts: list[tuple[str, Verdict]], quiet: list[float], under_attack: list[float], failed: list[str]
) -> Report:
    report = Report("attacks")
    calm, worst = (percentile(seconds, 0.99) * 1000 for seconds in (quiet, under_attack))
    open_attacks = {name: verdict.evidence for name, verdict in verdicts if not verdict.refused}
    report.figures = {
        "tried": len(verdicts),
        "kinds": len({name for name, _ in verdicts}),
        "refused_share": round(sum(verdict.refused for _, verdict in verdicts) / len(verdicts), 4),
        "collateral_failed": len(failed),
        "collateral_p99_ratio": round(worst / calm, 2),
        "quiet_p99_ms": round(calm, 2), "quiet_samples": len(quiet),
        "under_attack_p99_ms": round(worst, 2), "under_attack_samples": len(under_attack),
        "not_refused": open_attacks, "failures": failed[:20],
    }  # fmt: skip
    report.ratios = {"collateral_p99_ratio": report.figures["collateral_p99_ratio"]}
    report.limits.append("attackers, bystander and platform share the machine's cores")
    return report

"""The edge of a running platform without its records: a second HAProxy in front of the same doors.

Its configuration is the platform's own, as control wrote it, less the ring, the log lines, what is worked out for them
alone, and the frontends that nobody asks here. Limits, request ids, routes and header rules stay.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from tests.harness import tools
from tests.harness.running import Running

from bench import load
from stagedoor.main.paths import Paths

_LEFT_OUT = ("ring records", "frontend test ", "frontend probe ")
_FOR_RECORDS = ("  log ", "  log-format ", "  http-request set-var(txn.began)", "  http-response set-var(txn.instance)")


@contextmanager
def edge(running: Running, folder: Path) -> Iterator[int]:
    """Its port. Instances must not change meanwhile: nobody tells it."""
    port = load.free_port()
    written = (Paths.of(running.data).run / "edge" / "haproxy.cfg").read_text()
    configuration = folder / "unrecorded.cfg"
    configuration.write_text(without_records(written, port, folder / "unrecorded.sock"))
    with load.process([tools.need(tools.HAPROXY), "-db", "-f", str(configuration)]):
        yield port


def without_records(written: str, port: int, admin: Path) -> str:
    sections = [one for one in written.split("\n\n") if not one.startswith(_LEFT_OUT)]
    lines = [line for line in "\n\n".join(sections).split("\n") if not line.startswith(_FOR_RECORDS)]
    return "\n".join(_moved(line, port, admin) for line in lines)


def _moved(line: str, port: int, admin: Path) -> str:
    if line.startswith('  bind "fd@'):
        return f"  bind 127.0.0.1:{port}"
    return f"  stats socket unix@{admin} mode 600 level admin" if line.startswith("  stats socket") else line

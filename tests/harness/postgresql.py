"""A real PostgreSQL in a temporary folder, on a unix socket alone; for tests and benches, gone afterwards."""

import itertools
import os
import pwd
import shutil
import subprocess
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from tests.harness.tools import POSTGRESQL, need

_USER = "postgres"  # The server refuses to run as root.


@dataclass
class Server:
    """One server; each platform gets a database of its own."""

    folder: Path
    programs: Path
    _names: "itertools.count[int]" = field(default_factory=itertools.count)

    def _run(self, program: str, *arguments: str) -> None:
        command = [str(self.programs / program), *arguments]
        try:
            subprocess.run(
                command, check=True, capture_output=True, text=True, user=_user(), cwd=self.folder, timeout=60
            )
        except subprocess.CalledProcessError as error:
            raise RuntimeError(f"{program}: {error.stdout}{error.stderr}") from None

    def create(self) -> None:
        self._run("initdb", "-D", str(self.folder / "data"), "-A", "trust", "-U", _USER, "--no-sync")

    def start(self) -> None:
        options = f"-c listen_addresses='' -c unix_socket_directories='{self.folder}' -c fsync=on"
        log = str(self.folder / "server.log")
        self._run("pg_ctl", "-D", str(self.folder / "data"), "-o", options, "-l", log, "-w", "start")

    def stop(self) -> None:
        self._run("pg_ctl", "-D", str(self.folder / "data"), "-m", "immediate", "-w", "stop")

    def database(self) -> str:
        """The URL of a new database."""
        name = f"stagedoor_{next(self._names)}"
        self._run("createdb", "-h", str(self.folder), "-U", _USER, name)
        return f"postgresql://{_USER}@/{name}?host={self.folder}"


def _user() -> str | None:
    return _USER if os.geteuid() == 0 else None


def _programs() -> Path:
    def newest() -> Sequence[Path]:
        return sorted(Path("/usr/lib/postgresql").glob("*/bin"), key=lambda path: int(path.parent.name))

    if not newest():
        need(POSTGRESQL)
    return newest()[-1]


@contextmanager
def server() -> Iterator[Server]:
    programs = _programs()
    folder = Path(tempfile.mkdtemp(prefix="stagedoor-pg-"))
    if os.geteuid() == 0:
        account = pwd.getpwnam(_USER)
        os.chown(folder, account.pw_uid, account.pw_gid)
    one = Server(folder, programs)
    try:
        one.create()
        one.start()
        yield one
    finally:
        if (folder / "data" / "postmaster.pid").exists():
            one.stop()
        shutil.rmtree(folder, ignore_errors=True)

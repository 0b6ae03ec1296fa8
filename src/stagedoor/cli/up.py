"""Starts the platform on this machine and keeps it running; Ctrl-C stops everything and leaves nothing behind.

The next start brings every application back as it was.
"""

import asyncio
import fcntl
import os
import pwd
import subprocess
import sys
import threading
import time
from argparse import ArgumentParser, Namespace
from dataclasses import dataclass, replace
from pathlib import Path
from typing import IO

from stagedoor.cli import output, session
from stagedoor.cli.open import link
from stagedoor.http.client import Client
from stagedoor.main import demo, doctor
from stagedoor.main.paths import Paths
from stagedoor.main.supervisor import Supervisor
from stagedoor.model.errors import Conflict, Unavailable
from stagedoor.model.settings import Ports

EXAMPLES = ("stagedoor up", "stagedoor up --demo", "stagedoor up --data /srv/stagedoor --prod-port 80")


def add_options(parser: ArgumentParser) -> None:
    parser.add_argument(
        "--data", type=Path, default=Path("/var/lib/stagedoor"), help="data folder (/var/lib/stagedoor)"
    )
    parser.add_argument("--demo", action="store_true", help="with the demo: four services and four applications")
    parser.add_argument("--prod-port", type=int, help="port of the edge for prod, 0 for any (8080)")
    parser.add_argument("--test-port", type=int, help="port of the edge for test, 0 for any (8081)")
    parser.add_argument("--control-port", type=int, help="port of the control API, 0 for any (7070)")


def run(options: Namespace) -> int:
    ports = {"prod": options.prod_port, "test": options.test_port, "control": options.control_port}
    given = {name: port for name, port in ports.items() if port is not None}
    return start(Options(options.data, options.demo, given, options.json))


@dataclass(frozen=True, slots=True)
class Options:
    data: Path
    demo: bool
    ports: dict[str, int]
    json: bool


def start(options: Options) -> int:
    """Runs until Ctrl-C. Raises Unavailable, Conflict with what is in the way."""
    began = time.monotonic()
    say = _silent if options.json else _say
    _check_machine(options.data)
    paths = Paths.of(options.data)
    lock = _prepare(paths)
    services = demo.prepare(paths, say) if options.demo else ()
    settings = paths.read_settings()
    settings = replace(settings, ports=_ports(settings.ports, options.ports))
    supervisor = Supervisor(paths, settings, services)
    say(f"starting the platform on {paths.data} ...")

    def started() -> None:
        addresses = supervisor.addresses()
        _remember(addresses["control"], paths)
        if options.json:
            output.show_json(addresses)
        else:
            print(f"up after {time.monotonic() - began:.1f} s")
            for name, address in addresses.items():
                print(f"  {name:<8} {address}")
            print(f"  console  {_link(addresses['control'], paths)}")
            print("           (signs in once; `stagedoor open` makes another)")
            print("  stop     Ctrl-C", flush=True)
        if options.demo:
            threading.Thread(target=_run_demo, args=(addresses, paths, options.json), daemon=True).start()

    asyncio.run(supervisor.run(started))
    say("stopped; the next start brings everything back")
    lock.close()
    return 0


def _say(text: str) -> None:
    print(text, flush=True)


def _silent(text: str) -> None:
    pass


def _ports(ports: Ports, given: dict[str, int]) -> Ports:
    return replace(ports, **given)  # type: ignore[arg-type]


def _link(url: str, paths: Paths) -> str:
    return link(Client(url, paths.token.read_text().strip()), url)


def _run_demo(addresses: dict[str, str], paths: Paths, quiet: bool) -> None:
    """In a process of its own, as a team would: by the command line's own client."""
    token = paths.token.read_text().strip()
    environment = dict(os.environ) | {"STAGEDOOR_URL": addresses["control"], "STAGEDOOR_TOKEN": token}
    arguments = [sys.executable, "-m", "stagedoor.cli.demo", addresses["test"], addresses["prod"]]
    subprocess.run(arguments, env=environment, check=False, stdout=subprocess.DEVNULL if quiet else None)


def _check_machine(data: Path) -> None:
    for finding in doctor.examine(data):
        if finding.needed and not finding.ok:
            raise Unavailable(
                f"{finding.name}: {finding.found}; without it {finding.cost}",
                hint=f"mend it with: {finding.mend}   (`stagedoor doctor` shows everything)",
            )


def _prepare(paths: Paths) -> IO[str]:
    """The data folder, locked for this process. Raises Unavailable, Conflict."""
    try:
        paths.data.mkdir(parents=True, exist_ok=True, mode=0o711)
        (paths.data / "log").mkdir(exist_ok=True)
        lock = (paths.data / "lock").open("a+")
        probe = paths.data / ".probe"
        probe.write_bytes(b"0" * 65536)
        probe.unlink()
    except OSError as error:
        raise Unavailable(
            f"the data folder {paths.data} cannot be written: {error.strerror}",
            hint="free space, mount it writable, or use --data with another folder",
        ) from None
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        lock.seek(0)
        holder = lock.read().strip() or "unknown"
        raise Conflict(
            f"a platform runs on {paths.data} already, process {holder}",
            hint="stop it, or use --data with another folder",
        ) from None
    lock.truncate(0)
    lock.write(str(os.getpid()))
    lock.flush()
    return lock


def _remember(url: str, paths: Paths) -> None:
    """The token of this machine for who started the platform, also through sudo."""
    user = os.environ.get("SUDO_USER")
    if user and "XDG_CONFIG_HOME" not in os.environ:
        os.environ["XDG_CONFIG_HOME"] = str(Path(pwd.getpwnam(user).pw_dir) / ".config")
    file = session.save_credentials(url, paths.token.read_text().strip())
    if user:
        account = pwd.getpwnam(user)
        for path in (file, file.parent):
            os.chown(path, account.pw_uid, account.pw_gid)

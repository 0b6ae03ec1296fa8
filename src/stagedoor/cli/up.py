"""Starts the platform on this machine and keeps it running; Ctrl-C stops everything and leaves nothing behind.

The next start brings every application back as it was.
"""

import asyncio
import json
import os
import pwd
import subprocess
import sys
import threading
import time
from argparse import ArgumentParser, Namespace
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, replace
from pathlib import Path

from stagedoor.cli import contexts, output
from stagedoor.cli.contexts import Context
from stagedoor.cli.open import link
from stagedoor.http.client import Client
from stagedoor.main import accepted, demo, doctor, notify, private, renewal
from stagedoor.main.lock import prepare
from stagedoor.main.paths import Paths
from stagedoor.main.supervisor import Supervisor
from stagedoor.model.errors import Failure, Unavailable
from stagedoor.model.isolation import PARTS
from stagedoor.model.settings import Ports, Tls

EXAMPLES = ("stagedoor up", "stagedoor up --demo", "stagedoor up --data /srv/stagedoor --prod-port 80")


def add_options(parser: ArgumentParser) -> None:
    parser.add_argument(
        "--data", type=Path, default=Path("/var/lib/stagedoor"), help="data folder (/var/lib/stagedoor)"
    )
    parser.add_argument("--demo", action="store_true", help="with the demo: four services and four applications")
    parser.add_argument("--prod-port", type=int, help="port of the edge for prod, 0 for any (8080)")
    parser.add_argument("--test-port", type=int, help="port of the edge for test, 0 for any (8081)")
    parser.add_argument("--control-port", type=int, help="port of the control API, 0 for any (7070)")
    parser.add_argument(
        "--accept-missing",
        action="append",
        choices=list(PARTS),
        default=[],
        metavar="PART",
        help=f"start without a part of the isolation: {', '.join(PARTS)}",
    )


def run(options: Namespace) -> int:
    ports = {"prod": options.prod_port, "test": options.test_port, "control": options.control_port}
    given = {name: port for name, port in ports.items() if port is not None}
    accepted.accept(options.accept_missing)
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
    private.set_umask()
    legacy = renewal.inherited()
    lock = prepare(paths) if legacy is None else os.fdopen(legacy.lock, "a+")
    if legacy is not None:
        private.close_folder(paths.data)
    services = demo.prepare(paths, say) if options.demo else None
    settings = paths.read_settings()
    if settings.tls.certificate or settings.tls.authorities:
        _check_certificates(settings.tls)
    if legacy is None and not paths.database_url(settings).startswith("sqlite"):
        _check_database(paths)
    settings = replace(settings, ports=_ports(settings.ports, options.ports))
    supervisor = Supervisor(paths, settings, services, lock.fileno(), legacy, _report)
    say(f"starting the platform on {paths.data} ...")
    for part in accepted.judge(settings).accepted:
        _report(f"isolation is missing, as accepted: {part}")

    def started() -> None:
        notify.ready()
        addresses = supervisor.addresses()
        if options.json:
            with suppress(Failure, OSError):
                _remember(addresses["control"], paths)
            output.show_json(addresses)
        else:
            output.say(f"up after {time.monotonic() - began:.1f} s")
            for name, address in addresses.items():
                output.say(f"  {name:<8} {address}")
            _show_context(addresses["control"], paths)
            output.say("  stop     Ctrl-C", flush=True)
            # On a terminal alone, since the link signs its reader in: a service's log has other readers.
            if output.is_terminal():
                threading.Thread(target=_say_link, args=(addresses["control"], paths), daemon=True).start()
        if options.demo:
            urls = supervisor.demo_addresses()
            threading.Thread(target=_run_demo, args=(addresses, urls, paths, options.json), daemon=True).start()

    asyncio.run(supervisor.run(started))
    say("stopped; the next start brings everything back")
    lock.close()
    return 0


def rehearse(data: Path) -> None:
    """What an upgrade tries first: all that could keep a start from serving. Raises Failure."""
    from stagedoor.main import logs  # noqa: F401 - whether the program starts

    _check_machine(data)
    settings = Paths.of(data).read_settings()
    if settings.tls.certificate or settings.tls.authorities:
        _check_certificates(settings.tls)


def _say(text: str) -> None:
    output.say(text, flush=True)


def _report(text: str) -> None:
    output.warn(output.paint(text, "red"))


def _silent(text: str) -> None:
    pass


def _ports(ports: Ports, given: dict[str, int]) -> Ports:
    return replace(ports, **given)  # type: ignore[arg-type]


def _check_certificates(settings: Tls) -> None:
    from stagedoor.main import tls  # Nobody else pays for the library.

    tls.check(settings)


def _check_database(paths: Paths) -> None:
    """One that is elsewhere may not be there: said at once, instead of by a control that starts again and again."""
    from stagedoor.main import offline

    asyncio.run(offline.check_database(paths))


def _say_link(url: str, paths: Paths) -> None:
    with suppress(Failure):
        address = link(Client(url, paths.token.read_text().strip()), url)
        output.say(f"  console  {address}\n           (signs in once; `stagedoor open` makes another)", flush=True)


def _run_demo(addresses: dict[str, str], urls: dict[str, str], paths: Paths, quiet: bool) -> None:
    """In a process of its own, as a team would: by the command line's own client."""
    token = paths.token.read_text().strip()
    environment = dict(os.environ) | {"STAGEDOOR_URL": addresses["control"], "STAGEDOOR_TOKEN": token}
    arguments = [sys.executable, "-m", "stagedoor.cli.demo", addresses["test"], addresses["prod"], json.dumps(urls)]
    subprocess.run(arguments, env=environment, check=False, stdout=subprocess.DEVNULL if quiet else None)


def _check_machine(data: Path) -> None:
    for finding in doctor.examine(data):
        if finding.needed and not finding.ok:
            ways = f", or accept that with --accept-missing {finding.name}" if finding.name in PARTS else ""
            raise Unavailable(
                f"{finding.name}: {finding.found}; without it {finding.cost}",
                hint=f"mend it with: {finding.mend}{ways}   (`stagedoor doctor` shows everything)",
            )


def _remember(url: str, paths: Paths) -> tuple[Context, bool]:
    """Keeps the token of this machine for who started the platform, also through sudo. Raises Failure, OSError."""
    token = paths.token.read_text().strip()
    user = os.environ.get("SUDO_USER", "")
    if not user or os.geteuid() != 0:
        return contexts.remember_local(url, token, paths.data)
    try:
        account = pwd.getpwnam(user)
    except KeyError:
        raise Unavailable(f"there is no user {user}, whom SUDO_USER names") from None
    # Their folder, unless the environment that sudo passed on names another; never written as root.
    os.environ.setdefault("XDG_CONFIG_HOME", str(Path(account.pw_dir) / ".config"))
    with _acting_as(account):
        return contexts.remember_local(url, token, paths.data)


@contextmanager
def _acting_as(account: pwd.struct_passwd) -> Iterator[None]:
    """Writes as that user: root would follow whatever links the user put into a folder of their own."""
    groups = os.getgroups()
    os.setgroups(os.getgrouplist(account.pw_name, account.pw_gid))
    os.setegid(account.pw_gid)
    os.seteuid(account.pw_uid)
    try:
        yield
    finally:
        os.seteuid(0)
        os.setegid(0)
        os.setgroups(groups)


def _show_context(url: str, paths: Paths) -> None:
    """Says how commands reach this platform, when they do not do so by themselves."""
    try:
        context, current = _remember(url, paths)
    except (Failure, OSError) as error:
        output.warn(f"  context  not kept: {error}; `stagedoor login {url} < {paths.token}` adds one")
        return
    if not current:
        output.say(f"  context  {context.name}: `stagedoor context use {context.name}`, or --context {context.name}")

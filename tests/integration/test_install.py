"""The systemd unit: right for systemd, and with no right taken away that the platform needs."""

import json
import shutil
import socket
import subprocess
from pathlib import Path

from stagedoor.main.units import CAPABILITIES, Unit, render
from tests.harness import running as bench_running
from tests.harness.running import Running, platform
from tests.harness.tools import SYSTEMD_ANALYZE, need
from tests.integration.applications import hello
from tests.integration.conftest import leftovers


def test_the_unit_is_what_systemd_takes(stagedoor: Running, tmp_path: Path) -> None:
    told = json.loads(stagedoor.cli("install", "--print", "--json", "--data", "/var/lib/stagedoor").stdout)
    command = told["unit"].partition("ExecStart=")[2].partition(" ")[0]
    assert told["unit"] == render(Unit(Path(command), Path("/var/lib/stagedoor")))
    file = tmp_path / "stagedoor.service"
    file.write_text(told["unit"])
    analyze = need(SYSTEMD_ANALYZE)
    verified = subprocess.run([analyze, "verify", str(file)], capture_output=True, text=True, check=False)
    mine = [
        line for line in verified.stderr.splitlines() if "stagedoor.service" in line and "Failed to open" not in line
    ]
    assert verified.returncode == 0 and mine == [], verified.stderr
    # From a home folder less can be taken away than from where services are usually installed.
    file.write_text(render(Unit(Path("/opt/stagedoor/bin/stagedoor"), Path("/var/lib/stagedoor"))))
    scored = subprocess.run(
        [analyze, "security", "--offline=yes", "--threshold=70", str(file)], capture_output=True, text=True, check=False
    )
    assert scored.returncode == 0, scored.stdout[-2000:] + scored.stderr


def test_the_platform_serves_with_the_rights_of_the_unit_alone(tmp_path: Path) -> None:
    kept = ",".join(["-all", *(f"+{name.removeprefix('CAP_').lower()}" for name in CAPABILITIES)])
    setpriv = shutil.which("setpriv")
    assert setpriv
    former = bench_running.COMMAND
    listener = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
    listener.bind(str(tmp_path / "notify"))
    listener.settimeout(30)
    bench_running.COMMAND = [setpriv, "--bounding-set", kept, "env", f"NOTIFY_SOCKET={tmp_path}/notify", *former]
    try:
        with platform() as running:
            assert listener.recv(100) == b"READY=1"
            bench_running.COMMAND = former
            running.json("deploy", folder=hello(tmp_path, "confined", "served"))
            assert running.get("/confined/hello").json()["word"] == "served"
        assert leftovers(running) == []
    finally:
        bench_running.COMMAND = former
        listener.close()

"""Installs the platform as a systemd service: it starts with the machine, and starts again when it dies.

`systemctl reload stagedoor` is then an upgrade to the Stagedoor that is installed, without a lost request.
"""

import shutil
import subprocess
import sys
from argparse import ArgumentParser, Namespace
from pathlib import Path

from stagedoor.cli import output
from stagedoor.main import private
from stagedoor.main.paths import Paths
from stagedoor.main.units import NAME, Unit, render
from stagedoor.model.errors import Unavailable

EXAMPLES = ("stagedoor install --data /var/lib/stagedoor", "stagedoor install --print", "stagedoor install --remove")

_FOLDER = Path("/etc/systemd/system")


def add_options(parser: ArgumentParser) -> None:
    parser.add_argument(
        "--data", type=Path, default=Path("/var/lib/stagedoor"), help="data folder (/var/lib/stagedoor)"
    )
    parser.add_argument("--print", action="store_true", help="print the unit, install nothing")
    parser.add_argument("--remove", action="store_true", help="stop the service and remove it; the data stays")


def run(options: Namespace) -> int:
    keys = Paths.of(options.data).read_settings().store.keys
    text = render(Unit(_command(), options.data.resolve(), Path(keys).parent if keys else None))
    file = _FOLDER / NAME
    if options.print:
        output.show_json({"unit": text}) if options.json else output.say(text, end="")
        return 0
    if options.remove:
        _systemctl("disable", "--now", NAME)
        file.unlink(missing_ok=True)
        _systemctl("daemon-reload")
    else:
        options.data.mkdir(parents=True, exist_ok=True, mode=private.FOLDER_MODE)
        try:
            file.write_text(text)
        except OSError as error:
            raise Unavailable(f"{file} cannot be written: {error.strerror}", hint="run it with sudo") from None
        _systemctl("daemon-reload")
        _systemctl("enable", "--now", NAME)
    told = {"unit": str(file), "installed": not options.remove}
    said = "is removed; the data is where it was" if options.remove else "runs; `systemctl status stagedoor` shows it"
    output.show_json(told) if options.json else output.say(f"{NAME} {said}")
    return 0


def _command() -> Path:
    """The `stagedoor` that runs now, which the service is to run."""
    beside = Path(sys.executable).parent / "stagedoor"
    found = beside if beside.exists() else Path(shutil.which("stagedoor") or sys.argv[0])
    return found.absolute()


def _systemctl(*arguments: str) -> None:
    program = shutil.which("systemctl")
    if program is None:
        raise Unavailable("this machine has no systemd", hint="`stagedoor install --print` shows the unit")
    done = subprocess.run([program, *arguments], capture_output=True, text=True, check=False)
    if done.returncode != 0:
        raise Unavailable(
            f"systemctl {' '.join(arguments)}: {done.stderr.strip()}", hint="`journalctl -u stagedoor` may say more"
        )

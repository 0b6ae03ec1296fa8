"""Explains an unexpected failure of a verb to its user: a missing package, or a bug in Stagedoor."""

import os
import sys
import time
import traceback
from pathlib import Path

from stagedoor.cli import extras
from stagedoor.cli.extras import MissingPackage
from stagedoor.cli.verbs import Verb
from stagedoor.model.errors import Failure

MAX_REPORTS = 20
# Modules of Python itself that only Unix has.
_UNIX_ONLY = frozenset({"fcntl", "grp", "pty", "pwd", "resource", "termios", "tty"})


class Internal(Failure):
    """A bug in Stagedoor. Its details are in a file that only its user can read."""

    code = "internal"


def describe(name: str, verb: Verb, error: Exception) -> Failure:
    """Returns what to tell the user of `stagedoor NAME` about `error`."""
    if isinstance(error, Failure):
        return error
    if isinstance(error, ModuleNotFoundError) and error.name and not error.name.startswith("stagedoor"):
        return _missing(name, verb, error.name.partition(".")[0])
    return _internal(name, error)


def _missing(name: str, verb: Verb, module: str) -> Failure:
    if module in _UNIX_ONLY:
        return MissingPackage(
            f"`stagedoor {name}` needs Unix: Python on {sys.platform} has no module {module}",
            hint="run it on Linux",
        )
    if extra := verb.extra or verb.for_some:
        return extras.missing(name, extra, module)
    return MissingPackage(
        f"the package that brings {module} is missing, and every installation of Stagedoor has it",
        hint="install Stagedoor again: pip install --force-reinstall stagedoor",
    )


def _internal(name: str, error: Exception) -> Failure:
    message = f"`stagedoor {name}` failed because of a bug in Stagedoor: {type(error).__name__}: {_first_line(error)}"
    try:
        report = _write_report(name, error)
    except (OSError, RuntimeError) as refused:  # RuntimeError: a user without a home.
        return Internal(message, hint=f"the details could not be written: {refused}")
    return Internal(message, hint=f"please report it; the details are in {report}", report=str(report))


def _first_line(error: Exception) -> str:
    lines = str(error).splitlines() or ["without a message"]
    return lines[0][:300]


def _write_report(name: str, error: Exception) -> Path:
    """Writes the traceback, without values of variables: they may be secrets. Keeps the newest reports only."""
    folder = reports_folder()
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    for old in sorted(folder.glob("*.txt"))[: -MAX_REPORTS + 1]:
        old.unlink(missing_ok=True)
    report = folder / f"{time.strftime('%Y%m%dT%H%M%SZ', time.gmtime())}-{name}-{os.getpid()}.txt"
    text = "".join(traceback.format_exception(error))
    head = f"stagedoor {name}\npython {sys.version}\nplatform {sys.platform}\n\n"
    with os.fdopen(os.open(report, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w") as stream:
        stream.write(head + text)
    return report


def reports_folder() -> Path:
    """Where reports of faults go: the user's state folder, as the XDG base directory specification names it."""
    base = os.environ.get("XDG_STATE_HOME") or str(Path.home() / ".local" / "state")
    return Path(base) / "stagedoor" / "faults"

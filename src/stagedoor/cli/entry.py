"""The command `stagedoor`: finds the verb, imports it alone, runs it, and turns failures into words and exit codes.

Exit codes: 0 done; 1 it failed or was refused; 2 wrong usage; 3 no platform answers; 4 no token, or not the right one;
5 a package or an extra is missing; 70 a fault in Stagedoor itself, whose details are in a file.
"""

import sys
from importlib import import_module
from typing import TYPE_CHECKING

from stagedoor.cli import output
from stagedoor.cli.verbs import OFFLINE, VERBS, Verb

if TYPE_CHECKING:
    from argparse import Namespace

CODES = {"invalid": 1, "unreachable": 3, "unauthenticated": 4, "forbidden": 4, "missing_package": 5, "internal": 70}
INTERRUPTED = 130
_NONE = Verb("", "", "")


def main() -> None:
    code = run(sys.argv[1:])
    output.finish()
    sys.exit(code)


def run(arguments: list[str]) -> int:
    """Runs one command line; returns its exit code. Raises nothing but SystemExit, for wrong usage and `--help`."""
    name, rest = (arguments[0], arguments[1:]) if arguments else ("", [])
    try:
        return _run(name, rest)
    except KeyboardInterrupt:
        return INTERRUPTED
    except BrokenPipeError:
        return 0
    except Exception as error:
        return _report(name, VERBS.get(name, _NONE), error, as_json="--json" in rest)


def _run(name: str, rest: list[str]) -> int:
    if name in ("", "-h", "--help", "help"):
        output.say(overview(), flush=True)
        return 0 if name else 2
    if name in ("-V", "--version"):
        from importlib.metadata import version

        output.say(f"stagedoor {version('stagedoor')}", flush=True)
        return 0
    if name not in VERBS:
        return _reject_unknown(name)
    return _run_verb(name, VERBS[name], rest)


def _run_verb(name: str, verb: Verb, arguments: list[str]) -> int:
    from stagedoor.cli.parser import parse

    if verb.extra:
        from stagedoor.cli import extras

        extras.require(name, verb.extra)
    module = import_module(f"stagedoor.cli.{verb.module}")
    options = parse(name, verb.help, module, arguments)
    if name not in OFFLINE:
        _choose(options)
    return int(module.run(options) or 0)


def _choose(options: "Namespace") -> None:
    from stagedoor.cli import session

    if options.context is not None:
        session.choose(options.context)
    if options.json:
        session.keep_exact()


def _report(name: str, verb: Verb, error: Exception, *, as_json: bool) -> int:
    """Says what went wrong in a sentence: nobody who uses Stagedoor reads a traceback."""
    from stagedoor.cli import faults

    failure = faults.describe(name, verb, error)
    output.say_failure(failure, as_json=as_json)
    return CODES.get(failure.code, 1)


def _reject_unknown(name: str) -> int:
    from stagedoor.model.names import suggest

    output.warn(f"stagedoor: there is no verb {name!r}; {suggest(name, list(VERBS))}")
    output.warn("  `stagedoor --help` lists all verbs")
    return 2


def overview() -> str:
    """What `stagedoor --help` prints."""
    width = max(map(len, VERBS))
    lines = ["usage: stagedoor VERB [OPTIONS]", ""]
    group = ""
    for name, verb in VERBS.items():
        if verb.group != group:
            group = verb.group
            lines += [f"{group}:"]
        lines.append(f"  {name:<{width}}  {verb.help}")
    return "\n".join([*lines, "", "`stagedoor VERB --help` shows options and examples; every verb knows --json."])

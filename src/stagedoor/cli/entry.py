"""The command `stagedoor`: finds the verb, imports it alone, runs it, and turns failures into words and exit codes.

Exit codes: 0 done; 1 it failed or was refused; 2 wrong usage; 3 no platform answers; 4 no token, or not the right one.
"""

import sys
from importlib import import_module

from stagedoor.cli.verbs import VERBS

CODES = {"invalid": 1, "unreachable": 3, "unauthenticated": 4, "forbidden": 4}


def main() -> None:
    sys.exit(run(sys.argv[1:]))


def run(arguments: list[str]) -> int:
    if not arguments or arguments[0] in ("-h", "--help", "help"):
        print(overview())
        return 0 if arguments else 2
    if arguments[0] in ("-V", "--version"):
        from importlib.metadata import version

        print(f"stagedoor {version('stagedoor')}")
        return 0
    name, rest = arguments[0], arguments[1:]
    if name not in VERBS:
        return _unknown(name)
    from stagedoor.cli.parser import parse
    from stagedoor.model.errors import Failure

    verb = import_module(f"stagedoor.cli.{VERBS[name].module}")
    options = parse(name, VERBS[name].help, verb, rest)
    try:
        return int(verb.run(options) or 0)
    except Failure as failure:
        from stagedoor.cli.output import say_failure

        say_failure(failure, as_json=options.json)
        return CODES.get(failure.code, 1)
    except KeyboardInterrupt:
        return 130
    except BrokenPipeError:
        return 0


def _unknown(name: str) -> int:
    from stagedoor.model.names import suggest

    print(f"stagedoor: there is no verb {name!r}; {suggest(name, list(VERBS))}", file=sys.stderr)
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

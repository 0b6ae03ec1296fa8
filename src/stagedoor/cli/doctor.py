"""Says what is there, what is missing, what that costs, and the command that mends it; proves the isolation."""

from argparse import ArgumentParser, Namespace
from dataclasses import asdict
from pathlib import Path
from typing import Any

from stagedoor.cli import output
from stagedoor.main import doctor

EXAMPLES = ("stagedoor doctor", "sudo stagedoor doctor --attempts", "sudo stagedoor doctor --json")


def add_options(parser: ArgumentParser) -> None:
    parser.add_argument(
        "--data", type=Path, default=Path("/var/lib/stagedoor"), help="data folder (/var/lib/stagedoor)"
    )

    parser.add_argument("--attempts", action="store_true", help="show each attempt to get out of a container")


def run(options: Namespace) -> int:
    findings = doctor.examine(options.data)
    attempts: list[Any] = []
    if all(one.ok for one in findings if one.needed):
        # Only where containers can be made is there something to prove.
        found, attempts = doctor.prove(options.data)
        findings.append(found)
    if options.json:
        told = [asdict(one) for one in attempts]
        output.show_json({"findings": [finding._asdict() for finding in findings], "isolation": told})
    else:
        for one in findings:
            mark = (
                output.paint("ok     ", "green")
                if one.ok
                else output.paint("missing", "red" if one.needed or one.accepted else "yellow")
            )
            output.say(f"{mark}  {one.name:<14} {one.found}")
            if not one.ok:
                output.say(f"         {'':<14} without it: {one.cost}\n         {'':<14} mend it:    {one.mend}")
        for attempt in attempts if options.attempts else []:
            mark = output.paint("refused", "green") if attempt.held else output.paint("OPEN   ", "red")
            output.say(f"  {mark}  {attempt.attempt:<36} {attempt.got}")
    return 1 if any(one.needed and not one.ok for one in findings) else 0

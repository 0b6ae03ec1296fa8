"""Says what is there, what is missing, what that costs, and the command that mends it."""

from argparse import ArgumentParser, Namespace
from pathlib import Path

from stagedoor.cli import output
from stagedoor.main import doctor

EXAMPLES = ("stagedoor doctor", "sudo stagedoor doctor --json")


def add_options(parser: ArgumentParser) -> None:
    parser.add_argument(
        "--data", type=Path, default=Path("/var/lib/stagedoor"), help="data folder (/var/lib/stagedoor)"
    )


def run(options: Namespace) -> int:
    findings = doctor.examine(options.data)
    if options.json:
        output.show_json([finding._asdict() for finding in findings])
    else:
        for one in findings:
            mark = (
                output.paint("ok     ", "green")
                if one.ok
                else output.paint("missing", "red" if one.needed else "yellow")
            )
            print(f"{mark}  {one.name:<14} {one.found}")
            if not one.ok:
                print(f"         {'':<14} without it: {one.cost}\n         {'':<14} mend it:    {one.mend}")
    return 1 if any(one.needed and not one.ok for one in findings) else 0

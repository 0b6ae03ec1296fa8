"""Applications with their lines, the programs of the platform, and what the pools have given out."""

from argparse import ArgumentParser, Namespace
from typing import Any

from stagedoor.cli import output, session
from stagedoor.model.quantity import say_size

EXAMPLES = ("stagedoor status", "stagedoor status --json")


def add_options(parser: ArgumentParser) -> None:
    pass


def run(options: Namespace) -> int:
    told = session.connect().get("status")
    if options.json:
        output.show_json(told)
        return 0
    rows = [_row(application, line) for application in told["applications"] for line in application["lines"]]
    heads = ("application", "line", "stack", "version", "release", "instances", "since", "by")
    output.show_table(heads, rows, "No application yet: run `stagedoor init my-script`, then `stagedoor deploy`.")
    print()
    programs = [
        (one["name"], one["pid"], output.say_age(one["since"]), one["restarts"], one["last_end"])
        for one in told["programs"]
    ]
    output.show_table(("program", "pid", "up", "restarts", "last end"), programs, "The supervisor does not answer.")
    pools = ", ".join(f"{taken} of {size} {name}" for name, (taken, size) in told["pools"].items())
    edge = f"the edge has {told['edge']['connections']} connections" if told["edge"]["alive"] else "the edge is away"
    print(f"\n{edge}; given out: {pools}")
    memory = told["memory"]
    if memory:
        sizes = {name: say_size(memory[name]) for name in ("total", "promised", "used", "free")}
        print(
            f"memory for instances: {sizes['total']}, promised {sizes['promised']}, used {sizes['used']}; "
            f"{sizes['free']} free on the machine; {sum(memory['waiting'].values()) - memory['waiting']['free_slots']} "
            "containers wait ahead"
        )
    return 0


def _row(application: dict[str, Any], line: dict[str, Any]) -> tuple[Any, ...]:
    default = " *" if line["line"] == application["default_line"] else ""
    instances = ", ".join(f"{count} {state}" for state, count in sorted(line["instances"].items())) or "asleep"
    return (
        application["name"], line["line"] + default, line["stack"], line["version"], line["release"], instances,
        output.say_age(line["released_at"]), line["released_by"],
    )  # fmt: skip

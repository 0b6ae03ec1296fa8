"""Applications with their lines, the programs of the platform, and what the pools have given out."""

from argparse import ArgumentParser, Namespace
from typing import Any

from stagedoor.cli import output, session
from stagedoor.model.errors import Failure
from stagedoor.model.quantity import say_size, say_time

EXAMPLES = ("stagedoor status", "stagedoor status --json")
_PROGRAM_HEADINGS = ("program", "state", "pid", "up", "restarts", "memory", "last end")
_LOOK = "Its log is in the folder `log` of the platform's data folder."


def add_options(parser: ArgumentParser) -> None:
    pass


def run(options: Namespace) -> int:
    client = session.connect()
    told = client.get("status")
    if options.json:
        output.show_json(told)
        return 0
    rows = [_row(application, line) for application in told["applications"] for line in application["lines"]]
    heads = ("application", "line", "stack", "version", "release", "instances", "since", "by")
    output.show_table(heads, rows, "No application yet: run `stagedoor init my-script`, then `stagedoor deploy`.")
    output.say()
    programs = [_program_row(program) for program in told["programs"]]
    output.show_table(_PROGRAM_HEADINGS, programs, "The supervisor does not answer.")
    for program in told["programs"]:
        if program["silent"]:
            output.say(output.paint(f"{program['name']} runs, but {program['silent']}. {_LOOK}", "red"))
        if program["crash_loop"]:
            output.say(output.paint(f"{program['name']} crash-loops: {program['crash_loop']}. {_LOOK}", "red"))
    for part in told["missing_isolation"]:
        output.say(output.paint(f"isolation is missing, as accepted: {part}", "red"))
    _show_losses(client)
    if told["disk_warning"]:
        output.say(output.paint(f"the disk is nearly full: {told['disk_warning']}", "red"))
    pools = ", ".join(f"{taken} of {size} {name}" for name, (taken, size) in told["pools"].items())
    edge = f"the edge has {told['edge']['connections']} connections" if told["edge"]["alive"] else "the edge is away"
    output.say(f"\n{edge}; given out: {pools}")
    memory = told["memory"]
    if memory:
        sizes = {name: say_size(memory[name]) for name in ("total", "promised", "used", "free")}
        output.say(
            f"memory for instances: {sizes['total']}, promised {sizes['promised']}, used {sizes['used']}; "
            f"{sizes['free']} free on the machine; {sum(memory['waiting'].values()) - memory['waiting']['free_slots']} "
            "containers wait ahead"
        )
    for one in client.get("objectives"):
        _show_objective(one)
    return 0


def _show_losses(client: Any) -> None:
    """Says what telemetry set aside, or could read in part alone."""
    try:
        health = client.get("telemetry")
    except Failure:
        return  # Telemetry is away, which its row says.
    lost = health["edge_dropped"]
    parts = [
        f"{lost} records lost under load (their requests were answered)" if lost else "",
        f"{sum(health['set_aside'].values())} records set aside" if health["set_aside"] else "",
        f"{sum(health['unreadable'].values())} damaged lines of the edge" if health["unreadable"] else "",
        f"recordings of {len(health['rings_refused'])} instances refused" if health["rings_refused"] else "",
    ]
    if any(parts):
        # Only records that were set aside are in that folder: it is there once there is one.
        where = "; see `telemetry/aside` in the data folder" if health["set_aside"] else ""
        text = f"telemetry: {', '.join(filter(None, parts))}{where}"
        output.say(output.paint(text, "yellow"))


def _program_row(program: dict[str, Any]) -> tuple[Any, ...]:
    state = "crash-loops" if program["crash_loop"] else "runs" if program["pid"] else "down"
    state = output.paint("silent", "red") if program["silent"] else state
    age = output.say_age(program["since"])
    memory = f"{say_size(program['memory_bytes'])} of {say_size(program['memory_limit'])}"
    return (
        program["name"], state, program["pid"], age, program["restarts"],
        memory if program["memory_limit"] else "no limit", program["last_end"],
    )  # fmt: skip


def _show_objective(one: dict[str, Any]) -> None:
    if not one["samples"]:
        output.say(f"{one['name']}: not rehearsed yet (99 in 100 are to take below {say_time(one['bound'])})")
        return
    slow = f"p99 {say_time(one['p99'])}" if one["p99"] else "too few for a p99"
    word = "met" if one["met"] else output.paint("missed", "red")
    output.say(
        f"{one['name']}: p50 {say_time(one['p50'])}, {slow} of {one['samples']} rehearsals in test; "
        f"below {say_time(one['bound'])}: {word}"
    )


def _row(application: dict[str, Any], line: dict[str, Any]) -> tuple[Any, ...]:
    default = " *" if line["line"] == application["default_line"] else ""
    instances = ", ".join(f"{count} {state}" for state, count in sorted(line["instances"].items())) or "asleep"
    return (
        application["name"], line["line"] + default, line["stack"], line["version"], line["release"], instances,
        output.say_age(line["released_at"]), line["released_by"],
    )  # fmt: skip

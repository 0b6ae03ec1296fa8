"""Runs recorded requests again: one of them on this machine or the platform, or many with a new version.

Every API answer, every reading of clock and chance comes from the recording: no service is asked, nothing is written.
"""

from argparse import ArgumentParser, ArgumentTypeError, Namespace
from pathlib import Path
from typing import Any

from stagedoor.cli import output, period, session, target
from stagedoor.model.quantity import say_time
from stagedoor.model.text import escape

EXAMPLES = (
    "stagedoor replay 1b4e28ba-2fa1-4d3b-a3f5-ef19b5a7633b",
    "stagedoor replay 1b4e28ba-2fa1-4d3b-a3f5-ef19b5a7633b --debug",
    "stagedoor replay 1b4e28ba-2fa1-4d3b-a3f5-ef19b5a7633b --fail 3=error",
    "stagedoor replay 1b4e28ba-2fa1-4d3b-a3f5-ef19b5a7633b --failures",
    "stagedoor replay --last 1h --against 5.1.0 --application tv-home",
    "stagedoor replay --list",
)


def add_options(parser: ArgumentParser) -> None:
    parser.add_argument("request", nargs="?", default="", help="id of a recorded request, as `recordings` shows it")
    parser.add_argument("--against", default="", metavar="VERSION", help="with this version (the one that served it)")
    parser.add_argument("--fail", type=_fault, action="append", default=[], metavar="CALL[=KIND]",
                        help="this call fails: delay, error, empty, malformed or cut (error)")  # fmt: skip
    parser.add_argument("--failures", action="store_true", help="each call fails in each way, in turn")
    parser.add_argument("--debug", nargs="?", type=int, const=5678, metavar="PORT",
                        help="on this machine, under a debugger that attaches to PORT (5678)")  # fmt: skip
    parser.add_argument("--here", action="store_true", help="on this machine, without a debugger")
    parser.add_argument("--pace", choices=("at-once", "recorded"), default="at-once", help="how fast answers come")
    parser.add_argument("--plain", action="store_true", help="here: without a sandbox, for code you trust")
    parser.add_argument("--data", type=Path, default=Path("/var/lib/stagedoor/dev"), help="here: folder for layers")
    target.add_application(parser)
    parser.add_argument("--last", default="1h", metavar="TIME", help="many: how far back (1h)")
    parser.add_argument("--stack", default="prod", help="many: recorded in test or prod (prod)")
    parser.add_argument("--version", default="", help="many: recorded with this version (the newest)")
    parser.add_argument("--endpoint", default="", help="many: only this one, as in 'GET /home'")
    parser.add_argument("--limit", type=int, default=100, help="many: how many recordings, up to 1000 (100)")
    parser.add_argument("--list", action="store_true", help="reports of former replays and shadows")
    parser.add_argument("--report", type=int, default=0, metavar="NUMBER", help="one of them")


def _fault(text: str) -> tuple[int, str]:
    number, _, kind = text.partition("=")
    if not number.isdigit() or int(number) < 1:
        raise ArgumentTypeError(f"{text!r} is no call; write its number, as in 3 or 3=delay")
    return int(number), kind or "error"


def run(options: Namespace) -> int:
    if options.request and (options.debug is not None or options.here):
        return _here(options)
    client = session.connect()
    if options.list:
        return _show(options, client.get("replays", application=options.application or ""), _list)
    if options.report:
        return _show(options, client.get("replays", options.report), _report)
    if options.request and options.failures:
        return _show(options, client.post("recordings", options.request, "failures", body=_wish(options)), _failures)
    if options.request:
        wish = _wish(options) | {"faults": {number - 1: kind for number, kind in options.fail}}
        return _show(options, client.post("recordings", options.request, "replay", body=wish), _one)
    name = target.application(options, Path())
    wish = {
        "against": options.against, "version": options.version, "stack": options.stack, "endpoint": options.endpoint,
        "seconds": period.seconds(options.last), "limit": options.limit,
    }  # fmt: skip
    return _show(options, client.post("applications", name, "replays", body=wish), _report)


def _wish(options: Namespace) -> dict[str, Any]:
    return {"against": options.against}


def _here(options: Namespace) -> int:
    from stagedoor.main import replaying  # The wiring, which nothing else here needs.

    told = replaying.run(
        replaying.Options(
            session.connect(exact=True), options.request, options.against, options.data, options.debug,
            1.0 if options.pace == "recorded" else 0.0, options.plain,
            {number - 1: kind for number, kind in options.fail}, lambda text: output.say(text, flush=True),
            lambda text: output.warn(escape(text)),
        )
    )  # fmt: skip
    return _show(options, told, _one)


def _show(options: Namespace, told: Any, show: Any) -> int:
    if options.json:
        output.show_json(told)
        return 0
    return int(show(told))


def _one(told: dict[str, Any]) -> int:
    kept, outcome = told["kept"], told["outcome"]
    output.say(f"{kept['application']} {told['version']}  {kept['endpoint']}  recorded {output.say_clock(kept['at'])}")
    if outcome["failed"]:
        output.say(output.paint(f"no answer: {outcome['failed']}", "red"))
    elif told["same"]:
        output.say(output.paint(f"the same, byte for byte: status {outcome['status']}", "green"))
    else:
        output.say(output.paint(f"not the same: status {outcome['status']}, recorded {kept['status']}", "yellow"))
    output.say(f"{len(outcome['calls'])} calls; {outcome['cpu'] * 1000:.1f} ms of its own")
    for one in told["differences"]:
        output.say(f"  {one['place']} {one['kind']}: {one['left'] or '-'}  ->  {one['right'] or '-'}")
    for one in told["divergences"]:
        output.say(f"  {output.paint(one['kind'], 'yellow')}: {one['what']}")
        if one["recorded"] or one["asked"]:
            output.say(f"      recorded: {one['recorded'] or '-'}\n      asked:    {one['asked'] or '-'}")
    for one in told["causes"] if not told["same"] else ():
        output.say(f"  a possible cause: {one}")
    return 0 if told["same"] else 1


def _list(told: list[dict[str, Any]]) -> int:
    for one in told:
        verdict = one["comparison"]["verdict"]
        output.say(
            f"{one['id']:>4}  {output.say_clock(one['at'])} {one['kind']:<6} {one['application']} {one['old']} -> "
            f"{one['new']} in {one['stack']}  {one['recordings']} recordings  "
            f"{output.paint(verdict, _COLOURS[verdict])}"
        )
    if not told:
        output.say("No report yet.")
    return 0


_COLOURS = {"pass": "green", "fail": "red", "inconclusive": "yellow"}


def _report(told: dict[str, Any]) -> int:
    found = told["comparison"]
    output.say(
        f"{told['application']} {told['old']} -> {told['new']}: {found['compared']} of {told['recordings']} recordings "
        f"compared in {say_time(told['took'])}, {found['same']} the same"
    )
    output.say(f"  {told['exact']} of {told['recordings']} came to what was recorded, byte for byte")
    for why, count in told["inexact"].items():
        output.say(f"  {count} did not: {why}")
    for why, count in told["skipped"].items():
        output.say(f"  {count} not replayed: {why}")
    for group in found["groups"]:
        mark = output.paint("new", "red") if group["new"] else f"accepted by {group['by']}" if group["by"] else "noise"
        output.say(
            f"  {group['endpoint']}  {group['place']} {group['kind']} in {group['count']} of {group['of']}  {mark}"
        )
        for one in group["examples"][:1]:
            output.say(f"      {one['left'] or '-'}  ->  {one['right'] or '-'}   {output.paint(one['id'], 'dim')}")
    for paired in (found["errors"], found["own_time"]):
        output.say(f"  {paired['metric']}: {paired['reason']}")
    verdict = found["verdict"]
    output.say(f"{output.paint(verdict, _COLOURS[verdict])}: {found['reason']}  (report {told['id']})")
    return 1 if verdict == "fail" else 0


def _failures(told: dict[str, Any]) -> int:
    output.say(f"{told['application']} {told['version']}: {len(told['trials'])} trials in {say_time(told['took'])}")
    by_call: dict[str, list[dict[str, Any]]] = {}
    for one in told["trials"]:
        by_call.setdefault(f"{one['number'] + 1:>3}  {one['call']}", []).append(one)
    for call, trials in by_call.items():
        falls = [one for one in trials if not one["stands"]]
        if falls:
            said = "; ".join(f"{one['kind']}: {one['found']}" for one in falls)
            output.say(f"  {output.paint('NO FALLBACK', 'red')}  {call}  {said}")
        else:
            output.say(f"  {output.paint('stands', 'green')}       {call}  {trials[0]['found']}")
    return 1 if told["missing"] else 0

"""How traffic is to move: options of verbs that release something."""

import json
import time
from argparse import ArgumentParser, Namespace
from typing import Any

from stagedoor.model.errors import Invalid

_FORMATS = ("%Y-%m-%d %H:%M", "%Y-%m-%dT%H:%M", "%Y-%m-%d %H:%M:%S")


def add_options(parser: ArgumentParser) -> None:
    group = parser.add_argument_group("how traffic moves (what is not said: as stagedoor.toml has it; test: at once)")
    group.add_argument("--strategy", default="", choices=("direct", "linear", "canary", "window"), help="how")
    group.add_argument("--share", type=float, default=0.0, help="canary: per cent of members in each arm")
    group.add_argument("--least", default="", help="canary: shortest time of looking, as in 2m")
    group.add_argument("--most", default="", help="canary: longest time of looking, as in 30m")
    group.add_argument("--time", default="", help="linear and window: until all has moved, as in 20m")
    group.add_argument("--steps", type=int, default=0, help="linear and window: in so many equal parts")
    group.add_argument("--at", default="", metavar="WHEN", help='window: when it begins, as in "2026-12-01 10:00"')


def asked(options: Namespace) -> dict[str, Any]:
    """What was said, as the API takes it: `strategy` and `at`. Raises Invalid."""
    told = {
        "kind": options.strategy, "share": options.share, "least": options.least, "most": options.most,
        "time": options.time, "steps": options.steps,
    }  # fmt: skip
    return {"strategy": {name: value for name, value in told.items() if value}, "at": _moment(options.at)}


def as_query(options: Namespace) -> dict[str, str]:
    """The same, for an address."""
    told = asked(options)
    strategy = json.dumps(told["strategy"]) if told["strategy"] else ""
    return {"strategy": strategy, "at": str(told["at"])} if strategy or told["at"] else {}


def _moment(text: str) -> float:
    """Seconds since the epoch, 0 for nothing said."""
    for form in _FORMATS if text else ():
        try:
            return time.mktime(time.strptime(text, form))
        except ValueError:
            continue
    if text:
        raise Invalid(f"--at {text!r} is no time", hint='as in "2026-12-01 10:00", in the time of this machine')
    return 0.0

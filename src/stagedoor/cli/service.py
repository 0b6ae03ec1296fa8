"""The catalogue of services that scripts may call: where they are, what they offer, what their owners allow.

A service with an OpenAPI document has methods, each with limits, a fallback and a breaker of its own. A credential is
read from standard input and put into each call by the platform; no script ever sees it.
"""

import sys
import tomllib
from argparse import ArgumentParser, Namespace
from pathlib import Path
from typing import Any

from stagedoor.cli import hidden, output, parser, period, session
from stagedoor.model.errors import Invalid
from stagedoor.model.quantity import say_time

EXAMPLES = (
    "stagedoor service add discovery --url http://10.0.0.7:9000 --url http://10.0.0.8:9000 --openapi discovery.json",
    "stagedoor service add ratings --url https://ratings.example --credential < token",
    "stagedoor service show discovery",
    "stagedoor service policy discovery > discovery.toml",
    "stagedoor service policy discovery --set discovery.toml",
    'stagedoor service off ratings scores --reason "the database is being moved"',
    "stagedoor service fault discovery rows --kind delay --value 300ms --share 10% --for 10m",
)


def add_options(top: ArgumentParser) -> None:
    actions = parser.add_actions(top)
    parser.add_action(actions, "list", "all services, and how they are")
    _named(actions, "show", "methods, callers, limits and refusals of one service")
    adding = _named(actions, "add", "add a service, or change it; what is left out stays")
    adding.add_argument("--url", action="append", help="scheme, host and port; once for each endpoint")
    adding.add_argument("--openapi", default="", help="file or URL of its OpenAPI document, JSON or YAML")
    adding.add_argument("--team", default=None, help="team that owns it (yours)")
    adding.add_argument("--policies", type=Path, default=None, help="file of policies, as `service policy` writes it")
    adding.add_argument("--credential", action="store_true", help="read a credential from standard input; empty: none")
    adding.add_argument("--credential-field", default="authorization", help="header that it goes into (authorization)")
    _named(actions, "remove", "take a service out of the catalogue")
    policy = _named(actions, "policy", "what the owner allows; without --set, print it")
    policy.add_argument("--set", type=Path, default=None, help="file with the new policies, all of them")
    policy.add_argument("--annotated", action="store_true", help="every key there is, with its default")
    off = _method(actions, "off", "turn a method off for all; first shows which endpoints would be without it")
    off.add_argument("--reason", default="", help="why, for who wonders")
    off.add_argument("--yes", action="store_true", help="do not ask")
    _method(actions, "on", "turn a method on again")
    _add_fault(actions)
    ending = _named(actions, "end-fault", "end a fault before its time")
    ending.add_argument("fault", help="its number, as `service show` says")


def _named(actions: Any, name: str, text: str) -> Any:
    one = parser.add_action(actions, name, text)
    one.add_argument("name", help="name of the service, as in discovery")
    return one


def _method(actions: Any, name: str, text: str) -> Any:
    one = _named(actions, name, text)
    one.add_argument("method", help="name of the method, as in rows; any for a service without a description")
    return one


def _add_fault(actions: Any) -> None:
    fault = _method(actions, "fault", "let calls of a method fail, for a while and within an error budget")
    fault.add_argument("--kind", required=True, help="delay, error, empty, malformed or cut")
    fault.add_argument("--value", default="", help="of a delay as in 300ms, of an error its status (503)")
    fault.add_argument("--share", default="100%", help="of the calls (100%%)")
    fault.add_argument("--application", default="", help="only calls of this application")
    fault.add_argument("--device", default="", help="only for this device type")
    fault.add_argument("--for", dest="time", default="10m", help="how long (10m)")
    fault.add_argument("--budget", default="1%", help="share of an application's requests that may fail for it (1%%)")


def run(options: Namespace) -> int:
    if options.action == "policy" and options.annotated:
        from stagedoor.model import policy

        output.say(policy.annotated(), end="")
        return 0
    client = session.connect()
    return int(_ACTIONS[options.action](client, options))


def _list(client: Any, options: Namespace) -> int:
    told = client.get("services")
    if options.json:
        output.show_json(told)
        return 0
    rows = [
        (
            one["name"], one["team"], ", ".join(one["urls"]), one["methods"] or "-", f"{one['figures']['rate']:.1f}",
            _share(one["figures"]["errors"], one["figures"]["calls"]), _ms(one["figures"]["p99"]), _state(one),
        )
        for one in told
    ]  # fmt: skip
    heads = ("service", "team", "address", "methods", "calls/s", "errors", "p99", "state")
    output.show_table(heads, rows, "No service is known: `stagedoor service add NAME --url ...`.")
    return 0


def _state(one: dict[str, Any]) -> str:
    parts = [f"off: {', '.join(one['off'])}"] if one["off"] else []
    parts += [one["governing"]["reason"]] if one["governing"]["breaker"] == "open" else []
    parts += [f"{one['faults']} faults"] if one["faults"] else []
    parts += [f"{one['down']} endpoints down"] if one["down"] else []
    return "; ".join(parts) or "fine"


def _show(client: Any, options: Namespace) -> int:
    told = client.get("services", options.name)
    if options.json:
        output.show_json(told)
        return 0
    service = told["service"]
    output.say(f"{service['name']}, owned by {service['team'] or 'nobody'}: {_state(service)}")
    for one in told["endpoints"]:
        output.say(f"  {one['address']}  {one['state']}  {one['reason']}".rstrip())
    output.say()
    rows = [
        (
            one["name"], f"{one['verb']} {one['path']}".strip() or "any call", f"{one['figures']['rate']:.1f}",
            _ms(one["figures"]["p50"]), _ms(one["figures"]["p99"]),
            _share(one["figures"]["errors"], one["figures"]["calls"]), _refused(one["figures"]["refused"]),
            "off" if one["off"] else one["governing"]["breaker"], one["governing"]["limit"] or "-",
        )
        for one in told["methods"]
    ]  # fmt: skip
    heads = ("method", "asks", "calls/s", "p50", "p99", "errors", "refused", "breaker", "limit")
    output.show_table(heads, rows, "It has no methods.")
    output.say()
    callers = [
        (
            f"{one['application']}@{one['version']}", one["stack"], f"{one['figures']['rate']:.1f}",
            _share(one["figures"]["errors"], one["figures"]["calls"]), _refused(one["figures"]["refused"]),
        )
        for one in told["callers"]
    ]  # fmt: skip
    output.show_table(
        ("caller", "stack", "calls/s", "errors", "refused"), callers, "Nobody called it in the last minute."
    )
    for one in told["faults"]:
        who = f" of {one['application']}" if one["application"] else ""
        output.say(f"\nfault {one['id']}: {one['kind']} for {one['share']:.0%} of the calls{who} to {one['method']}, "
              f"until {output.say_clock(one['until'])}")  # fmt: skip
    return 0


def _refused(refused: dict[str, int]) -> str:
    return ", ".join(f"{name} {count}" for name, count in sorted(refused.items())) or "-"


def _share(part: int, whole: int) -> str:
    return f"{part / whole:.1%}" if part and whole else "-"


def _ms(seconds: float) -> str:
    return say_time(seconds) if seconds else "-"


def _add(client: Any, options: Namespace) -> int:
    wish: dict[str, Any] = {"team": options.team} if options.team is not None else {}
    if options.url:
        wish["urls"] = options.url
    if options.openapi:
        wish["openapi"] = _document(options.openapi)
    if options.policies:
        wish["policies"] = _tables(options.policies)
    if options.credential:
        credential = hidden.read("credential, as in `Bearer ...`: ", "service add").strip()
        wish |= {"credential": credential, "credential_field": options.credential_field}
    return _said(client.put("services", options.name, body=wish), options)


def _said(saved: dict[str, Any], options: Namespace) -> int:
    if options.json:
        output.show_json(saved)
        return 0
    methods = f"{len(saved['methods'])} methods" if saved["methods"] else "no description, called by path"
    output.say(f"{saved['name']}: {', '.join(saved['addresses'])}; {methods}")
    return 0


def _document(source: str) -> str:
    if source.startswith(("http://", "https://")):
        from urllib.request import urlopen

        try:
            with urlopen(source, timeout=10) as answer:  # noqa: S310
                return str(answer.read(6_000_000).decode())
        except (OSError, ValueError) as error:
            raise Invalid(f"{source} cannot be read: {error}") from None
    try:
        return Path(source).read_text()
    except (OSError, UnicodeDecodeError) as error:
        raise Invalid(f"{source} cannot be read: {error}") from None


def _tables(file: Path) -> dict[str, Any]:
    try:
        return tomllib.loads(file.read_text())
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise Invalid(f"{file} cannot be read: {error}") from None


def _remove(client: Any, options: Namespace) -> int:
    told = client.delete("services", options.name)
    output.show_json(told) if options.json else output.say(f"{options.name} is out of the catalogue")
    return 0


def _policy(client: Any, options: Namespace) -> int:
    if options.set is not None:
        return _said(client.put("services", options.name, body={"policies": _tables(options.set)}), options)
    told = client.get("services", options.name, "policies")
    if options.json:
        output.show_json(told)
    else:
        output.say(
            _toml(told) or "# Everything is as by default; `stagedoor service policy NAME --annotated` shows all keys."
        )
    return 0


def _toml(tables: dict[str, Any]) -> str:
    from json import dumps

    lines = [f"{key} = {dumps(value)}" for key, value in tables.items() if not isinstance(value, dict | list)]
    for key, value in tables.items():
        if key == "methods":
            for name, own in value.items():
                lines += ["", f"[methods.{name}]", *(f"{one} = {dumps(what)}" for one, what in own.items())]
        elif isinstance(value, dict):
            lines += ["", f"[{key}]", *(f"{one} = {dumps(what)}" for one, what in value.items())]
        elif isinstance(value, list):
            for one in value:
                lines += ["", f"[[{key}]]", *(f"{name} = {dumps(what)}" for name, what in one.items())]
    return "\n".join(lines).strip()


def _off(client: Any, options: Namespace) -> int:
    without = client.get("services", options.name, "methods", options.method, "dependents")
    if not options.json:
        rows = [
            (f"{one['application']}@{one['version']}", one["stack"], one["endpoint"], one["requests"],
             f"{one['share']:.0%}", one["fallback"])
            for one in without
        ]  # fmt: skip
        heads = ("application", "stack", "endpoint", "requests in the last hour", "call it", "without it")
        output.show_table(heads, rows, "No request of the last hour called it.")
    if not options.yes and not options.json:
        if not sys.stdin.isatty():
            raise Invalid("nobody is here to be asked", hint="say --yes")
        if input(f"\nTurn {options.name}.{options.method} off for all? [y/N] ").strip().lower() not in ("y", "yes"):
            output.say("It stays on.")
            return 1
    body = {"reason": options.reason}
    told = client.put("services", options.name, "methods", options.method, "off", body=body)
    if options.json:
        output.show_json({**told, "dependents": without})
    else:
        output.say(
            f"{options.name}.{options.method} is off; `stagedoor service on {options.name} {options.method}` ends it"
        )
    return 0


def _on(client: Any, options: Namespace) -> int:
    told = client.delete("services", options.name, "methods", options.method, "off")
    output.show_json(told) if options.json else output.say(f"{options.name}.{options.method} is on")
    return 0


def _fault(client: Any, options: Namespace) -> int:
    wish = {
        "method": options.method, "kind": options.kind, "value": _value(options), "share": _percent(options.share),
        "application": options.application, "device": options.device, "budget": _percent(options.budget),
        "seconds": period.seconds(options.time),
    }  # fmt: skip
    told = client.post("services", options.name, "faults", body=wish)
    if options.json:
        output.show_json(told)
    else:
        output.say(
            f"fault {told['id']} until {output.say_clock(told['until'])}, or until more than {told['budget']:.1%}"
        )
        output.say("of an application's requests have failed;")
        output.say(f"`stagedoor service end-fault {options.name} {told['id']}` ends it before")
    return 0


def _value(options: Namespace) -> int:
    if options.kind == "delay":
        return round(period.seconds(options.value or "1s") * 1000)
    if options.value and not options.value.isdigit():
        raise Invalid(f"--value {options.value!r} is no status", hint="as in 503")
    return int(options.value or (503 if options.kind == "error" else 0))


def _percent(text: str) -> float:
    try:
        return float(text.removesuffix("%")) / 100
    except ValueError:
        raise Invalid(f"{text!r} is no share", hint="as in 10%") from None


def _end_fault(client: Any, options: Namespace) -> int:
    told = client.delete("services", options.name, "faults", options.fault)
    output.show_json(told) if options.json else output.say(f"fault {options.fault} has ended")
    return 0


_ACTIONS = {
    "list": _list, "show": _show, "add": _add, "remove": _remove, "policy": _policy, "off": _off, "on": _on,
    "fault": _fault, "end-fault": _end_fault,
}  # fmt: skip

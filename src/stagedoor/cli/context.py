"""Lists the platforms that you are signed in to, chooses the one that commands speak to, or removes one.

`--context NAME` on a command that speaks to a platform, or STAGEDOOR_CONTEXT, chooses for that command alone.
"""

from argparse import ArgumentParser, Namespace

from stagedoor.cli import contexts, output
from stagedoor.cli.parser import add_action, add_actions

EXAMPLES = ("stagedoor context list", "stagedoor context use local", "stagedoor context delete old")


def add_options(parser: ArgumentParser) -> None:
    actions = add_actions(parser)
    add_action(actions, "list", "list all contexts; the current one has a star")
    add_action(actions, "use", "make a context the current one").add_argument("name", help="as `context list` shows it")
    add_action(actions, "delete", "remove a context with its token; the platform is not touched").add_argument(
        "name", help="as `context list` shows it"
    )


def run(options: Namespace) -> int:
    return {"list": _list, "use": _use, "delete": _delete}[options.action](options)


def _list(options: Namespace) -> int:
    known = contexts.read()
    ordered = [known.by_name[name] for name in sorted(known.by_name)]
    if options.json:
        shown = [
            {"name": one.name, "url": one.url, "data": one.data, "current": one.name == known.current}
            for one in ordered
        ]
        output.show_json(shown)
        return 0
    rows = [("*" if one.name == known.current else "", one.name, one.url, one.data or "-") for one in ordered]
    empty = "No context yet: start a platform with `stagedoor up`, or sign in to one with `stagedoor login URL`."
    output.show_table(("", "context", "address", "data folder"), rows, empty)
    return 0


def _use(options: Namespace) -> int:
    with contexts.locked() as known:
        context = known.get(options.name)
        contexts.write(known.with_context(context, current=True))
    return _show(options, {"name": context.name, "url": context.url}, f"commands now speak to {context.url}")


def _delete(options: Namespace) -> int:
    with contexts.locked() as known:
        contexts.write(known.without(options.name))
    return _show(options, {"name": options.name}, f"the context {options.name} is removed")


def _show(options: Namespace, content: dict[str, str], sentence: str) -> int:
    output.show_json(content) if options.json else output.say(sentence)
    return 0

"""Prints what makes a shell complete verbs, actions and options; put it where the shell looks for such."""

from argparse import ArgumentParser, Namespace, _SubParsersAction
from importlib import import_module

from stagedoor.cli import output
from stagedoor.cli.verbs import VERBS

EXAMPLES = (
    'eval "$(stagedoor completion bash)"',
    "stagedoor completion zsh > ~/.zfunc/_stagedoor",
    "stagedoor completion fish > ~/.config/fish/completions/stagedoor.fish",
)


def add_options(parser: ArgumentParser) -> None:
    parser.add_argument("shell", choices=("bash", "zsh", "fish"), help="bash, zsh or fish")


def run(options: Namespace) -> int:
    script = {"bash": _bash, "zsh": _zsh, "fish": _fish}[options.shell](words())
    output.show_json({"script": script}) if options.json else output.say(script)
    return 0


def words() -> dict[str, tuple[str, list[str]]]:
    """For each verb, and each verb with its action: the help and what may follow."""
    from stagedoor.cli.parser import build

    found: dict[str, tuple[str, list[str]]] = {}
    for name, verb in VERBS.items():
        try:
            parser = build(name, verb.help, import_module(f"stagedoor.cli.{verb.module}"))
        except ImportError:
            found[name] = (verb.help, [])  # Its extra is not installed: completed by its name alone.
            continue
        found[name] = (verb.help, _follow(parser))
        for action in parser._actions:
            if isinstance(action, _SubParsersAction):
                found |= {f"{name} {key}": (one.description or "", _follow(one)) for key, one in action.choices.items()}
    return found


def _follow(parser: ArgumentParser) -> list[str]:
    listed: list[str] = []
    for action in parser._actions:
        if isinstance(action, _SubParsersAction):
            listed += list(action.choices)
        elif action.option_strings:
            listed.append(action.option_strings[-1])
        elif action.choices:
            listed += [str(one) for one in action.choices]
    return listed


def _bash(known: dict[str, tuple[str, list[str]]]) -> str:
    cases = "\n".join(f'        "{name}") words="{" ".join(follow)}" ;;' for name, (_, follow) in known.items())
    verbs = " ".join(VERBS)
    return f"""_stagedoor() {{
    local words key="${{COMP_WORDS[1]}}"
    if [ "$COMP_CWORD" -eq 1 ]; then
        COMPREPLY=($(compgen -W "{verbs}" -- "${{COMP_WORDS[1]}}"))
        return
    fi
    [ "$COMP_CWORD" -gt 2 ] && case "$key ${{COMP_WORDS[2]}}" in
        {"|".join(f'"{name}"' for name in known if " " in name)}) key="$key ${{COMP_WORDS[2]}}" ;;
    esac
    case "$key" in
{cases}
    esac
    COMPREPLY=($(compgen -W "$words" -- "${{COMP_WORDS[$COMP_CWORD]}}"))
    [ ${{#COMPREPLY[@]}} -gt 0 ] || COMPREPLY=($(compgen -f -- "${{COMP_WORDS[$COMP_CWORD]}}"))
}}
complete -F _stagedoor stagedoor"""


def _zsh(known: dict[str, tuple[str, list[str]]]) -> str:
    return "#compdef stagedoor\nautoload -U +X bashcompinit && bashcompinit\n" + _bash(known)


def _fish(known: dict[str, tuple[str, list[str]]]) -> str:
    lines = ["complete -c stagedoor -f"]
    for name, (text, follow) in known.items():
        verb, _, action = name.partition(" ")
        said = text.split("\n")[0].replace("'", "")
        if not action:
            lines.append(f"complete -c stagedoor -n __fish_use_subcommand -a {verb} -d '{said}'")
        seen = f"__fish_seen_subcommand_from {verb}" + (f"; and __fish_seen_subcommand_from {action}" if action else "")
        for word in follow:
            kind = f"-l {word[2:]}" if word.startswith("--") else f"-a {word}"
            lines.append(f"complete -c stagedoor -n '{seen}' {kind}")
    return "\n".join(lines)

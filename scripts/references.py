"""Writes the references that are made from the code: manifest, settings, command line, control API.

`python -m scripts.references` writes them; a test compares them with what it would write.
"""

import json
from argparse import _SubParsersAction
from importlib import import_module
from pathlib import Path
from typing import Any

from stagedoor.cli import entry
from stagedoor.cli.parser import build
from stagedoor.cli.verbs import VERBS
from stagedoor.model import errors, manifest, settings

DOCS = Path(__file__).parents[1] / "docs"
_CLI = (
    "Every verb, with its options. Which platform a command speaks to is decided in this order: `--context`, "
    "`STAGEDOOR_URL` with `STAGEDOOR_TOKEN`, `STAGEDOOR_CONTEXT`, the current context "
    "([Contexts](operate.md#contexts))."
)
_NOTE = "<!-- Made by `make docs` from the code; do not edit. -->\n"


def make() -> dict[str, str]:
    """Every generated file by its name."""
    return {
        "manifest.md": _manifest(),
        "settings.md": _settings(),
        "cli.md": _cli(),
        "errors.md": _errors(),
        "api.md": _api(_openapi()),
        "openapi.json": json.dumps(_openapi(), indent=1, sort_keys=True) + "\n",
    }


def _manifest() -> str:
    intro = (
        "`stagedoor.toml` says what an application is. `name` and `team` are enough; these are all keys with defaults."
    )
    return f"{_NOTE}# Manifest\n\n{intro}\n\n```toml\n{manifest.annotated()}```\n"


def _settings() -> str:
    intro = (
        "`platform.toml` in the data folder is what an operator sets; a change needs a restart. These are the defaults."
    )
    return f"{_NOTE}# Settings of the platform\n\n{intro}\n\n```toml\n{settings.annotated()}```\n"


def _cli() -> str:
    codes = entry.__doc__.partition("Exit codes: ")[2].strip().replace("\n", " ")
    parts = [f"{_NOTE}# Command line\n", f"{_CLI}\n\nExit codes: {codes}\n"]
    for name, verb in VERBS.items():
        module = import_module(f"stagedoor.cli.{verb.module}")
        parser = build(name, verb.help, module)
        parts.append(f"## stagedoor {name}\n\n```text\n{parser.format_help().strip()}\n```\n")
        for action in (one for one in parser._actions if isinstance(one, _SubParsersAction)):
            for key, one in action.choices.items():
                parts.append(f"### stagedoor {name} {key}\n\n```text\n{one.format_help().strip()}\n```\n")
    return "\n".join(parts)


def _errors() -> str:
    kinds = [kind for kind in vars(errors).values() if isinstance(kind, type) and issubclass(kind, errors.Failure)]
    rows = [
        f"| `{kind.code}` | {kind.status} | {(kind.__doc__ or '').strip()} |"
        for kind in kinds
        if kind.__doc__ != errors.Failure.__doc__
    ]
    from stagedoor.haproxy.errors import OWN, REFUSALS

    edge = {(one.code, one.status): one.message for one in (*REFUSALS.values(), *OWN)}
    edge_rows = [f"| `{code}` | {status} | {message} |" for (code, status), message in sorted(edge.items())]
    head = "| code | status | meaning |\n| --- | --- | --- |\n"
    return (
        f"{_NOTE}# Error codes\n\n## Of the control API\n\n{head}" + "\n".join(rows)
        + f"\n\n## Of the edge\n\nEvery such answer is JSON with code, message and request id.\n\n{head}"
        + "\n".join(edge_rows) + "\n"
    )  # fmt: skip


def _api(document: Any) -> str:
    intro = (
        "JSON over HTTP, by a token (`authorization: Bearer ...`); the whole contract is [openapi.json](openapi.json), "
        "which a platform also serves at `/v1/openapi.json`. Errors have a code, a message and a hint: "
        "[Error codes](errors.md)."
    )
    groups: dict[str, list[str]] = {}
    for path, methods in document["paths"].items():
        for method, one in methods.items():
            text = one.get("description", "").split("\n\n")[0].replace("\n", " ").replace("|", "\\|")
            groups.setdefault(one["tags"][0], []).append(
                f"| `{method.upper()} {path}` | {_takes(document, one)} | {text} |"
            )
    head = "| route | takes | does |\n| --- | --- | --- |\n"
    parts = [f"## {name.capitalize()}\n\n{head}" + "\n".join(rows) + "\n" for name, rows in sorted(groups.items())]
    return f"{_NOTE}# Control API\n\n{intro}\n\n" + "\n".join(parts)


def _takes(document: Any, one: Any) -> str:
    """Query parameters and fields of the body; what may be left out in brackets."""
    query = [(one["name"], one["required"]) for one in one.get("parameters", []) if one["in"] == "query"]
    body = one.get("requestBody", {}).get("content", {}).get("application/json", {}).get("schema", {})
    schema = document["components"]["schemas"].get(body.get("$ref", "").rpartition("/")[2], {})
    fields = [(name, name in schema.get("required", [])) for name in schema.get("properties", {})]
    return ", ".join(f"`{name}`" if needed else f"[`{name}`]" for name, needed in [*query, *fields])


def _openapi() -> Any:
    from stagedoor.http.app import build as build_app

    # Routes are made from their types alone; nothing is called.
    return build_app(None, "0.1.0").openapi()  # type: ignore[arg-type]


def main() -> None:
    for name, content in make().items():
        (DOCS / name).write_text(content)
        print(f"docs/{name}")


if __name__ == "__main__":
    main()

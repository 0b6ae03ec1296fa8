"""The company's services in the editor: stubs by which it completes methods, and a type checker finds mistakes.

`api pull` writes two files beside main.py: stagedoor_api.pyi for editors and type checkers, and stagedoor_api.json, by
which tests call methods by name and a deploy sees whether the services still fit. Both belong into the repository.
"""

from argparse import ArgumentParser, Namespace
from pathlib import Path

from stagedoor.cli import output, parser, session

EXAMPLES = ("stagedoor api pull", "stagedoor api pull --folder tv-home")


def add_options(top: ArgumentParser) -> None:
    actions = parser.add_actions(top)
    pull = parser.add_action(actions, "pull", "write the stubs of the services that the manifest names")
    pull.add_argument("--folder", type=Path, default=Path(), help="folder of the application (this one)")


def run(options: Namespace) -> int:
    client = session.connect(exact=True)
    manifest = options.folder / "stagedoor.toml"
    names: list[str] = []
    if manifest.is_file():
        from stagedoor.model import manifest as manifests
        from stagedoor.model.grant import grants

        names = list(grants(manifests.parse(manifest.read_text()).services))
    told = client.get("catalogue", "stubs", services=",".join(names))
    (options.folder / "stagedoor_api.pyi").write_text(told["stub"])
    (options.folder / "stagedoor_api.json").write_text(told["description"])
    if options.json:
        output.show_json({"services": told["services"], "missing": told["missing"]})
        return 0
    listed = ", ".join(f"{name} ({count})" for name, count in told["services"].items())
    output.say(f"stagedoor_api.pyi and stagedoor_api.json: {listed or 'no services'}")
    if told["missing"]:
        output.say(f"not in the catalogue: {', '.join(told['missing'])}")
    return 0

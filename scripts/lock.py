"""Writes the locks: which version of each package everybody installs, with hashes and without the name of any index.

`make lock` keeps the versions that are locked and adds what is missing; `make lock UPGRADE=1` takes the newest.

- `requirements.lock`: what the platform runs on, all extras.
- `requirements-dev.lock`: what the workshop needs beside it.
- `constraint-dependencies` in pyproject.toml: the same versions, for `uv run` and `uv sync`.
"""

import re
import subprocess
import sys
from pathlib import Path

from uv import find_uv_bin

ROOT = Path(__file__).parents[1]
RUNTIME_LOCK, WORKSHOP_LOCK = ROOT / "requirements.lock", ROOT / "requirements-dev.lock"
NOTE = "# Written by `make lock`; do not edit.\n"
_CONSTRAINTS = re.compile(r"^constraint-dependencies = \[\n.*?^\]\n", re.MULTILINE | re.DOTALL)


def run_uv(*arguments: str) -> str:
    """Returns what uv printed. Raises SystemExit with uv's own words."""
    result = subprocess.run(
        [find_uv_bin(), *arguments, "--quiet"], cwd=ROOT, stdout=subprocess.PIPE, text=True, check=False
    )
    if result.returncode != 0:
        raise SystemExit(f"uv {arguments[0]} failed; nothing was written")
    return result.stdout


def export(*options: str) -> dict[str, str]:
    """Returns the blocks of the locked packages, as `read` does."""
    return read(run_uv("export", "--no-emit-project", "--no-header", "--no-annotate", *options))


def read(text: str) -> dict[str, str]:
    """Returns the blocks of a lock, `name==version` lines with their markers and hashes, by `name==version`."""
    blocks = re.findall(r"^(?!#)\S.*(?:\n[ \t]+\S.*)*", text, re.MULTILINE)
    return {re.split(r"[ ;\\]", block, maxsplit=1)[0]: block for block in blocks}


def marked(block: str) -> str:
    """Returns the `name==version` of a block with its marker."""
    return block.partition("\n")[0].removesuffix("\\").strip()


def write_constraints(blocks: dict[str, str]) -> None:
    """Puts the same versions into pyproject.toml."""
    file = ROOT / "pyproject.toml"
    rows = "".join(f'    "{marked(block)}",\n' for _, block in sorted(blocks.items()))
    text, count = _CONSTRAINTS.subn(lambda _: f"constraint-dependencies = [\n{rows}]\n", file.read_text())
    if count != 1:
        raise SystemExit("pyproject.toml has no constraint-dependencies to replace")
    file.write_text(text)


def choose(*options: str) -> tuple[dict[str, str], dict[str, str]]:
    """Returns the packages that the platform runs on, and those of the workshop with them."""
    run_uv("lock", *options)
    return export("--all-extras", "--no-default-groups"), export("--all-extras", "--group", "dev")


def choose_newest() -> tuple[dict[str, str], dict[str, str]]:
    """Lets uv choose the newest versions of everything. Raises SystemExit; then pyproject.toml is as it was."""
    project = ROOT / "pyproject.toml"
    before = project.read_text()
    write_constraints({})
    try:
        return choose("--upgrade")
    except BaseException:
        project.write_text(before)
        raise


def main() -> None:
    runtime, workshop = choose_newest() if sys.argv[1:] == ["--upgrade"] else choose()
    only_workshop = {name: block for name, block in workshop.items() if name not in runtime}
    RUNTIME_LOCK.write_text(NOTE + "\n".join(runtime.values()) + "\n")
    WORKSHOP_LOCK.write_text(NOTE + "\n".join(only_workshop.values()) + "\n")
    write_constraints(runtime | only_workshop)
    print(f"{len(runtime)} packages in {RUNTIME_LOCK.name}, {len(only_workshop)} more in {WORKSHOP_LOCK.name}")


if __name__ == "__main__":
    main()

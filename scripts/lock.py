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


def upgrade() -> None:
    """Lets uv choose the newest versions of everything. Raises SystemExit; then pyproject.toml is as it was."""
    project = ROOT / "pyproject.toml"
    before = project.read_text()
    write_constraints({})
    try:
        run_uv("lock", "--upgrade")
    except BaseException:
        project.write_text(before)
        raise


def main() -> None:
    if sys.argv[1:] == ["--upgrade"]:
        upgrade()
    else:
        run_uv("lock")
    runtime = export("--all-extras", "--no-default-groups")
    workshop = export("--all-extras", "--group", "dev")
    RUNTIME_LOCK.write_text(NOTE + "\n".join(runtime.values()) + "\n")
    only_workshop = [block for name, block in workshop.items() if name not in runtime]
    WORKSHOP_LOCK.write_text(NOTE + "\n".join(only_workshop) + "\n")
    write_constraints(runtime | workshop)
    print(f"{len(runtime)} packages in {RUNTIME_LOCK.name}, {len(only_workshop)} more in {WORKSHOP_LOCK.name}")


if __name__ == "__main__":
    main()

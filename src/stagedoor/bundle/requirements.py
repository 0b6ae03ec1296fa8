"""What may be asked of uv: names with versions, nothing else.

uv runs outside every sandbox. A line can make it read a file, fetch an address or build a source, and so run foreign
code; such lines are refused before it sees them, wherever they come from.
"""

import re
import tomllib

from stagedoor.model.errors import Invalid

_NAME = r"[A-Za-z0-9](?:[A-Za-z0-9._-]*[A-Za-z0-9])?"
_VERSION = r"(?:[<>=!~]=?=?\s*[A-Za-z0-9.*+!_-]+)"
_REQUIREMENT = re.compile(
    rf"{_NAME}\s*(?:\[[A-Za-z0-9._,\s-]*\])?\s*\(?(?:{_VERSION}(?:\s*,\s*{_VERSION})*)?\)?\s*(?:;[^/@]*)?"
)
_HASH = re.compile(r"\s+--hash=[a-z0-9]+:[a-f0-9]+")


def check(text: str, file: str) -> str:
    """The requirements in `text`, a line each. Raises Invalid with the line that is none."""
    lines = []
    for number, raw in enumerate(text.replace("\\\n", " ").splitlines(), start=1):
        line = re.sub(r"(^|\s)#.*", "", raw).strip()
        if not line:
            continue
        if not _REQUIREMENT.fullmatch(_HASH.sub("", line).strip()):
            shown = line if len(line) <= 80 else line[:80] + "..."
            raise Invalid(
                f"{file}, line {number}: {shown!r} is not a name with versions",
                hint="options, paths, addresses and repositories are not allowed: publish a wheel and name its version",
                step="dependencies",
            )
        lines.append(line)
    return "".join(f"{line}\n" for line in lines)


def of_project(text: str) -> str:
    """The dependencies that a pyproject.toml names, checked. Raises Invalid."""
    try:
        project = tomllib.loads(text).get("project", {})
    except tomllib.TOMLDecodeError as error:
        raise Invalid(f"pyproject.toml is not TOML: {error}", step="dependencies") from None
    if "dependencies" in project.get("dynamic", []):
        raise Invalid("pyproject.toml names its dependencies dynamically", hint="write them out", step="dependencies")
    named = project.get("dependencies", [])
    if not isinstance(named, list) or not all(isinstance(one, str) for one in named):
        raise Invalid("pyproject.toml: project.dependencies is no list of texts", step="dependencies")
    return check("\n".join(one.replace("\n", " ") for one in named), "pyproject.toml")

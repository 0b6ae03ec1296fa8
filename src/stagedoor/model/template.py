"""Templates of paths, as in `/films/{film}`: a parameter is one segment."""

import re

PARAMETER = re.compile(r"\{[^{}/]+\}")


def pattern(path: str) -> str:
    """The paths that a template stands for, as a regular expression."""
    return "[^/]+".join(re.escape(part) for part in PARAMETER.split(path))

"""Templates of paths, as in `/films/{film}`: a parameter stands for one segment or for a part of one.

A path is matched segment by segment, so that the time grows with the path alone, whatever a template's author wrote.
"""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from stagedoor.model.errors import Invalid

PARAMETER = re.compile(r"\{[^{}/]+\}")
MAX_ENDPOINTS, MAX_PATH_CHARACTERS, MAX_SEGMENTS = 500, 250, 30
_FORM = "as in /films/{film}/cover.jpg"
_METHOD = re.compile(r"[A-Z]{1,20}")


def pattern(path: str) -> str:
    """Returns the paths that a template of a service stands for, as a regular expression that never backtracks far.

    Of several parameters in a segment, each but the last one ends where the text behind it begins.
    """
    return "/".join(_segment_pattern(segment) for segment in path.split("/"))


def _segment_pattern(segment: str) -> str:
    # Parameters that touch are one that is longer.
    runs = re.split(r"((?:\{[^{}/]+\})+)", segment)
    written = re.escape(runs[0])
    for index in range(1, len(runs), 2):
        literal, least = runs[index + 1], runs[index].count("{")
        end = re.escape(literal[0]) if index + 2 < len(runs) else ""
        written += f"[^/{end}]" + ("+" if least == 1 else f"{{{least},}}") + re.escape(literal)
    return written


def check_endpoints(endpoints: Sequence[tuple[str, str]]) -> None:
    """Raises Invalid for what a script says of its endpoints, as (method, path), that the platform does not take."""
    if len(endpoints) > MAX_ENDPOINTS:
        raise Invalid(
            f"the script has more than {MAX_ENDPOINTS} endpoints, and {MAX_ENDPOINTS} are allowed",
            hint="join those that differ in a segment alone: /films/{film}",
        )
    for method, path in endpoints:
        if not _METHOD.fullmatch(method):
            raise Invalid(f"the endpoint {method[:30]!r} {path[:80]!r} has no HTTP method", hint="GET, POST ...")
        try:
            parse(path)
        except ValueError as error:
            raise Invalid(f"the endpoint {method} {path[:80]!r} is refused: {error}", hint=_FORM) from None


def parse(path: str) -> "Template":
    """Reads a template of an endpoint. Raises ValueError with the reason."""
    if not path.startswith("/"):
        raise ValueError("its path does not begin with /")
    if len(path) > MAX_PATH_CHARACTERS:
        raise ValueError(f"its path has more than {MAX_PATH_CHARACTERS} characters")
    if not path.isprintable():
        raise ValueError("its path has characters that cannot be shown")
    segments = path.split("/")[1:]
    if len(segments) > MAX_SEGMENTS:
        raise ValueError(f"its path has more than {MAX_SEGMENTS} segments")
    return Template(path, tuple(map(_parse_segment, segments)))


def _parse_segment(text: str) -> "Segment":
    literals = PARAMETER.split(text)
    if len(literals) > 2:
        raise ValueError(f"the segment {text!r} has {len(literals) - 1} parameters, and one is allowed")
    if any(brace in literal for literal in literals for brace in "{}"):
        raise ValueError(f"the segment {text!r} has a brace that is no {{parameter}}")
    return Segment(literals[0], literals[1] if len(literals) == 2 else None)


@dataclass(frozen=True, slots=True)
class Segment:
    """A literal; or, where `after` is not None, a parameter between two literals, which may be empty."""

    before: str
    after: str | None

    def fits(self, text: str) -> bool:
        if self.after is None:
            return text == self.before
        return (
            len(text) > len(self.before) + len(self.after)
            and text.startswith(self.before)
            and text.endswith(self.after)
        )


@dataclass(frozen=True, slots=True)
class Template:
    path: str
    segments: tuple[Segment, ...]

    @property
    def rank(self) -> tuple[int, str]:
        """Sorts the plainest first: it wins where several fit."""
        return sum(segment.after is not None for segment in self.segments), self.path


@dataclass(slots=True)
class _Node:
    """What follows a segment; `template` is the one that ends here."""

    literals: "dict[str, _Node]" = field(default_factory=dict)
    parameters: "dict[Segment, _Node]" = field(default_factory=dict)
    template: Template | None = None

    def follow(self, text: str) -> "list[_Node]":
        found = [node for segment, node in self.parameters.items() if segment.fits(text)]
        literal = self.literals.get(text)
        return found if literal is None else [literal, *found]


class Templates:
    """Templates that are tried all at once. A path costs at most one look at each of their segments."""

    def __init__(self, templates: Iterable[Template]) -> None:
        self._root = _Node()
        for template in templates:
            node = self._root
            for segment in template.segments:
                if segment.after is None:
                    node = node.literals.setdefault(segment.before, _Node())
                else:
                    node = node.parameters.setdefault(segment, _Node())
            if node.template is None or template.rank < node.template.rank:
                node.template = template

    def find(self, path: str) -> Template | None:
        """Returns the plainest one that fits; None when none does."""
        if not path.startswith("/") or path.count("/") > MAX_SEGMENTS:
            return None
        nodes = [self._root]
        for text in path.split("/")[1:]:
            nodes = [following for node in nodes for following in node.follow(text)]
            if not nodes:
                return None
        found = [node.template for node in nodes if node.template is not None]
        return min(found, key=lambda template: template.rank) if found else None

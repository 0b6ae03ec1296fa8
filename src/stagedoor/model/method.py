"""A method of a service: one thing that can be asked of it, by HTTP method and path."""

import re
from collections.abc import Iterable
from dataclasses import dataclass, field

from stagedoor.model import template

READS = ("GET", "HEAD")
REPEATABLE = (*READS, "PUT", "DELETE", "OPTIONS")


@dataclass(frozen=True, slots=True)
class Parameter:
    """`place` is path, query or header; `type` as a stub writes it."""

    name: str
    place: str
    required: bool
    type: str = "str"


@dataclass(frozen=True, slots=True)
class Method:
    """`path` is OpenAPI's template. `body` and `answer` are types as a stub writes them, empty for none.

    `answers` are the fields of the answer with their types, where it is an object: what a caller may rely on.
    """

    name: str
    verb: str
    path: str
    parameters: tuple[Parameter, ...] = ()
    body: str = ""
    body_required: bool = False
    answer: str = ""
    answers: dict[str, str] = field(default_factory=dict)
    summary: str = ""

    @property
    def reads(self) -> bool:
        return self.verb in READS

    @property
    def repeatable(self) -> bool:
        """Whether HTTP says that asking twice is asking once (RFC 9110, 9.2.2)."""
        return self.verb in REPEATABLE


def find(methods: Iterable[Method], verb: str, path: str) -> Method | None:
    """Returns the method that a call is a call of: by its exact path, else by the template that says the most."""
    ordered = sorted(methods, key=weight)
    for method in ordered:
        if method.verb == verb and method.path == path and "{" not in method.path:
            return method
    for method in ordered:
        if method.verb == verb and "{" in method.path and re.fullmatch(template.pattern(method.path), path):
            return method
    return None


def weight(method: Method) -> tuple[int, str]:
    """Orders methods: those whose path says more come first."""
    return -len(template.PARAMETER.sub("", method.path)), method.path


def breaks(known: Method, now: Method | None) -> list[str]:
    """Why a caller written for `known` does not fit the method as it is `now`; empty when it does."""
    if now is None:
        return ["the service no longer has it"]
    found = []
    former, present = {one.name: one for one in known.parameters}, {one.name: one for one in now.parameters}
    for name, one in former.items():
        if name not in present:
            found.append(f"its parameter {name} is gone")
        elif present[name].type != one.type:
            found.append(f"its parameter {name} was {one.type} and is {present[name].type}")
        elif present[name].required and not one.required:
            found.append(f"its parameter {name} is required now")
    new = [name for name, one in present.items() if name not in former and one.required]
    found += [f"its parameter {name} is new and required" for name in new]
    if now.body_required and not known.body_required:
        found.append("it needs a body now")
    for name, kind in known.answers.items():
        if name not in now.answers:
            found.append(f"its answer has no {name} any more")
        elif now.answers[name] != kind:
            found.append(f"{name} in its answer was {kind} and is {now.answers[name]}")
    return found

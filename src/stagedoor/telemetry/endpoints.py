"""Which endpoint a path belongs to: by what the version says of itself, else by what looks like an identifier.

Every endpoint costs memory in every minute, and devices may ask for any path: above a bound they are folded into one.
"""

import re
from collections import Counter, OrderedDict
from collections.abc import Iterable, Mapping, Sequence

from stagedoor.model.template import pattern

_MOST_PATHS, _MOST_ENDPOINTS = 50_000, 500
FOLDED = "other"


class _Templates:
    """Of one version and method, looked for all at once: the plainest that fits is it."""

    def __init__(self, paths: Iterable[str]) -> None:
        self._paths = sorted(paths, key=lambda path: (path.count("{"), path))
        self._pattern = re.compile("|".join(f"({pattern(path)})" for path in self._paths))

    def find(self, *ways: str) -> str | None:
        """The one that fits any of the ways in which a path is written."""
        found = [one.lastindex for one in map(self._pattern.fullmatch, ways) if one is not None and one.lastindex]
        return self._paths[min(found) - 1] if found else None


class Endpoints:
    """`folded` counts how often the bound acted, by application."""

    def __init__(self) -> None:
        self._known: dict[tuple[tuple[str, str], str], _Templates] = {}
        self._paths: OrderedDict[tuple[tuple[str, str], str, str], str] = OrderedDict()
        self._seen: dict[str, set[str]] = {}
        self.folded: Counter[str] = Counter()

    def learn(self, known: Mapping[str, Sequence[tuple[str, str]]]) -> None:
        """By `application@version`: (method, path) of each endpoint, with parameters as in /film/{id}."""
        found: dict[tuple[tuple[str, str], str], _Templates] = {}
        for label, listed in known.items():
            application, _, version = label.partition("@")
            for verb in {verb for verb, _ in listed}:
                found[(application, version), verb] = _Templates([path for one, path in listed if one == verb])
        self._known = found  # At once: watchers read it in another thread.
        self._paths.clear()

    def of(self, label: tuple[str, str], method: str, path: str) -> str:
        key = (label, method, path)
        found = self._paths.get(key)
        if found is None:
            found = self._paths[key] = self._work_out(label, method, path)
            if len(self._paths) > _MOST_PATHS:
                self._paths.popitem(last=False)
        return found

    def _work_out(self, label: tuple[str, str], method: str, path: str) -> str:
        known = self._known.get((label, method))
        template = known.find(_inner(path, label[0]), path) if known else None
        if template is not None:
            return f"{method} {template}"
        guessed = f"{method} {shape(path)}"
        seen = self._seen.setdefault(label[0], set()) if label[0] in self._seen or len(self._seen) < 1000 else set()
        if guessed not in seen and len(seen) >= _MOST_ENDPOINTS:
            self.folded[label[0]] += 1
            return FOLDED
        seen.add(guessed)
        return guessed


def _inner(path: str, application: str) -> str:
    """A script's own path: the edge gives it requests under its address, /tv-home/home."""
    head = f"/{application}/"
    return path[len(head) - 1 :] if path.startswith(head) else path


def shape(path: str) -> str:
    """A path without what looks like an identifier, so that one endpoint is one."""
    parts = path.partition("?")[0].split("/")[:12]
    return "/".join("{}" if _is_identifier(part) else part for part in parts)[:200]


def _is_identifier(part: str) -> bool:
    if not part:
        return False
    if len(part) < 8 or len(part) > 32 or part.isdigit():
        return len(part) > 32 or part.isdigit()
    return "." not in part and sum(map(str.isdigit, part)) * 3 >= len(part)

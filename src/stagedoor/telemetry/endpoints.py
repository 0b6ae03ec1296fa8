"""Which endpoint a path belongs to: by what the version says of itself, else by what looks like an identifier.

Every endpoint costs memory in every minute, and devices may ask for any path: above a bound they are folded into one.
"""

import logging
from collections import Counter, OrderedDict
from collections.abc import Iterable, Mapping, Sequence

from stagedoor.model import template
from stagedoor.model.template import MAX_ENDPOINTS, Template, Templates

log = logging.getLogger("stagedoor.telemetry")

_MOST_PATHS, _MOST_ENDPOINTS, MAX_APPLICATIONS = 50_000, 500, 1000
MAX_REMEMBERED_CHARACTERS = 400  # Of a path: a longer one is looked up again each time.
FOLDED = "other"
# Where a version declares endpoints that cannot be read, and a path fits none of the others.
UNKNOWN = "unknown endpoint"


class _Declared:
    """The endpoints of one version and method; `refused`: how many of them cannot be read."""

    def __init__(self, paths: Iterable[str]) -> None:
        templates: list[Template] = []
        self.refused = 0
        for path in paths:
            try:
                templates.append(template.parse(path))
            except ValueError:
                self.refused += 1
        self._templates = Templates(templates)

    def find(self, *ways: str) -> str | None:
        """The plainest one that fits any of the ways in which a path is written."""
        found = [one for one in map(self._templates.find, ways) if one is not None]
        if found:
            return min(found, key=lambda one: one.rank).path
        return UNKNOWN if self.refused else None


class Endpoints:
    """`folded`: how often the bound acted, by application; `refused`: endpoints that cannot be read, by version."""

    def __init__(self) -> None:
        self._known: dict[tuple[tuple[str, str], str], _Declared] = {}
        self._paths: OrderedDict[tuple[tuple[str, str], str, str], str] = OrderedDict()
        self._seen: dict[str, set[str]] = {}
        self.folded: Counter[str] = Counter()
        self.refused: dict[str, int] = {}

    def learn(self, known: Mapping[str, Sequence[tuple[str, str]]]) -> None:
        """By `application@version`: (method, path) of each endpoint, with parameters as in /film/{id}.

        What cannot be read costs its own version alone: it is counted under one name.
        """
        found: dict[tuple[tuple[str, str], str], _Declared] = {}
        refused: Counter[str] = Counter()
        for label, listed in known.items():
            application, _, version = label.partition("@")
            endpoints = [(str(verb), str(path)) for verb, path in listed[:MAX_ENDPOINTS]]
            refused[label] += max(0, len(listed) - MAX_ENDPOINTS)
            for verb in {verb for verb, _ in endpoints}:
                declared = _Declared([path for one, path in endpoints if one == verb])
                found[(application, version), verb] = declared
                refused[label] += declared.refused
        now = {label: count for label, count in refused.items() if count}
        for label in now.keys() - self.refused.keys():
            log.warning("%s declares %d endpoints that cannot be read; they are %r", label, now[label], UNKNOWN)
        self.refused = now
        self._known = found  # At once: watchers read it in another thread.
        self._paths.clear()

    def of(self, label: tuple[str, str], method: str, path: str) -> str:
        if len(path) > MAX_REMEMBERED_CHARACTERS:
            return self._work_out(label, method, path)
        key = (label, method, path)
        found = self._paths.get(key)
        if found is None:
            found = self._paths[key] = self._work_out(label, method, path)
            if len(self._paths) > _MOST_PATHS:
                self._paths.popitem(last=False)
        return found

    def _work_out(self, label: tuple[str, str], method: str, path: str) -> str:
        declared = self._known.get((label, method))
        known = declared.find(_inner(path, label[0]), path) if declared else None
        if known is not None:
            return f"{method} {known}"
        guessed = f"{method} {shape(path)}"
        seen = self._seen.get(label[0])
        if seen is None:
            if len(self._seen) >= MAX_APPLICATIONS:
                self.folded[FOLDED] += 1
                return FOLDED
            seen = self._seen[label[0]] = set()
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
    parts = path[:2000].partition("?")[0].split("/")[:12]
    return "/".join("{}" if _is_identifier(part) else part for part in parts)[:200]


def _is_identifier(part: str) -> bool:
    if not part:
        return False
    if len(part) < 8 or len(part) > 32 or part.isdigit():
        return len(part) > 32 or part.isdigit()
    return "." not in part and sum(map(str.isdigit, part)) * 3 >= len(part)

"""How long the imports of a script take, and which: measured once, when a version is tried.

A finder in front of all others puts a clock around the code of each module; what a module's own imports take is counted
for them alone. Modules found before this began cost nothing and are not told.
"""

import sys
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from importlib.machinery import ModuleSpec
from types import ModuleType
from typing import Any

_PAGE = 4096
_MOST = 10
_OWN = ("/app", "<")


class Measured:
    """Seconds and bytes of each package on its own; `modules` in the order in which they were found."""

    def __init__(self) -> None:
        self.packages: dict[str, list[float]] = {}
        self.modules: list[str] = []
        self._inner: list[list[float]] = []

    def enter(self) -> tuple[float, float]:
        self._inner.append([0.0, 0.0])
        return time.perf_counter(), _resident()

    def leave(self, name: str, began: tuple[float, float]) -> None:
        spent = [time.perf_counter() - began[0], _resident() - began[1]]
        inner = self._inner.pop()
        for number in range(2):
            if self._inner:
                self._inner[-1][number] += spent[number]
        package = self.packages.setdefault(name.partition(".")[0], [0.0, 0.0])
        for number in range(2):
            package[number] += spent[number] - inner[number]

    def report(self) -> dict[str, Any]:
        """The dearest packages first, and what a container may import ahead of the script's own code."""
        dearest = sorted(self.packages.items(), key=lambda pair: -pair[1][0])[:_MOST]
        listed = [{"package": name, "seconds": spent[0], "bytes": max(0, int(spent[1]))} for name, spent in dearest]
        return {"imports": listed, "modules": self.modules} if listed else {}


class _Finder:
    def __init__(self, measured: Measured) -> None:
        self._measured = measured

    def find_spec(
        self, name: str, path: Sequence[str] | None = None, target: ModuleType | None = None
    ) -> ModuleSpec | None:
        for finder in sys.meta_path:
            find = None if finder is self else getattr(finder, "find_spec", None)
            spec: ModuleSpec | None = find(name, path, target) if find else None
            if spec is not None:
                self._watch(name, spec)
                return spec
        return None

    def _watch(self, name: str, spec: ModuleSpec) -> None:
        run = getattr(spec.loader, "exec_module", None)
        if run is None or isinstance(spec.loader, type):
            return  # What is built in has a class for a loader, and is quick.

        def exec_module(module: ModuleType) -> None:
            if not (spec.origin or "<").startswith(_OWN):
                self._measured.modules.append(name)
            began = self._measured.enter()
            try:
                run(module)
            finally:
                self._measured.leave(name, began)

        with suppress(AttributeError):
            spec.loader.exec_module = exec_module  # type: ignore[method-assign, union-attr]


@contextmanager
def measured() -> Iterator[Measured]:
    """What is imported in the block."""
    found = Measured()
    finder = _Finder(found)
    sys.meta_path.insert(0, finder)
    try:
        yield found
    finally:
        sys.meta_path.remove(finder)


def _resident() -> float:
    try:
        with open("/proc/self/statm") as stream:
            return float(stream.read().split()[1]) * _PAGE
    except (OSError, IndexError, ValueError):
        return 0.0

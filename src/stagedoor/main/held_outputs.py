"""The output of instances, held by the supervisor: both ends of each pipe, whoever reads it, and whoever dies.

It never reads one. What an instance wrote waits here for the program `logs`, also while that or node is away, and
over an upgrade.
"""

import json
import os
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Any

from stagedoor.oci.output import pipes

MAX_ENDED = 300  # Pipes of ended instances that nobody has read to their end; the oldest go first.


@dataclass(slots=True)
class HeldOutput:
    """`about` is what node says of the instance, and empty until the container is one."""

    pipe: int
    about: dict[str, Any] = field(default_factory=dict)


@dataclass(slots=True)
class HeldOutputs:
    """By instance."""

    _held: dict[str, HeldOutput] = field(default_factory=dict)

    @classmethod
    def inherit(cls, inherited: Mapping[str, Mapping[str, Any]]) -> "HeldOutputs":
        """What an earlier supervisor held, as `legacy` gives it."""
        return cls({name: HeldOutput(output["pipe"], dict(output["about"])) for name, output in inherited.items()})

    def legacy(self) -> dict[str, dict[str, Any]]:
        return {name: {"pipe": output.pipe, "about": output.about} for name, output in self._held.items()}

    def answer(self, question: Mapping[str, Any]) -> tuple[bytes, int | None]:
        """Does what is asked for. Returns JSON, and the descriptor that is passed along. Raises KeyError, OSError."""
        match question["do"]:
            case "make":
                return b"ok", self._make(question["instance"])
            case "take":
                return b"ok", self._held[question["instance"]].pipe
            case "describe":
                self._describe(question["instance"], question["about"])
            case "forget":
                self._forget(question["instance"])
            case "keep":
                self._keep(set(question["instances"]))
            case "list":
                return json.dumps({name: output.about for name, output in self._held.items()}).encode(), None
        return b"{}", None

    def _make(self, instance: str) -> int:
        self._forget(instance)
        self._held[instance] = HeldOutput(pipes.make())
        return self._held[instance].pipe

    def _describe(self, instance: str, about: Mapping[str, Any]) -> None:
        output = self._held.pop(instance, None)
        if output is None:
            return  # It began before there were pipes, or all of it was read.
        # What has ended stays so, in whatever order it is told.
        output.about = {**about, "ended": bool(about.get("ended") or output.about.get("ended"))}
        self._held[instance] = output  # The newest is the last.
        ended = [name for name, held in self._held.items() if held.about.get("ended")]
        for name in ended[: max(0, len(ended) - MAX_ENDED)]:
            self._forget(name)

    def _keep(self, instances: set[str]) -> None:
        """Another node begins: containers that were nobody's are gone, and of instances these alone live."""
        for name, output in list(self._held.items()):
            if name in instances:
                continue
            if output.about:
                output.about["ended"] = True
            else:
                self._forget(name)

    def _forget(self, instance: str) -> None:
        output = self._held.pop(instance, None)
        if output is not None:
            with suppress(OSError):
                os.close(output.pipe)

    def close(self) -> None:
        for name in list(self._held):
            self._forget(name)

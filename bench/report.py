"""What a bench says: for people on the way, as one JSON object on the last line."""

import json
import statistics
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any


@dataclass
class Report:
    """`limits` are sentences: what held a figure back, or makes it uncertain."""

    name: str
    figures: dict[str, Any] = field(default_factory=dict)
    ratios: dict[str, Any] = field(default_factory=dict)
    limits: list[str] = field(default_factory=list)

    def line(self) -> str:
        return json.dumps({"name": self.name, "figures": self.figures, "ratios": self.ratios, "limits": self.limits})


def median(values: Sequence[float]) -> float:
    return statistics.median(values)


def percentile(values: Sequence[float], share: float) -> float:
    """By nearest rank; a p99 needs 100 samples."""
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, max(0, round(share * len(ordered) + 0.5) - 1))]

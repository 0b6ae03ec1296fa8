"""How many records were lost on the way here: what the edge says it was asked, less what came.

A ring that is overwritten tells nobody. So the edge's own count of requests, by worker, is compared with the records
that came of that worker; requests under way have none yet. Over restarts of either side nothing is forgotten, because
every worker is counted from when it was first seen.
"""

import json
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from stagedoor import files


@dataclass(slots=True)
class Counted:
    """`dropped`: of all workers together. A figure rises only once two looks agree, since both sides move.

    `announced`: what the rings of edge and egress said themselves that they dropped. The edge's part of it is in
    `dropped` as well, so the larger of both is what was lost.
    """

    journal: Path
    dropped: int = 0
    announced: int = 0
    records: int = 0
    _began: dict[int, tuple[int, int]] = field(default_factory=dict)
    _missing: dict[int, int] = field(default_factory=dict)
    _agreed: dict[int, int] = field(default_factory=dict)

    @property
    def lost(self) -> int:
        """Records that never came."""
        return max(self.dropped, self.announced)

    def recall(self) -> Counter[int]:
        """Records that earlier programs took in, by worker."""
        try:
            told = json.loads(self.journal.read_text())
            self._began = {int(name): (one[0], one[1]) for name, one in told["began"].items()}
            self._agreed = {int(name): count for name, count in told["dropped"].items()}
            self.announced += int(told.get("announced", 0))
            return Counter({int(name): count for name, count in told["lines"].items()})
        except (OSError, ValueError, KeyError, TypeError):
            return Counter()

    def save(self, lines: Mapping[int, int]) -> None:
        counts = {"lines": dict(lines), "began": self._began, "dropped": self._agreed, "announced": self.announced}
        files.replace_file(self.journal, json.dumps(counts))

    def compare(self, asked: Mapping[str, int], under_way: int, lines: Mapping[int, int]) -> bool:
        """Whether a worker is new. `asked`: requests that each worker counted; `lines`: records of it that came."""
        self.records = sum(lines.values())
        known = len(self._began)
        for worker, count in ((int(name), count) for name, count in asked.items()):
            came = lines.get(worker, 0)
            # A worker that began before this program has a past that was counted by another.
            first = self._began.setdefault(worker, (0, 0) if came >= count - under_way else (count, came))
            missing = max(0, (count - first[0]) - (came - first[1]) - under_way)
            self._agreed[worker] = max(self._agreed.get(worker, 0), min(missing, self._missing.get(worker, 0)))
            self._missing[worker] = missing
        self.dropped = sum(self._agreed.values())
        return len(self._began) != known

"""What is judged: every request of both arms, and what their instances used meanwhile."""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]
Codes = npt.NDArray[np.int32]
Bools = npt.NDArray[np.bool_]


@dataclass(slots=True)
class Arm:
    """One-dimensional arrays of one length, a row for each request.

    `at`: its end, in seconds since the epoch. `unit`: who asked, as a hash of member or device; a number of its own
    when neither is known. `endpoint`: index into `Sample.endpoints`. `failed`: no answer, or a status of 500 and above.
    `took`: microseconds as the edge measured them, timeouts included. `size`: bytes of the answer. `calls`: of
    services. `cold`: one of the first requests of an instance.
    """

    at: Floats
    unit: Ints
    endpoint: Codes
    failed: Bools
    degraded: Bools
    took: Ints
    size: Ints
    calls: Codes
    cold: Bools

    @classmethod
    def empty(cls) -> "Arm":
        none = np.zeros(0)
        return cls(
            at=none, unit=none.astype(np.int64), endpoint=none.astype(np.int32), failed=none.astype(np.bool_),
            degraded=none.astype(np.bool_), took=none.astype(np.int64), size=none.astype(np.int64),
            calls=none.astype(np.int32), cold=none.astype(np.bool_),
        )  # fmt: skip

    def __len__(self) -> int:
        return len(self.at)


@dataclass(slots=True)
class Blocks:
    """Both arms side by side over equal stretches of time, about 10 s each; a row for each stretch.

    `at` has shape (n,), the others (n, 2): column 0 is the baseline, 1 the canary. `cpu`: microseconds used in the
    stretch; `requests`: that ended in it; `memory`: bytes at its end, mean over the arm's instances.
    """

    at: Floats
    cpu: Floats
    requests: Floats
    memory: Floats

    @classmethod
    def empty(cls) -> "Blocks":
        return cls(np.zeros(0), np.zeros((0, 2)), np.zeros((0, 2)), np.zeros((0, 2)))

    def __len__(self) -> int:
        return len(self.at)


@dataclass(slots=True)
class Sample:
    """`endpoints` names what the numbers in the arms stand for."""

    baseline: Arm
    canary: Arm
    endpoints: tuple[str, ...]
    blocks: Blocks

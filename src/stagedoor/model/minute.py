"""What an endpoint did in a minute: what charts, alerts and comparisons are made of. Minutes add up."""

from dataclasses import dataclass, field


@dataclass(slots=True)
class Minute:
    """`at`: the minute's begin, in seconds since the epoch. `endpoint`: method and path, as in `GET /film/{id}`.

    `errors`: answers of 500 and above, and those that never came. `cold`: first answers of instances.
    `calls`: to services. `latencies`: buckets of `model.sketch`, of microseconds. All requests are in it, kept or not.
    """

    at: int
    application: str
    version: str
    stack: str
    endpoint: str
    requests: int = 0
    errors: int = 0
    degraded: int = 0
    refused: int = 0
    cold: int = 0
    calls: int = 0
    bytes_in: int = 0
    bytes_out: int = 0
    latencies: dict[int, int] = field(default_factory=dict)

    def add(self, other: "Minute") -> None:
        for name in ADDED:
            setattr(self, name, getattr(self, name) + getattr(other, name))
        for bucket, count in other.latencies.items():
            self.latencies[bucket] = self.latencies.get(bucket, 0) + count


ADDED = ("requests", "errors", "degraded", "refused", "cold", "calls", "bytes_in", "bytes_out")

"""What the API tells of telemetry. Times are seconds since the epoch, durations microseconds."""

from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True, slots=True)
class WindowRow:
    """`by`: values of the fields that it was grouped by; `figures` in the order asked for."""

    by: list[Any]
    figures: list[float]


@dataclass(frozen=True, slots=True)
class Window:
    """`every` in seconds. `folded`: records of groups beyond the two hundred that are told."""

    at: float
    every: float
    rows: list[WindowRow]
    folded: int = 0


@dataclass(frozen=True, slots=True)
class History:
    """Of a query without figures the records, the newest first; of one with figures the windows.

    A record has `kept`, the reason for which it is there, and `weight`, how many requests it stands for.
    """

    records: list[dict[str, Any]] = field(default_factory=list)
    windows: list[Window] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class SpanView:
    """`own`: microseconds without a child under way; `critical`: those that the answer waited for.

    `kind`: edge, script, call or other (told by another process). `node`: where it happened.
    """

    id: str
    parent: str
    kind: str
    node: str
    name: str
    at: float
    duration: int
    status: str
    own: int
    critical: int
    attempt: int
    notes: list[str]
    attributes: dict[str, Any]


@dataclass(frozen=True, slots=True)
class TraceEdge:
    """Calls of one node to another; `took` of all together."""

    source: str
    target: str
    calls: int
    retries: int
    errors: int
    took: int
    slowest: int


@dataclass(frozen=True, slots=True)
class TraceView:
    """`record` is null for a request that goes on, or that is not kept though its spans are."""

    id: str
    record: dict[str, Any] | None
    spans: list[SpanView]
    edges: list[TraceEdge]
    logs: list[dict[str, Any]]


@dataclass(frozen=True, slots=True)
class DifferenceView:
    """Calls a request, and microseconds a call, left and right. `verdict`: added, gone, slower, faster or same."""

    source: str
    target: str
    name: str
    verdict: str
    left_calls: float
    right_calls: float
    left_us: float
    right_us: float


@dataclass(frozen=True, slots=True)
class Comparison:
    """`requests`: how many stand behind each side."""

    requests: list[float]
    differences: list[DifferenceView]


@dataclass(frozen=True, slots=True)
class LogsView:
    """`lines`, the newest first: at, application, instance, level, message, request, fields (JSON).

    `histogram`: (begin, lines, of them warnings and errors).
    """

    lines: list[dict[str, Any]]
    histogram: list[tuple[float, int, int]]


@dataclass(frozen=True, slots=True)
class SeriesView:
    """Points are (time, value); in a stretch without a point nothing happened. `unit`: s, 1/s, share, bytes ..."""

    name: str
    title: str
    unit: str
    points: list[tuple[float, float]]


@dataclass(frozen=True, slots=True)
class Mark:
    """A release, at its time."""

    at: float
    text: str
    version: str
    stack: str


@dataclass(frozen=True, slots=True)
class ChartView:
    """`step` in seconds."""

    step: int
    series: list[SeriesView]
    marks: list[Mark]


@dataclass(frozen=True, slots=True)
class UsedBy:
    """`by`: values of the fields asked for. Devices and members are estimates; requests are added-up weights."""

    by: list[str]
    requests: float
    errors: float
    devices: int
    members: int
    last: float


@dataclass(frozen=True, slots=True)
class Answer:
    """Of a query in SQL. `truncated`: there would have been more rows. `took` in seconds."""

    columns: list[str]
    rows: list[list[Any]]
    truncated: bool
    took: float


@dataclass(frozen=True, slots=True)
class Table:
    """A table that a query may ask: (column, type, meaning)."""

    name: str
    columns: list[tuple[str, str, str]]


@dataclass(frozen=True, slots=True)
class Health:
    """What telemetry lost, and why, since it was set up: nothing is dropped unsaid."""

    lost: int
    edge_dropped: int
    records: int
    log_lines_limited: int
    spans_refused: int
    recordings: int
    recordings_lost: int
    recordings_refused: int
    recordings_bytes: int
    files_dropped: int
    store_bytes: int
    export_dropped: int
    failed: str
    folded: dict[str, int]
    set_aside: dict[str, int]
    unreadable: dict[str, int]
    endpoints_refused: dict[str, int]
    rings_refused: dict[str, str]
    forged_lines: dict[str, str]
    stale_calls: dict[str, int]
    watchers_ended: int
    store_reopened: int

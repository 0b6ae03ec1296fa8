"""Minutes out of the store, added up as whoever asks wants them."""

from typing import Any

from stagedoor.model.minute import ADDED, Minute
from stagedoor.telemetry.warehouse import Warehouse

_MOST = 200_000
_KEYS = ("application", "version", "stack", "endpoint")


def read(warehouse: Warehouse, since: float, until: float, **only: str) -> list[Minute]:
    """Minutes that begin within the time (seconds), of the applications, versions ... named in `only`."""
    wanted = {key: value for key, value in only.items() if value and key in _KEYS}
    where = "".join(f" AND {key} = ?" for key in wanted)
    sums = ", ".join(f"sum({name})::BIGINT AS {name}" for name in ADDED)
    rows = warehouse.ask(
        f"SELECT epoch(time)::BIGINT AS moment, {', '.join(_KEYS)}, {sums}, list(latencies) AS latencies "
        f"FROM {{source}} WHERE time >= make_timestamp(?) AND time < make_timestamp(?){where} "
        f"GROUP BY ALL ORDER BY moment LIMIT {_MOST}",
        [int(since * 1e6), int(until * 1e6), *wanted.values()], "minutes", since, until,
    )  # fmt: skip
    return [_minute(row) for row in rows]


def _minute(row: dict[str, Any]) -> Minute:
    latencies: dict[int, int] = {}
    for part in row.pop("latencies"):
        for bucket, count in part.items():
            latencies[bucket] = latencies.get(bucket, 0) + count
    return Minute(at=row.pop("moment"), **row, latencies=latencies)

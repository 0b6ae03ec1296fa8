"""A store as telemetry leaves it behind: by its own `write` and `merge`, out of records that SQL makes up.

A day of records that ends at `NOW`, an afternoon: yesterday's part has become one file, the hours of today one each,
and the present hour is in files of a minute. Twenty applications, of which the largest has 23 of 100 requests; twelve
endpoints each, two versions, identifiers in paths, a hundred thousand devices, every tenth request with a call and a
log line. Minutes are written as telemetry adds them up: for each raw file, which is each second.
"""

from datetime import UTC, datetime
from itertools import pairwise

from stagedoor.model.sketch import GROWTH
from stagedoor.model.tables import TABLES
from stagedoor.telemetry.files import File
from stagedoor.telemetry.warehouse import Warehouse

NOW = int(datetime(2026, 1, 15, 14, 37, tzinfo=UTC).timestamp())
DAY = 86_400
LARGEST = "app-01"
_HOUR, _MINUTE = 3600, 60

# What is random of a record follows from its number: asked twice, it is the same.
_REQUESTS = """
WITH numbers AS (
    SELECT i, hash(i) AS h, hash(i + 1000000007) AS g, hash(i + 2000000011) AS d FROM range({first}, {last}) t(i)
),
chosen AS (
    SELECT *, make_timestamp({begin}::BIGINT * 1000000 + ((i + h % 1000 / 1000) * {pause})::BIGINT) AS time,
        printf('app-%02d', floor(exp((h % 1000003) / 1000003 * ln(21)))::INTEGER) AS application,
        floor(exp((g % 1000003) / 1000003 * ln(13)))::INTEGER AS place,
        CASE WHEN g % 10 < 8 THEN '1.4.2' ELSE '1.5.0' END AS version,
        exp(10 + 1.2 * sqrt(-2 * ln((d % 999983 + 1) / 999984)) * cos(6.2831853 * (h % 999979) / 999979))::BIGINT + 300
            AS duration,
        CASE WHEN d % 400 = 0 THEN 503 WHEN d % 50 = 1 THEN 404 ELSE 200 END AS status, g % 100000 AS who
    FROM numbers
)
SELECT time, md5(i::VARCHAR)::UUID::VARCHAR AS id, application, version, application || '/v1' AS line,
    (10 + (g % 10 >= 8)::INTEGER)::INTEGER AS release, 'prod' AS stack, 'local' AS region, '' AS cohort,
    application || '-' || md5(application || (h % 8)::VARCHAR)[:8] AS instance, 'door-' || (h % 8)::VARCHAR AS door,
    CASE WHEN who % 3 = 0 THEN 'tv-' ELSE 'phone-' END || who AS device,
    CASE WHEN who % 3 = 0 THEN 'tv' ELSE 'phone' END AS device_type,
    'm' || (who // 2)::VARCHAR AS member, 'GET' AS method,
    '/' || application || '/part-' || place || '/' || (d % 50000)::VARCHAR AS path,
    'GET /part-' || place || '/{{id}}' AS endpoint, status::SMALLINT AS status, duration,
    CASE WHEN h % 20 = 0 THEN (g % 5 * 1000)::BIGINT ELSE 0 END AS queue,
    (duration // 1000 * 1000)::BIGINT AS answer, '--' AS ended, 0::SMALLINT AS retries,
    CASE WHEN d % 300 = 7 THEN 'rows' ELSE '' END AS degraded, (300 + who % 200)::BIGINT AS bytes_in,
    (2000 + d % 30000)::BIGINT AS bytes_out, (i % 10 = 0)::INTEGER AS calls,
    CASE WHEN status >= 500 THEN 'error' WHEN d % 300 = 7 THEN 'degraded' WHEN d % 100 = 9 THEN 'slow'
        ELSE 'share' END AS kept,
    CASE WHEN status >= 500 THEN 1.0 ELSE 1 + (h % 40) / 20 END::DOUBLE AS weight
FROM chosen
"""
_CALLS = """
SELECT time, id, left(replace(id, '-', ''), 16) AS span, application, version, instance, stack, 'films' AS service,
    'rows' AS name, 'GET' AS method, '/rows' AS path, '?member=' || member AS query, 200::SMALLINT AS status,
    (duration // 2)::BIGINT AS duration, '' AS refused, '' AS fault, 0::SMALLINT AS attempt, 'films-0' AS server,
    '--' AS how, 500::BIGINT AS bytes_in, (bytes_out // 2)::BIGINT AS bytes_out
FROM made WHERE calls > 0
"""
_LOGS = """
SELECT time, application, instance, 'info' AS level, 'rows chosen' AS message, id AS request,
    '{"member":"' || member || '","rows":5}' AS fields
FROM made WHERE calls > 0
"""
_MINUTES = f"""
WITH parts AS (
    SELECT date_trunc('minute', time) AS time, floor(epoch(time)) AS second, application, version, stack, endpoint,
        floor(ln(greatest(1, duration)) / {GROWTH!r})::SMALLINT AS bucket, count(*) AS requests,
        count_if(status >= 500) AS errors, count_if(degraded <> '') AS degraded, sum(calls)::BIGINT AS calls,
        sum(bytes_in)::BIGINT AS bytes_in, sum(bytes_out)::BIGINT AS bytes_out
    FROM made GROUP BY ALL
)
SELECT time, application, version, stack, endpoint, sum(requests)::BIGINT, sum(errors)::BIGINT,
    sum(degraded)::BIGINT, 0, 0, sum(calls)::BIGINT, sum(bytes_in)::BIGINT, sum(bytes_out)::BIGINT,
    map_from_entries(list((bucket, requests)))
FROM parts GROUP BY time, second, application, version, stack, endpoint
"""
_CALL_MINUTES = f"""
WITH parts AS (
    SELECT date_trunc('minute', time) AS time, floor(epoch(time)) AS second, application, version, stack,
        floor(ln(greatest(1, duration // 2)) / {GROWTH!r})::SMALLINT AS bucket, count(*) AS calls,
        sum(bytes_out // 2)::BIGINT AS bytes_out
    FROM made WHERE calls > 0 GROUP BY ALL
)
SELECT time, application, version, stack, 'films', 'rows', sum(calls)::BIGINT, 0, 0, 0, sum(calls)::BIGINT * 500,
    sum(bytes_out)::BIGINT, map_from_entries(list((bucket, calls)))
FROM parts GROUP BY time, second, application, version, stack
"""
_USAGE = """
SELECT make_timestamp(({begin} + 15 * t) * 1000000::BIGINT), printf('app-%02d', a), '1.4.2', 'prod', 4, 0.5, 9000000,
    400000000, 0, 0
FROM range({looks}) one(t), range(1, 21) other(a)
"""


def fill(warehouse: Warehouse, records: int) -> None:
    """Writes a day that ends at NOW, and merges what telemetry would have merged by then."""
    pause = DAY * 1_000_000 / records
    begin = NOW - DAY
    for first, last in spans(begin, NOW):
        numbers = [round((at - begin) * records / DAY) for at in (first, last)]
        _add(warehouse, begin, pause, *numbers)
        looks = {"begin": first, "looks": (last - first) // 15}
        warehouse._db.execute(f"INSERT INTO new_usage {_USAGE.format(**looks)}")
        warehouse.write()
    while warehouse.merge(NOW):
        pass


def spans(begin: int, end: int) -> list[tuple[int, int]]:
    """Hours until the present one, then its minutes: what `merge` leaves, but for what it makes of days."""
    marks = [begin, *range(begin - begin % _HOUR + _HOUR, end - end % _HOUR + 1, _HOUR)]
    marks += range(marks[-1] + _MINUTE, end + 1, _MINUTE)
    return list(pairwise(marks))


def _add(warehouse: Warehouse, begin: int, pause: float, first: int, last: int) -> None:
    db = warehouse._db
    made = _REQUESTS.format(begin=begin, pause=pause, first=first, last=last)
    db.execute(f"INSERT INTO new_requests BY NAME {made}")
    db.execute("CREATE OR REPLACE TEMP VIEW made AS FROM new_requests")
    others = {"calls": _CALLS, "logs": _LOGS, "minutes": _MINUTES, "call_minutes": _CALL_MINUTES}
    for table, text in others.items():
        by_name = "BY NAME " if table in ("calls", "logs") else ""
        db.execute(f"INSERT INTO new_{table} {by_name}{text}")


def sizes(warehouse: Warehouse) -> dict[str, int]:
    """Bytes of each table with its indices."""
    return {table: sum(_size(one) for one in warehouse.files.of(table)) for table in TABLES}


def _size(one: File) -> int:
    return sum(part.stat().st_size for part in (one.path, one.index) if part.exists())

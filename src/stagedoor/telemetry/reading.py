"""From the edge's lines to rows, as SQL: one pass of DuckDB's own reader, at some microseconds a line."""

from stagedoor.model.sketch import GROWTH

_RAW = {
    "kind": "VARCHAR", "id": "VARCHAR", "end": "BIGINT", "began": "VARCHAR", "us": "BIGINT", "stack": "VARCHAR",
    "target": "VARCHAR", "holder": "VARCHAR", "instance": "VARCHAR", "door": "VARCHAR", "ended": "VARCHAR",
    "degraded": "VARCHAR", "device": "VARCHAR", "member": "VARCHAR", "method": "VARCHAR", "path": "VARCHAR",
    "query": "VARCHAR", "trace": "VARCHAR", "status": "INTEGER", "total_ms": "BIGINT", "answer_ms": "BIGINT",
    "queue_ms": "BIGINT", "retries": "VARCHAR", "service": "VARCHAR", "name": "VARCHAR", "refused": "VARCHAR",
    "fault": "VARCHAR", "attempt": "VARCHAR", "server": "VARCHAR", "how": "VARCHAR", "in": "BIGINT", "out": "BIGINT",
    "worker": "INTEGER", "seq": "BIGINT",
}  # fmt: skip
_COLUMNS = "{" + ", ".join(f"'{name}': '{kind}'" for name, kind in _RAW.items()) + "}"
BUCKET = f"floor(ln(greatest(1, duration)) / {GROWTH!r})::SMALLINT"


def raw(file: str) -> str:
    """Lines that are no record leave a row of nothing but NULL, and are counted by that."""
    return (
        f"SELECT * FROM read_json('{file}', format = 'newline_delimited', columns = {_COLUMNS}, "
        "ignore_errors = true, maximum_object_size = 1048576)"
    )


def _plain(column: str) -> str:
    return f"CASE WHEN {column} IS NULL OR {column} = '-' THEN '' ELSE {column} END"


_LABEL = "split_part(split_part(target, '|', 2), '@', {})"
_VERSION = _LABEL.format(2)
REQUESTS = f"""
WITH told AS (
    SELECT *, coalesce("end" - TRY_CAST(began AS BIGINT), greatest(total_ms, 0) * 1000, 0) AS took,
        {_LABEL.format(1)} AS application, {_VERSION} AS version
    FROM raw WHERE kind = 'request' AND "end" IS NOT NULL AND split_part(target, '|', 1) <> 'control'
)
SELECT make_timestamp("end" - took) AS time, id, told.application, told.version,
    CASE WHEN told.version = '' THEN '' ELSE told.application || '/v' || split_part(told.version, '.', 1) END AS line,
    coalesce(TRY_CAST(split_part(target, '|', 3) AS INTEGER), 0) AS release, stack, 'local' AS region, '' AS cohort,
    {_plain("instance")} AS instance, {_plain("door")} AS door, {_plain("device")} AS device,
    lower(regexp_extract({_plain("device")}, '^[A-Za-z]+')) AS device_type, {_plain("member")} AS member,
    told.method, told.path, coalesce(paths.endpoint, told.method || ' ' || told.path) AS endpoint,
    status::SMALLINT AS status, took AS duration, greatest(queue_ms, 0) * 1000 AS queue,
    greatest(answer_ms, 0) * 1000 AS answer, {_plain("ended")} AS ended,
    coalesce(TRY_CAST(replace(retries, '+', '') AS SMALLINT), 0) AS retries, {_plain("degraded")} AS degraded,
    "in" AS bytes_in, "out" AS bytes_out
FROM told LEFT JOIN paths ON paths.label = told.application || '@' || told.version
    AND paths.method = told.method AND paths.path = told.path
"""
_HOLDER = "split_part(split_part(holder, '|', 2), '@', {})"
CALLS = f"""
SELECT make_timestamp("end" - us) AS time, id, split_part(coalesce(trace, ''), '-', 3) AS span,
    {_HOLDER.format(1)} AS application, {_HOLDER.format(2)} AS version,
    split_part(holder, '|', 3) AS instance, split_part(holder, '|', 4) AS stack, {_plain("service")} AS service,
    {_plain("name")} AS name, method, path, {_plain("query")} AS query, status::SMALLINT AS status, us AS duration,
    {_plain("refused")} AS refused, {_plain("fault")} AS fault, coalesce(TRY_CAST(attempt AS SMALLINT), 0) AS attempt,
    {_plain("server")} AS server, {_plain("how")} AS how, "in" AS bytes_in, "out" AS bytes_out
FROM raw WHERE kind = 'call' AND "end" IS NOT NULL AND us IS NOT NULL
"""
PATHS = f"""
SELECT DISTINCT {_LABEL.format(1)} || '@' || {_VERSION}, method, path FROM raw
WHERE kind = 'request' AND split_part(target, '|', 1) <> 'control' AND path IS NOT NULL
"""
# What of a request is an error is the same for charts, alerts and the keep decision.
MINUTE_PARTS = f"""
SELECT date_trunc('minute', time) AS time, application, version, stack, endpoint, {BUCKET} AS bucket,
    count(*) AS requests,
    count_if(status >= 500 OR status <= 0) AS errors, count_if(degraded <> '') AS degraded,
    count_if(instance = '' AND status >= 400) AS refused, count_if(first) AS cold, sum(calls)::BIGINT AS calls,
    sum(bytes_in)::BIGINT AS bytes_in, sum(bytes_out)::BIGINT AS bytes_out
FROM judged WHERE application <> '' GROUP BY ALL
"""
CALL_MINUTE_PARTS = f"""
SELECT date_trunc('minute', time) AS time, application, version, stack, service, name, {BUCKET} AS bucket,
    count(*) AS calls, count_if(refused = '' AND (status >= 500 OR status <= 0)) AS errors,
    count_if(refused <> '') AS refused, count_if(attempt > 0) AS retries, sum(bytes_in)::BIGINT AS bytes_in,
    sum(bytes_out)::BIGINT AS bytes_out
FROM asked GROUP BY ALL
"""

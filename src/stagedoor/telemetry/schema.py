"""The tables of telemetry: what `stagedoor query` may ask. Times are UTC, durations microseconds."""

REQUESTS = {
    "time": ("TIMESTAMP", "when it began"),
    "id": ("VARCHAR", "the request's id; without its dashes the trace's"),
    "application": ("VARCHAR", ""),
    "version": ("VARCHAR", ""),
    "line": ("VARCHAR", "as in tv-home/v5"),
    "release": ("INTEGER", ""),
    "stack": ("VARCHAR", "test or prod"),
    "region": ("VARCHAR", ""),
    "cohort": ("VARCHAR", "canary, baseline or an experiment's cell; empty for the rest"),
    "instance": ("VARCHAR", ""),
    "door": ("VARCHAR", "the server at the edge"),
    "device": ("VARCHAR", ""),
    "device_type": ("VARCHAR", "the letters that the device begins with"),
    "member": ("VARCHAR", ""),
    "method": ("VARCHAR", ""),
    "path": ("VARCHAR", "without what follows a question mark"),
    "endpoint": ("VARCHAR", "method and path with the names of its parameters"),
    "status": ("SMALLINT", "-1 when no answer came"),
    "duration": ("BIGINT", "from the first byte asked to the last one answered"),
    "queue": ("BIGINT", "of it, waiting for an instance"),
    "answer": ("BIGINT", "of it, until the answer's first byte"),
    "ended": ("VARCHAR", "how it ended, in HAProxy's two letters"),
    "retries": ("SMALLINT", "of the edge"),
    "degraded": ("VARCHAR", "parts of the answer that are fallbacks"),
    "bytes_in": ("BIGINT", ""),
    "bytes_out": ("BIGINT", ""),
    "calls": ("INTEGER", "to services"),
    "kept": ("VARCHAR", "why: flagged, error, degraded, retried, refused, canary, slow, or share for one of the rest"),
    "weight": ("DOUBLE", "how many requests this one stands for: add weights up, not rows"),
}
CALLS = {
    "time": ("TIMESTAMP", "when it began"),
    "id": ("VARCHAR", "the request's id"),
    "span": ("VARCHAR", "the call's span: the parent of what the service reports"),
    "application": ("VARCHAR", "who called"),
    "version": ("VARCHAR", ""),
    "instance": ("VARCHAR", ""),
    "stack": ("VARCHAR", ""),
    "service": ("VARCHAR", "who was called"),
    "name": ("VARCHAR", "the method's name in the catalogue"),
    "method": ("VARCHAR", ""),
    "path": ("VARCHAR", ""),
    "query": ("VARCHAR", "with its question mark; what is secret or personal is crossed out"),
    "status": ("SMALLINT", ""),
    "duration": ("BIGINT", ""),
    "refused": ("VARCHAR", "why the egress refused it; empty when it did not"),
    "fault": ("VARCHAR", "what was made to fail"),
    "attempt": ("SMALLINT", "0 for the first"),
    "server": ("VARCHAR", "the endpoint that answered"),
    "how": ("VARCHAR", "how it ended, in HAProxy's two letters"),
    "bytes_in": ("BIGINT", ""),
    "bytes_out": ("BIGINT", ""),
}
SPANS = {
    "time": ("TIMESTAMP", "when it began"),
    "id": ("VARCHAR", "the trace's id: the request's without its dashes"),
    "span": ("VARCHAR", ""),
    "parent": ("VARCHAR", ""),
    "application": ("VARCHAR", "whose team may see it"),
    "service": ("VARCHAR", "service.name of the process that sent it"),
    "name": ("VARCHAR", ""),
    "kind": ("VARCHAR", "internal, server, client, producer or consumer"),
    "duration": ("BIGINT", ""),
    "status": ("VARCHAR", "ok, error or empty"),
    "attributes": ("VARCHAR", "as JSON"),
}
LOGS = {
    "time": ("TIMESTAMP", "when it was written"),
    "application": ("VARCHAR", ""),
    "instance": ("VARCHAR", ""),
    "level": ("VARCHAR", "debug, info, warning, error; platform for the platform's own lines; print for prints"),
    "message": ("VARCHAR", ""),
    "request": ("VARCHAR", "the id of the request it was written for"),
    "fields": ("VARCHAR", "all other fields, as JSON"),
}
MINUTES = {
    "time": ("TIMESTAMP", "the minute's begin"),
    "application": ("VARCHAR", ""),
    "version": ("VARCHAR", ""),
    "stack": ("VARCHAR", ""),
    "endpoint": ("VARCHAR", ""),
    "requests": ("BIGINT", "all of them, kept or not"),
    "errors": ("BIGINT", "status 500 and above, and no answer"),
    "degraded": ("BIGINT", ""),
    "refused": ("BIGINT", "by the platform, before a script saw them"),
    "cold": ("BIGINT", "first answers of instances"),
    "calls": ("BIGINT", "to services"),
    "bytes_in": ("BIGINT", ""),
    "bytes_out": ("BIGINT", ""),
    "latencies": ("MAP(SMALLINT, BIGINT)", "requests by bucket: bucket b is 1.018 ** b microseconds and 1.8 % above"),
}
CALL_MINUTES = {
    "time": ("TIMESTAMP", "the minute's begin"),
    "application": ("VARCHAR", "who called"),
    "version": ("VARCHAR", ""),
    "stack": ("VARCHAR", ""),
    "service": ("VARCHAR", ""),
    "name": ("VARCHAR", "the method's name in the catalogue"),
    "calls": ("BIGINT", ""),
    "errors": ("BIGINT", ""),
    "refused": ("BIGINT", ""),
    "retries": ("BIGINT", ""),
    "bytes_in": ("BIGINT", ""),
    "bytes_out": ("BIGINT", ""),
    "latencies": ("MAP(SMALLINT, BIGINT)", "as in minutes"),
}
USAGE = {
    "time": ("TIMESTAMP", "when it was looked at, about every 15 seconds"),
    "application": ("VARCHAR", ""),
    "version": ("VARCHAR", ""),
    "stack": ("VARCHAR", ""),
    "instances": ("INTEGER", ""),
    "busy": ("DOUBLE", "requests under way, by what all instances take at once: 1 is full"),
    "cpu": ("BIGINT", "microseconds of CPU since the look before"),
    "memory": ("BIGINT", "bytes of all instances"),
    "starts": ("INTEGER", "of instances since the look before"),
    "deaths": ("INTEGER", "unwanted ends of instances since the look before"),
}
TABLES = {
    "requests": REQUESTS,
    "calls": CALLS,
    "spans": SPANS,
    "logs": LOGS,
    "minutes": MINUTES,
    "call_minutes": CALL_MINUTES,
    "usage": USAGE,
}
# By what a trace is found; the others are asked by time alone.
INDEXED = ("requests", "calls", "spans", "logs")
ID = {"requests": "id", "calls": "id", "spans": "id", "logs": "request"}


def create(table: str, name: str) -> str:
    columns = ", ".join(f"{column} {kind}" for column, (kind, _) in TABLES[table].items())
    return f"CREATE TABLE {name} ({columns})"


def key(identifier: str) -> int:
    """64 bits of a request's or a trace's id, dashes or not; 0 for what is no id."""
    try:
        return int(identifier.replace("-", "")[-16:], 16)
    except ValueError:
        return 0


def key_sql(column: str) -> str:
    return f"coalesce(TRY_CAST('0x' || right(replace({column}, '-', ''), 16) AS UBIGINT), 0)"

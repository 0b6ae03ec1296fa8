"""What filters can ask of a request, a call or a log line: names as users write them, and where each is found."""

from dataclasses import dataclass

NUMBER, TEXT, DURATION, TRUTH = "number", "text", "duration", "truth"


@dataclass(frozen=True, slots=True)
class Field:
    """`column`: in the store, and the attribute of what arrives. Durations are microseconds there."""

    kind: str
    column: str
    about: str


Schema = dict[str, Field]

REQUEST: Schema = {
    "id": Field(TEXT, "id", "the request's id"),
    "application": Field(TEXT, "application", "who answered"),
    "version": Field(TEXT, "version", "of the application"),
    "line": Field(TEXT, "line", "as in tv-home/v5"),
    "release": Field(NUMBER, "release", "its number"),
    "stack": Field(TEXT, "stack", "test or prod"),
    "region": Field(TEXT, "region", "where it ran"),
    "cohort": Field(TEXT, "cohort", "canary, baseline or an experiment's cell; empty for the rest"),
    "instance": Field(TEXT, "instance", "that answered"),
    "door": Field(TEXT, "door", "the server at the edge"),
    "device": Field(TEXT, "device", "as the device says it"),
    "device.type": Field(TEXT, "device_type", "the device's letters before its first digit, dash, slash or dot"),
    "member": Field(TEXT, "member", "the member's id"),
    "method": Field(TEXT, "method", "GET, POST ..."),
    "path": Field(TEXT, "path", "without what follows a question mark"),
    "endpoint": Field(TEXT, "endpoint", "method and path with its parameters' names, as in GET /film/{id}"),
    "status": Field(NUMBER, "status", "of the answer; -1 when none came"),
    "duration": Field(DURATION, "duration", "from the first byte asked to the last one answered"),
    "queue": Field(DURATION, "queue", "waiting for an instance"),
    "ended": Field(TEXT, "ended", "how it ended, in HAProxy's two letters"),
    "retries": Field(NUMBER, "retries", "of the edge"),
    "degraded": Field(TEXT, "degraded", "parts of the answer that are fallbacks"),
    "bytes.in": Field(NUMBER, "bytes_in", "asked"),
    "bytes.out": Field(NUMBER, "bytes_out", "answered"),
}

CALL: Schema = {
    "id": Field(TEXT, "id", "the request's id"),
    "application": Field(TEXT, "application", "who called"),
    "version": Field(TEXT, "version", "of the application"),
    "stack": Field(TEXT, "stack", "test or prod"),
    "instance": Field(TEXT, "instance", "that called"),
    "service": Field(TEXT, "service", "that was called"),
    "name": Field(TEXT, "name", "the method's name in the catalogue"),
    "method": Field(TEXT, "method", "GET, POST ..."),
    "path": Field(TEXT, "path", "without what follows a question mark"),
    "status": Field(NUMBER, "status", "of the answer; -1 when none came"),
    "duration": Field(DURATION, "duration", "of the call"),
    "refused": Field(TEXT, "refused", "why the egress refused it; empty when it did not"),
    "fault": Field(TEXT, "fault", "what was made to fail"),
    "attempt": Field(NUMBER, "attempt", "0 for the first"),
    "bytes.in": Field(NUMBER, "bytes_in", "asked"),
    "bytes.out": Field(NUMBER, "bytes_out", "answered"),
}

LOG: Schema = {
    "application": Field(TEXT, "application", "who wrote it"),
    "instance": Field(TEXT, "instance", "that wrote it"),
    "level": Field(TEXT, "level", "debug, info, warning, error; platform for the platform's own; print for prints"),
    "message": Field(TEXT, "message", "the line, or a structured line's message"),
    "request": Field(TEXT, "request", "the id of the request it was written for"),
    "fields": Field(TEXT, "fields", "all other fields, as JSON"),
}

SCHEMAS: dict[str, Schema] = {"request": REQUEST, "call": CALL, "log": LOG}

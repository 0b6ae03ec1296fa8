"""A recording as HAR 1.2 (w3c.github.io/web-performance/specs/HAR/Overview.html), and back.

The first entry is the device's request, each other one a call, in the order they were asked. What HAR has no place for
stands in fields whose names begin with an underscore, as it allows: `_stagedoor` of the log and of each entry.
"""

import base64
from datetime import UTC, datetime
from typing import Any

from stagedoor.model.errors import Invalid
from stagedoor.model.recording import FORMAT, Birth, Called, Recording, read_fields

_VERSION = "1.2"


def write(one: Recording, **about: Any) -> dict[str, Any]:
    """`about`: what else is known of the request, as its version."""
    entries = [_request_entry(one), *(_call_entry(one, call) for call in one.calls)]
    extension = {
        "format": one.format, "id": one.id, "instance": one.instance, "prefix": one.prefix.decode("latin-1"),
        "readings": _readings(one.readings), "causes": one.causes, "lacking": one.lacking,
        "birth": {
            "seed": one.birth.seed, "python": one.birth.python, "began": one.birth.began,
            "readings": _readings(one.birth.readings), "calls": [_call_entry(one, call) for call in one.birth.calls],
            "prepared": one.birth.prepared,
        },
        **about,
    }  # fmt: skip
    creator = {"name": "Stagedoor", "version": str(one.format)}
    return {"log": {"version": _VERSION, "creator": creator, "entries": entries, "_stagedoor": extension}}


def _request_entry(one: Recording) -> dict[str, Any]:
    host = dict(read_fields(one.head)).get("host", "localhost")
    timed = {"began": one.began, "took": one.took}
    return _entry(
        _asked(one.method, f"http://{host}", one.target, one.head, one.body),
        _answered(one.status, one.answer_head, one.answer),
        {"target": one.target.decode("latin-1"), **_raw(one.head, one.answer_head), **timed},
    )  # fmt: skip


def _call_entry(one: Recording, call: Called) -> dict[str, Any]:
    extension = {
        "service": call.service, "at": call.at, "ended": call.ended, "turn": call.turn, "order": call.order,
        "error": call.error, "instant": call.instant, "reused": call.reused, "status": call.status,
        "target": call.target.decode("latin-1"),
        **_raw(call.head, call.answer_head), "began": one.began + call.at / 1e6, "took": max(0, call.ended - call.at),
    }  # fmt: skip
    return _entry(
        _asked(call.verb, f"http://{call.service}", call.target, call.head, call.body),
        _answered(max(0, call.status), call.answer_head, call.answer), extension,
    )  # fmt: skip


def _raw(head: bytes, answer_head: bytes) -> dict[str, str]:
    """Header lines as they were, in the case they had."""
    return {"head": head.decode("latin-1"), "answer_head": answer_head.decode("latin-1")}


def _entry(asked: dict[str, Any], answered: dict[str, Any], extension: dict[str, Any]) -> dict[str, Any]:
    took = extension["took"] / 1000
    return {
        "startedDateTime": datetime.fromtimestamp(extension["began"], UTC).isoformat(), "time": took,
        "request": asked, "response": answered, "cache": {}, "timings": {"send": 0, "wait": took, "receive": 0},
        "_stagedoor": extension,
    }  # fmt: skip


def _asked(method: str, origin: str, target: bytes, head: bytes, body: bytes) -> dict[str, Any]:
    given = list(read_fields(head))
    asked: dict[str, Any] = {
        "method": method, "url": origin + target.decode("latin-1"), "httpVersion": "HTTP/1.1", "cookies": [],
        "headers": _pairs(given), "queryString": _query(target), "headersSize": -1, "bodySize": len(body),
    }  # fmt: skip
    if body:
        asked["postData"] = {"mimeType": dict(given).get("content-type", ""), **_content(body, "_encoding")}
    return asked


def _answered(status: int, head: bytes, body: bytes) -> dict[str, Any]:
    fields = list(read_fields(head))
    kind = dict(fields).get("content-type", "")
    return {
        "status": status, "statusText": "", "httpVersion": "HTTP/1.1", "cookies": [], "headers": _pairs(fields),
        "content": {"size": len(body), "mimeType": kind, **_content(body, "encoding")}, "redirectURL": "",
        "headersSize": -1, "bodySize": len(body),
    }  # fmt: skip


def _pairs(fields: list[tuple[str, str]]) -> list[dict[str, str]]:
    return [{"name": name, "value": value} for name, value in fields]


def _query(target: bytes) -> list[dict[str, str]]:
    pairs = target.partition(b"?")[2].decode("latin-1").split("&")
    return [dict(zip(("name", "value"), pair.partition("=")[::2], strict=True)) for pair in pairs if pair]


def _content(body: bytes, encoding: str) -> dict[str, str]:
    try:
        return {"text": body.decode()}
    except UnicodeDecodeError:
        return {"text": base64.b64encode(body).decode(), encoding: "base64"}


def _readings(readings: dict[str, list[Any]]) -> dict[str, list[Any]]:
    return {
        kind: [{"base64": base64.b64encode(one).decode()} if isinstance(one, bytes) else one for one in values]
        for kind, values in readings.items()
    }


# Back


def read(document: Any) -> Recording:
    """Raises Invalid for what is no HAR of a recording, or damaged."""
    try:
        log = document["log"]
        if "_stagedoor" not in log:
            raise Invalid(
                "this HAR was not written by Stagedoor: it has no readings of clock and chance",
                hint="`stagedoor recordings --har REQUEST` writes one",
            )
        known = log["_stagedoor"]
        if known["format"] != FORMAT:
            raise Invalid(f"the recording has format {known['format']}; this version reads {FORMAT}")
        first, *calls = log["entries"]
        return _recording(known, first, calls)
    except Invalid:
        raise
    except (KeyError, TypeError, ValueError, AttributeError, IndexError) as error:
        raise Invalid(f"the recording is damaged: {type(error).__name__}: {error}") from None


def _recording(known: dict[str, Any], first: dict[str, Any], calls: list[dict[str, Any]]) -> Recording:
    asked, answered, own = first["request"], first["response"], first["_stagedoor"]
    birth = known["birth"]
    return Recording(
        id=str(known["id"]), began=float(own["began"]), method=asked["method"], target=own["target"].encode("latin-1"),
        head=own["head"].encode("latin-1"), instance=known["instance"], body=_body(asked),
        prefix=known["prefix"].encode("latin-1"), took=int(own["took"]), status=int(answered["status"]),
        answer_head=own["answer_head"].encode("latin-1"), answer=_text(answered["content"], "encoding"),
        calls=[_called(one) for one in calls], readings=_read_readings(known["readings"]),
        causes=list(known["causes"]), lacking=list(known["lacking"]),
        birth=Birth(
            birth["seed"], birth["python"], birth["began"], _read_readings(birth["readings"]),
            [_called(one) for one in birth["calls"]], birth["prepared"],
        ),
    )  # fmt: skip


def _called(one: dict[str, Any]) -> Called:
    known, asked, answered = one["_stagedoor"], one["request"], one["response"]
    return Called(
        service=known["service"], verb=asked["method"], target=known["target"].encode("latin-1"),
        head=known["head"].encode("latin-1"), body=_body(asked), at=known["at"], ended=known["ended"],
        turn=known["turn"], order=known["order"], status=known["status"],
        answer_head=known["answer_head"].encode("latin-1"), answer=_text(answered["content"], "encoding"),
        error=known["error"], instant=known["instant"], reused=known["reused"],
    )  # fmt: skip


def _body(asked: dict[str, Any]) -> bytes:
    return _text(asked["postData"], "_encoding") if "postData" in asked else b""


def _text(content: dict[str, str], encoding: str) -> bytes:
    return base64.b64decode(content["text"]) if content.get(encoding) == "base64" else content["text"].encode()


def _read_readings(readings: dict[str, list[Any]]) -> dict[str, list[Any]]:
    return {
        kind: [base64.b64decode(one["base64"]) if isinstance(one, dict) else one for one in values]
        for kind, values in readings.items()
    }

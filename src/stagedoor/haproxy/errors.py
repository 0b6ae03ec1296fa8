"""The answers the edge makes itself: JSON with a code, a sentence and the request's id."""

from dataclasses import dataclass

from stagedoor.model.refusal import OF_CALLS, Refusal


@dataclass(frozen=True, slots=True)
class EdgeError:
    status: int
    code: str
    message: str
    retry_after: int = 0
    header: tuple[str, str] | None = None


# Of a call of a script, beside those that calls of people have as well.
_OF_SCRIPTS = {
    "grant": Refusal(
        403, "no_grant", "no grant: name %[var(txn.service),json(utf8s)] under services in stagedoor.toml"
    ),
    "holder": Refusal(403, "connection_of_another", "the connection began before this instance: open a new one"),
    "length": Refusal(411, "length_needed", "a chunked body this long needs a content-length"),
    **OF_CALLS,
    "busy": Refusal(503, "service_busy", "the service is short, and this method is not what goes last", 1),
    "retries": Refusal(503, "retry_budget", "too many of the calls are further attempts", 1),
}
REFUSALS = {
    "route": EdgeError(404, "no_route", "Nothing is released at this address."),
    "client_rate": EdgeError(429, "rate_limited", "This client makes more requests a second than the edge allows.", 1),
    "body": EdgeError(413, "body_too_large", "The body is larger than the edge allows."),
    "uploads": EdgeError(429, "too_many_uploads", "This client sends as many long bodies at once as it may.", 1),
    "queue": EdgeError(503, "queue_full", "Too many requests wait for this application.", 1),
    "answer": EdgeError(502, "answer_too_large", "The answer is larger than the edge allows."),
    "token": EdgeError(401, "token_needed", "A preview needs the token of a developer as a bearer."),
    "team": EdgeError(403, "wrong_team", "A preview needs a token of the team that owns the application."),
    **{
        name: EdgeError(entry.status, entry.code, words, entry.retry_after, ("stagedoor-refused", f"{name} {words}"))
        for name, entry in _OF_SCRIPTS.items()
        for words in (entry.say("version"),)
    },
}

# HAProxy makes these by itself when there is no usable answer.
OWN = (
    EdgeError(400, "bad_request", "The request is not valid HTTP."),
    EdgeError(408, "request_timeout", "The request did not arrive in time."),
    EdgeError(413, "body_too_large", "The body is larger than the edge allows."),
    EdgeError(429, "rate_limited", "Too many requests.", 1),
    EdgeError(500, "edge_error", "The edge could not process the request."),
    EdgeError(502, "bad_answer", "The script broke off or gave no valid answer; its log has the cause."),
    EdgeError(503, "unavailable", "No instance could take the request in time.", 1),
    EdgeError(504, "answer_timeout", "The script did not answer in time."),
)


# The same, on the way to a service.
OWN_OF_EGRESS = (
    EdgeError(400, "bad_request", "The call is not valid HTTP."),
    EdgeError(502, "bad_answer", "The service broke off or gave no valid answer."),
    EdgeError(503, "service_away", "No endpoint of the service takes the call.", 1),
    EdgeError(504, "service_timeout", "The service did not answer in time."),
)


def _body(error: EdgeError) -> str:
    return f'{{"error":{{"code":"{error.code}","message":"{error.message}","request_id":"%[unique-id]"}}}}'


def _headers(error: EdgeError) -> str:
    fields = [("retry-after", str(error.retry_after))] if error.retry_after else []
    fields += [error.header] if error.header else []
    return "".join(f' hdr {name} "{value}"' for name, value in fields)


def refusal(name: str) -> str:
    """An http-request action that answers with the refusal `name`."""
    return f"http-request {_answer(REFUSALS[name])}"


def answer_refusal(name: str) -> str:
    """An http-response action that answers with the refusal `name` instead of what the script said."""
    return f"http-response {_answer(REFUSALS[name])}"


def _answer(error: EdgeError) -> str:
    return (
        f"return status {error.status} content-type application/json lf-string '{_body(error)}'"
        f'{_headers(error)} hdr stagedoor-request-id "%[unique-id]"'
    )


def own_errors() -> list[str]:
    return _own(OWN)


def egress_errors() -> list[str]:
    return _own(OWN_OF_EGRESS)


def _own(those: tuple[EdgeError, ...]) -> list[str]:
    return [
        f"http-error status {error.status} content-type application/json lf-string '{_body(error)}'"
        f'{_headers(error)} hdr stagedoor-request-id "%[unique-id]"'
        for error in those
    ]

"""A recording with answers of now: which of its calls may be made again, and what it is with their answers.

Only what the owner of a service says, or the description of it, has no effect: not what its HTTP method says alone
where the owner says otherwise. All else keeps the answer that it got.
"""

import re
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from urllib.parse import unquote_to_bytes

from stagedoor.model import policy, template
from stagedoor.model.grant import grants
from stagedoor.model.method import Method
from stagedoor.model.odd import is_odd_path
from stagedoor.model.recording import NEVER, Asked, Called, Outcome, Recording
from stagedoor.model.redaction import CROSSED
from stagedoor.model.service import Service

_MARKS = (CROSSED.encode(), b"[secret ")
_AFTER = 1000  # Microseconds until an answer comes that no recording has.


@dataclass(frozen=True, slots=True)
class Answer:
    """`head`: lines. `error`: why there is none."""

    status: int
    head: bytes
    content: bytes
    error: str = ""


def may_ask(service: Service | None, declared: Sequence[str], one: Asked | Called) -> bool:
    """Whether a call has no effect, is granted, and is known in full. `declared`: what the version may call."""
    method = _method(service, one) if service is not None else None
    if service is None or method is None or not service.addresses or not _is_whole(one):
        return False
    granted = grants(declared).get(service.name, ())
    return (
        (granted is None or method.name in granted)
        and method.name not in service.off
        and policy.safe(service.policy.of(method.name), method)
    )


def _is_whole(one: Asked | Called) -> bool:
    """Whether nothing in it was crossed out or stands for a secret, and its path is what it looks like."""
    plain = unquote_to_bytes(one.target.replace(b"+", b" "))
    parts = (one.target, plain, one.head, one.body, unquote_to_bytes(one.body.replace(b"+", b" ")))
    odd_ = is_odd_path(one.target.partition(b"?")[0].decode("latin-1"))
    return not odd_ and not any(mark in part for part in parts for mark in _MARKS)


def _method(service: Service, one: Asked | Called) -> Method | None:
    path = one.target.partition(b"?")[0].decode("latin-1")
    fits = [
        each for each in service.methods if each.verb == one.verb and re.fullmatch(template.pattern(each.path), path)
    ]
    # The one that says most, as in the egress.
    return min(fits, key=lambda each: (-len(template.PARAMETER.sub("", each.path)), each.path), default=None)


def renewed(one: Recording, answers: Mapping[int, Answer], added: Sequence[tuple[Asked, Answer]] = ()) -> Recording:
    """With the answers of now: by the number of the call, and of calls that were not recorded."""
    calls = [_renew(call, answers[number]) if number in answers else call for number, call in enumerate(one.calls)]
    turn, last = max((call.turn for call in calls), default=0), max((call.ended for call in calls), default=0)
    for number, (asked, answer) in enumerate(added, 1):
        call = Called(
            asked.service, asked.verb, asked.target, asked.head, asked.body, ended=max(last, 0) + number * _AFTER,
            turn=turn + number * 100, order=number,
        )  # fmt: skip
        calls.append(_renew(call, answer))
    return replace(one, calls=calls)


def _renew(call: Called, answer: Answer) -> Called:
    return replace(call, status=answer.status, answer_head=answer.head, answer=answer.content, error=answer.error)


def renewable(one: Recording) -> list[int]:
    """Numbers of calls that got an answer, or the error of one: not those that were given up."""
    return [number for number, call in enumerate(one.calls) if call.ended != NEVER and call.status >= 0]


def unanswered(one: Recording, outcome: Outcome) -> list[Asked]:
    """What a run asked more often than its recording answers it."""
    left = Counter((call.service, call.verb, call.target, call.body) for call in one.calls)
    found = []
    for each in outcome.calls:
        key = (each.service, each.verb, each.target, each.body)
        left[key] -= 1
        if left[key] < 0:
            found.append(each)
    return found

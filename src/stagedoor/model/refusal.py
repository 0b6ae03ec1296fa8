"""Why a call to a service is refused, in one table for the egress and for calls that people make."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Refusal:
    """`words` names the caller where it stands, as `{caller}`. `retry_after` in seconds; 0: trying again is no use."""

    status: int
    code: str
    words: str
    retry_after: int = 0

    def say(self, caller: str) -> str:
        return self.words.format(caller=caller)


OF_CALLS = {
    "target": Refusal(403, "odd_path", "the path could be read as another one"),
    "method": Refusal(403, "no_method", "the description of the service has no such method"),
    "off": Refusal(503, "method_off", "the method is switched off"),
    "breaker": Refusal(503, "breaker_open", "most calls of this method fail, so few are made", 1),
    "rate": Refusal(429, "method_rate", "the method takes no more calls in this second", 1),
    "caller_rate": Refusal(
        429, "caller_rate", "this {caller} may make no more calls of the method in this second", 1
    ),
    "in_flight": Refusal(503, "method_full", "as many calls of the method are under way as it bears", 1),
    "caller_in_flight": Refusal(
        503, "caller_full", "as many calls of this {caller} are under way as it may have", 1
    ),
}  # fmt: skip

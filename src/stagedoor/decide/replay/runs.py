"""A recording with what it came to in each version. It needs no statistics, which take long to import."""

from collections.abc import Sequence
from dataclasses import dataclass

from stagedoor.decide.replay import repeats
from stagedoor.decide.replay.repeats import Repeat
from stagedoor.model.recording import Outcome

NOT_RECORDED = "not recorded"
_ERROR = 500  # Status from which on a request failed.
_CALL_FAILED = 502  # What the runtime answers when a call fails that has no fallback.


@dataclass(frozen=True, slots=True)
class Run:
    """A recording with what it came to: with the old version, with the old one again, and with the new one.

    `confirmed`: (old version failed, new one failed) of each repetition after these, with both versions in turn.
    """

    id: str
    endpoint: str
    old: Outcome
    again: Outcome
    new: Outcome
    confirmed: tuple[Repeat, ...] = ()

    @property
    def failed(self) -> bool:
        return bool(self.old.failed or self.again.failed or self.new.failed)

    @property
    def sound(self) -> bool:
        """Whether the old version answers it: what the new one makes of it says something."""
        return not (self.old.failed or self.again.failed)

    @property
    def diverged(self) -> bool:
        """Whether the new version asked for what is not recorded."""
        return any(one.kind == NOT_RECORDED for one in self.new.divergences)

    @property
    def is_cut_short(self) -> bool:
        """Whether the new version ended at a call that no recording answers: with an answer it may go on."""
        services = {one.what.partition(" ")[0] for one in self.new.divergences if one.kind == NOT_RECORDED}
        told = any(f"A call to {service} failed".encode() in self.new.body for service in services)
        return told and self.new.status == _CALL_FAILED != self.old.status

    @property
    def pair(self) -> Repeat:
        return fails(self.old), fails(self.new)


def fails(outcome: Outcome) -> bool:
    """As a request does; no answer is a failure as well."""
    return bool(outcome.failed) or outcome.status >= _ERROR


def worth_confirming(runs: Sequence[Run]) -> list[str]:
    """Ids of at most 20 to be run `REPETITIONS` times more with each version: first those that only the new one fails.

    Where two runs of the old version fail and do not, it is known to be flaky.
    """
    kept = [one for one in runs if one.sound and not one.is_cut_short and fails(one.old) == fails(one.again)]
    return [kept[number].id for number in repeats.worth([one.pair for one in kept])]

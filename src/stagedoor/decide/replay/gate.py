"""Whether a version passes the gate before any canary, by what its replay came to."""

from stagedoor.model.comparison import Comparison
from stagedoor.model.judgement import FAIL, HARM


def judge(comparison: Comparison, *, strict: bool) -> tuple[bool, str]:
    """(whether it is refused, in words). A release is made to change something: unless it is to be `strict`, a
    difference is told and only harm is refused, requests that fail or have no answer any more.
    """
    counted = f"{comparison.same} of {comparison.compared} recorded requests are answered the same"
    if comparison.errors.verdict == HARM:
        return True, f"{comparison.errors.reason}; {counted}"
    new = [one for one in comparison.groups if one.new]
    if strict and comparison.verdict == FAIL:
        return True, comparison.reason
    told = f", {len(new)} differences are new" if new else ""
    if comparison.diverged:
        told += f", {comparison.diverged} ask for what is not recorded: `stagedoor shadow start --live` answers that"
    return False, f"{counted}{told}"

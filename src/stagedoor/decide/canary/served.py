"""Whether there is anything to judge: both arms served, and each got about half of the members.

Arms that were to be alike and are not have lost requests on the way; whatever is compared then says nothing (Fabijan
and others, Diagnosing Sample Ratio Mismatch in Online Controlled Experiments, KDD 2019). By the exact binomial test, at
the strict level that paper recommends.
"""

from scipy.special import bdtr

_MISMATCH = 0.0005
_LEAST = 20  # Requests of one arm, from which on none in the other says something.


def missing(requests: tuple[int, int]) -> str:
    """Why it cannot be judged, of (baseline, canary); empty when it can."""
    baseline, canary = requests
    if not canary and baseline >= _LEAST:
        return f"the canary answered none, the baseline {baseline:,}: what is sent to it does not arrive"
    if not baseline and canary >= _LEAST:
        return f"the baseline answered none, the canary {canary:,}: there is nothing to hold it against"
    return ""


def mismatch(units: tuple[int, int]) -> str:
    """Why two arms of equal shares cannot have so many members; empty when they can."""
    fewer, both = min(units), sum(units)
    chance = min(1.0, 2 * float(bdtr(fewer, both, 0.5)))
    if chance >= _MISMATCH:
        return ""
    return (
        f"{units[0]:,} members were in the baseline and {units[1]:,} in the canary, which equal shares do not bring "
        f"about (chance {chance:.1g}): requests are lost or sent elsewhere, so nothing can be compared"
    )

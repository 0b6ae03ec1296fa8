"""Which calls are refused while a service is short: the least important first, and by a smooth curve.

The chance to be refused grows with the share of the service's limit that is in use: from 0 where the criticality's own
range begins to 1 where the service is full. What is critical is refused only when it is full.
"""

# Percent in use. A measured limit is twice what is needed, so half of it in use is no shortage.
BEGINS = {"low": 70, "normal": 80, "high": 90, "critical": 100}


def chance(criticality: str, used: int) -> int:
    """In a thousand, for a call while `used` percent of the service's limit are in use, itself included."""
    begins = BEGINS[criticality]
    if used > 100:
        return 1000
    if used <= begins:
        return 0
    return round(1000 * ((used - begins) / (100 - begins)) ** 2)


def curve() -> dict[str, int]:
    """Every chance that is neither 0 nor 1, by `criticality/used`."""
    return {f"{name}/{used}": chance(name, used) for name, begins in BEGINS.items() for used in range(begins + 1, 101)}

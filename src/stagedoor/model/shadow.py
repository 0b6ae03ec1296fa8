"""A shadow: a version that nobody depends on answers requests again that were answered already."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Shadow:
    """`share` of the requests, 0 to 1, each with the answers that the live version got; `live`: with what the services
    answer now to calls without effect.

    `until` in seconds since the epoch. `report` is the number of the one that holds what was found, 0 before there is.
    """

    application: str
    stack: str
    version: str
    share: float
    by: str
    began: float
    until: float
    report: int = 0
    live: bool = False

"""How sure a rule must be, and how much is worth waking somebody for."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Settings:
    """Found on histories with and without faults, see `bench/alerts.py`. Probabilities are those of one look.

    A week has 60,480 looks, and looks that share their minutes go together: about 10,000 of them are independent.
    """

    chance: float = 1e-6  # At most so likely on a quiet endpoint.
    surprise_few: float = 4.8  # Standard deviations for too few requests.
    surprise_many: float = 4.0  # For too many, of which clients are less sure.
    least_errors: int = 5
    least_requests: int = 20
    error_floor: float = 0.01  # Shares of errors below it wake nobody; a slow burn is another rule's.
    least_slow: int = 8
    latency_chance: float = 1e-5  # As `chance`, for latency, whose margins keep quiet endpoints far from it.
    slow_floor: float = 0.010  # Seconds by which a quantile must have grown.
    too_few: float = 0.4  # Of what is expected.
    too_many: float = 2.5
    least_expected: float = 15.0  # Requests in a window below which traffic is not judged.
    lag: float = 2.0  # Seconds until a record is counted.
    least_seconds: float = 10.0  # Age of the present minute from which it is judged alone.
    settle: float = 300.0  # Seconds that it must be well until an alert resolves.
    fold: float = 1800.0  # Seconds after its end in which an alert that comes back is the same one.
    looks: int = 2  # In a row in which it must be bad before it fires, where one look is not sure.
    no_doubt: float = 7.0  # Standard deviations of traffic from which one look is.


DEFAULT = Settings()

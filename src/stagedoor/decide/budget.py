"""When a fault that somebody asked for has done enough harm: it ends by itself."""

_FEWEST = 5


def is_spent(requests: int, failed: int, budget: float) -> str:
    """Why the fault is to end, empty while it may go on. Figures are of one application since the fault began."""
    if failed >= _FEWEST and failed > budget * requests:
        return f"{failed} of {requests} requests failed, more than the {budget:.1%} that were allowed"
    return ""

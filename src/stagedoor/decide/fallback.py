"""Whether an endpoint did without a call that failed: a pure look at its answer."""


def judge(status: int, degraded: str, took: float, limit: float) -> tuple[bool, str]:
    """(whether it stands, in words). `took` and `limit` in seconds; `degraded` are calls a fallback stood in for."""
    if status <= 0:
        return False, "no answer"
    if status >= 500:
        return False, f"it answers {status}"
    if took > limit:
        return False, f"it answers {status} after {took:.1f} s, its limit is {limit:g} s"
    if status >= 400:
        return False, f"it answers {status}"
    return True, f"a fallback for {degraded}" if degraded else "it answers without"

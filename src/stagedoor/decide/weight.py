"""Whether an instance uses its cores to the full: then it gives way to others who only want a moment."""

_FULL, _MODEST = 0.8, 0.5


def gives_way(share: float, gave: bool) -> bool:
    """`share` of its cores that it used of late; `gave`: it gave way so far. Between the two it stays as it is."""
    return share >= _FULL or (gave and share > _MODEST)

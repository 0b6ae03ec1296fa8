"""Figures: each bench measures ourselves and the peers in turns, in one run, on the same interpreter."""

"""Recordings: taken out of the instances' rings, crossed out, sealed, kept for a reason and a time."""

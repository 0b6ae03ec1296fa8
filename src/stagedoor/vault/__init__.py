"""Secrets at rest: sealed by a key that the database never sees."""

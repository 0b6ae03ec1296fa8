"""Use cases and loops: publish, release, roll back, preview, end. Technology comes in by the ports."""

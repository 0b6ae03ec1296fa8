"""The wiring: one file for each program. What is decided elsewhere is put together here, started and closed."""

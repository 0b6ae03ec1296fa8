"""Alerts in small steps: `series` keeps what was seen, each rule judges it, `hold` says what fires and resolves."""

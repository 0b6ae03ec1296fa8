"""Telemetry's own API, on a unix socket: what control asks, and what it tells."""

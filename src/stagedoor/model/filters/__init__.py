"""Filters of records, in CEL: read once, checked, compiled to Python for what arrives and to SQL for what is stored.

The Common Expression Language (https://cel.dev) without its macros, maps and time zones, and with durations written as
`200ms`. What is left out is refused with its place.
"""

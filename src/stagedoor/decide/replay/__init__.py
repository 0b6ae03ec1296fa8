"""Replays of a new version held against those of the old one.

- `compare`: what differs between two runs of one recording; the standard library is enough, since laptops run it too
- `report`: what differs over all runs: what is new, what is noise, whether it does harm, what to run again
- `paired`: paired tests of errors, own time and calls; `ranks`, `signs` and `repeats` are the tests themselves
- `places` walks through JSON, `text` shortens, `gate` decides for a pipeline, `live` for calls that are made anew
"""

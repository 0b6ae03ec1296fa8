"""Watching an operation to its end: steps as they come, then what came of it."""

from typing import Any

from stagedoor.cli import output
from stagedoor.http.client import Client, rebuild


def watch(client: Client, operation: dict[str, Any], *, quiet: bool) -> dict[str, Any]:
    """The operation's result. Raises the failure it ended with."""
    result: dict[str, Any] = {}
    for event in client.follow(operation["id"]):
        if "goal" in event:
            if event["state"] == "failed":
                raise rebuild(event["error"])
            return result
        if event["name"] == "done":
            result = event["data"]
        elif not quiet:
            output.show_step(event)
    return result

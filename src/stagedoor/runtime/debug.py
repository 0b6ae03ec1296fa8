"""Waits for a debugger before the script is imported, so that a breakpoint at its first line is hit as well."""

import os
import sys

from stagedoor.runtime.client import api


def wait(port: int, paths: list[str]) -> None:
    """Returns once a client is attached. The port is on the container's own loopback; `stagedoor dev` leads to it."""
    # Our own interpreter freezes no module that a script would step into.
    os.environ["PYDEVD_DISABLE_FILE_VALIDATION"] = "1"
    sys.path[:0] = paths
    import debugpy  # Only a container with a debugger has it.

    # In this process: a second one for the adapter would count against the script's own limits.
    debugpy.listen(("127.0.0.1", port), in_process_debug_adapter=True)
    api.unhurried = True
    print(f"waiting for a debugger on port {port} ...", flush=True)
    debugpy.wait_for_client()
    del sys.path[: len(paths)]

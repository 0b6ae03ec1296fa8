"""The first code in a container: reads what node hands over, then serves.

Descriptors: 3 the door (a listening socket), 4 the Boot as JSON, 5 where to say once that it is ready, or why not.
"""

import json
import os
import socket
import sys

import msgspec
import uvloop

from stagedoor.runtime.loader import Boot, LoadError
from stagedoor.runtime.serve import serve

DOOR, BOOT, READY = 3, 4, 5


def main() -> None:
    with open(BOOT, "rb") as stream:
        boot = msgspec.json.decode(stream.read(), type=Boot)
    door = socket.socket(fileno=DOOR)
    door.setblocking(False)
    try:
        uvloop.run(serve(boot, door, say))
    except LoadError as error:
        print(str(error), file=sys.stderr, flush=True)
        say({"failed": error.step, "message": str(error)})
        sys.exit(3)


def say(message: dict[str, object]) -> None:
    """Tells node once; node may be gone, and that is no reason to stop."""
    try:
        os.write(READY, json.dumps(message).encode() + b"\n")
        os.close(READY)
    except OSError:
        pass

"""A script that does everything wrong, one path for each way; deployed beside a good one, and together with it."""

GOOD = """
import asyncio
from stagedoor import Request, endpoint


@endpoint("GET", "/good")
async def good(request: Request) -> dict:
    return {"rows": [1, 2, 3]}
"""
BAD = """
import ctypes
import os
import socket
import time

from stagedoor import Request, Stream, endpoint

held = []


def say(error: OSError) -> dict:
    return {"stopped": error.strerror or str(error)}


@endpoint("GET", "/leaks")
async def leaks(request: Request) -> dict:
    held.append(bytearray(os.urandom(1) * 20_000_000))
    return {"held": len(held)}


def spin() -> None:
    while True:
        pass


@endpoint("GET", "/spins")
async def spins(request: Request) -> dict:
    # Processes, since threads of Python share one core.
    while len(held) < os.cpu_count():
        held.append(os.fork())
        if held[-1] == 0:
            spin()
    return {"processes": len(held)}


@endpoint("GET", "/forks")
async def forks(request: Request) -> dict:
    try:
        while True:
            if os.fork() == 0:
                time.sleep(3600)
    except OSError as error:
        return say(error)


@endpoint("GET", "/opens")
async def opens(request: Request) -> dict:
    try:
        while True:
            held.append(os.open("/", os.O_RDONLY))
    except OSError as error:
        return say(error)


@endpoint("GET", "/fills")
async def fills(request: Request) -> dict:
    try:
        with open("/tmp/full", "ab", buffering=0) as stream:
            while True:
                stream.write(b"x" * 1_000_000)
    except OSError as error:
        return say(error)


@endpoint("GET", "/floods")
async def floods(request: Request) -> dict:
    for _ in range(20_000):
        print("x" * 200)
    return {"printed": True}


@endpoint("GET", "/talks")
async def talks(request: Request) -> Stream:
    async def chunks():
        while True:
            yield b"x" * 65536

    return Stream(chunks(), media_type="text/plain")


@endpoint("GET", "/crashes")
async def crashes(request: Request) -> dict:
    os._exit(1)


@endpoint("GET", "/hangs")
async def hangs(request: Request) -> dict:
    time.sleep(3600)


@endpoint("GET", "/hoards")
async def hoards(request: Request) -> dict:
    try:
        while True:
            held.append(socket.socket(socket.AF_UNIX))
            held[-1].setblocking(False)
            held[-1].connect("/run/stagedoor/egress.sock")
            held[-1].sendall(b"GET / HTTP/1.1\\r\\nhost: none\\r\\n\\r\\n")
    except OSError as error:
        return say(error)


libc = ctypes.CDLL(None, use_errno=True)
libc.fallocate.argtypes = [ctypes.c_int, ctypes.c_int, ctypes.c_longlong, ctypes.c_longlong]


@endpoint("GET", "/allocates")
async def allocates(request: Request) -> dict:
    # Blocks beyond the end of a file do not change its size, so a limit on sizes does not see them.
    for descriptor in (1, 2):
        if libc.fallocate(descriptor, 1, 0, 1 << 30) != 0:
            return say(OSError(ctypes.get_errno(), os.strerror(ctypes.get_errno())))
    return {"allocated": True}


@endpoint("GET", "/shuts")
async def shuts(request: Request) -> dict:
    for name in os.listdir("/proc/self/fd"):
        try:
            with socket.socket(fileno=os.dup(int(name))) as listener:
                if listener.getsockopt(socket.SOL_SOCKET, socket.SO_ACCEPTCONN):
                    listener.shutdown(socket.SHUT_RDWR)
        except OSError:
            continue
    return {"shut": True}
"""
KINDS = (
    "leaks", "spins", "forks", "opens", "fills", "floods", "talks", "crashes", "hangs", "hoards", "allocates", "shuts",
)  # fmt: skip

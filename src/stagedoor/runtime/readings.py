"""What a script reads of clock and chance goes by the tape of its request: noted as it is read, given back in a replay.

The functions of `time`, `datetime`, `random`, `os.urandom`, `uuid` and `secrets` are stood in for before any of the
script's code is imported; what C code or a library's own generator reads is not seen. Outside of requests they are
noted until an instance serves.
"""

import ctypes
import datetime
import gc
import os
import random
import sys
import threading
import time
import uuid
from collections.abc import Callable
from typing import Any

from stagedoor.runtime import context
from stagedoor.runtime.tape import Tape, note_own_client

_CLOCKS = (
    "time", "time_ns", "monotonic", "monotonic_ns", "perf_counter", "perf_counter_ns", "process_time", "thread_time",
)  # fmt: skip
_BROKEN_DOWN = ("localtime", "gmtime", "ctime")
_MOST_BITS = 63  # Of a number that a recording holds as such.
_LIBRARIES = ("numpy.random",)  # With generators of their own.

real_time, real_sleep = time.time, time.sleep
prepared: list[str] = []  # Modules that were imported before the container was anybody's.
outside: Tape | None = None  # Whose readings are those of no request.


def tape() -> Tape | None:
    request = context.current.get()
    return outside if request is None else request.tape


def install(*, virtual: bool = False) -> None:
    """Once in a process, before anything of a script is imported. Not where its tests run: what fakes time there has
    its own ways. `virtual`: time is that of a replay.
    """
    if virtual:
        time.sleep = _Function("sleep", _sleep)
    if isinstance(time.time, _Function):
        return
    for name in _CLOCKS:
        setattr(time, name, _Clock(name, getattr(time, name)))
    for name in _BROKEN_DOWN:
        setattr(time, name, _broken_down(name, getattr(time, name)))
    time.strftime = _strftime(time.strftime)
    _install_dates()
    _install_chance()
    threading.Thread.start = _start  # type: ignore[method-assign]
    sys.addaudithook(_audit)


def libraries() -> list[str]:
    """Causes of a difference that were loaded."""
    return [f"{name} has a generator of its own" for name in _LIBRARIES if name in sys.modules]


class _Function:
    """In the place of a function written in C: like that, and unlike one of Python, it becomes no method of a class."""

    def __init__(self, name: str, work: Callable[..., Any]) -> None:
        self.__name__ = self.__qualname__ = name
        self.__wrapped__ = work

    def __call__(self, *arguments: Any, **named: Any) -> Any:
        return self.__wrapped__(*arguments, **named)


class _Clock(_Function):
    def __call__(self) -> Any:
        one = tape()
        return self.__wrapped__() if one is None else one.reading(self.__name__, self.__wrapped__)


def _broken_down(name: str, real: Callable[..., Any]) -> _Function:
    return _Function(name, lambda seconds=None: real(time.time() if seconds is None else seconds))


def _strftime(real: Callable[..., str]) -> _Function:
    return _Function("strftime", lambda form, at=None: real(form, time.localtime() if at is None else at))


def _sleep(seconds: float) -> None:
    """`time.sleep`, of a replay: time goes on instead."""
    pause = getattr(tape(), "pause", real_sleep)
    pause(seconds)


# Dates


def _install_dates() -> None:
    """The classes stay what they are: their methods are put in the place of those written in C."""

    def now(cls: type, tz: datetime.tzinfo | None = None) -> Any:
        return cls.fromtimestamp(time.time(), tz)  # type: ignore[attr-defined]

    def utcnow(cls: type) -> Any:
        return cls.fromtimestamp(time.time(), datetime.UTC).replace(tzinfo=None)  # type: ignore[attr-defined]

    def today(cls: type) -> Any:
        return cls.fromtimestamp(time.time())  # type: ignore[attr-defined]

    for kind, functions in ((datetime.datetime, (now, utcnow, today)), (datetime.date, (today,))):
        namespace = gc.get_referents(kind.__dict__)[0]
        for function in functions:
            namespace[function.__name__] = classmethod(function)
        ctypes.pythonapi.PyType_Modified(ctypes.py_object(kind))


# Chance


def _urandom(size: int) -> Any:
    one = tape()
    return _real_urandom(size) if one is None else one.reading(f"urandom{size}", lambda: _real_urandom(size))


_real_urandom = os.urandom


class _Generator(random.Random):
    """The generator of the module: all its methods are made of `random` and `getrandbits`."""

    def random(self) -> float:
        one = tape()
        real = super().random
        return real() if one is None else one.reading("random", real)

    def getrandbits(self, k: int, /) -> int:
        one = tape()
        if one is None:
            return super().getrandbits(k)
        if k <= _MOST_BITS:
            real = super().getrandbits
            return one.reading(f"bits{k}", lambda: real(k))  # type: ignore[no-any-return]
        large = super().getrandbits
        return int(one.reading(f"large_bits{k}", lambda: hex(large(k))), 16)

    def gauss(self, mu: float = 0.0, sigma: float = 1.0) -> float:
        if tape() is not None:
            self.gauss_next = None  # The second of a pair, which an earlier request may have made.
        return super().gauss(mu, sigma)


def _seed(self: random.Random, a: Any = None, version: int = 2) -> None:
    """As the original; without a seed, one of the system's chance, which is a reading."""
    if a is None and tape() is not None:
        a = int.from_bytes(_urandom(32), "big")
    _real_seed(self, a, version)


_real_seed = random.Random.seed


def _install_chance() -> None:
    generator = _Generator()
    before = random._inst
    for name, value in list(vars(random).items()):
        if getattr(value, "__self__", None) is before:
            setattr(random, name, getattr(generator, name))
    random._inst = generator
    random.Random.seed = _seed  # type: ignore[method-assign]
    random._urandom = os.urandom = _Function("urandom", _urandom)  # type: ignore[attr-defined]
    os.register_at_fork(after_in_child=generator.seed)
    # What is written in C for these reads clock and chance by itself; the module's own Python does the same.
    for name in ("_generate_time_safe", "_UuidCreate"):
        if hasattr(uuid, name):
            setattr(uuid, name, None)
    uuid.getnode()  # Asks the machine once, and may ask chance: not within a reading.
    uuid.getnode = _Clock("node", uuid.getnode)


# What cannot be repeated


def _audit(event: str, arguments: tuple[Any, ...]) -> None:
    if event == "socket.connect":
        note_own_client()


def _start(self: threading.Thread) -> None:
    one = tape()
    if one is not None:
        one.may_differ("it starts threads")
    _real_start(self)


_real_start = threading.Thread.start

"""How long a process may run before somebody who wakes up gets its core: sched_setattr(2), which Linux 6.12 heeds.

Who answers requests asks for short turns, and so is let in at once; who computes all the time gets long ones. It is
about the order of turns, not about their sum. Where the kernel or our rights do not allow it, nothing changes.
"""

import ctypes
import platform

_libc = ctypes.CDLL(None, use_errno=True)
_NUMBERS = {"x86_64": (314, 315), "aarch64": (274, 275)}  # Of sched_setattr and sched_getattr.
SHORT, LONG = 200_000, 20_000_000  # Nanoseconds.


class _Attributes(ctypes.Structure):
    _fields_ = [
        ("size", ctypes.c_uint32), ("policy", ctypes.c_uint32), ("flags", ctypes.c_uint64), ("nice", ctypes.c_int32),
        ("priority", ctypes.c_uint32), ("runtime", ctypes.c_uint64), ("deadline", ctypes.c_uint64),
        ("period", ctypes.c_uint64),
    ]  # fmt: skip


def give(pid: int, length: int) -> bool:
    """Whether the process has turns of `length` nanoseconds from now on; its children begin with the same."""
    numbers = _NUMBERS.get(platform.machine())
    attributes = _Attributes(ctypes.sizeof(_Attributes))
    if numbers is None or _libc.syscall(numbers[1], pid, ctypes.byref(attributes), attributes.size, 0) != 0:
        return False
    attributes.runtime = length
    return bool(_libc.syscall(numbers[0], pid, ctypes.byref(attributes), 0) == 0)

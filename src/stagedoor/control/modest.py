"""Work that may take its time: in a thread that gives way to everything else."""

import asyncio
import os
import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from functools import cache
from typing import TypeVar

_NICE = 19
Found = TypeVar("Found")


async def work(step: Callable[[], Found]) -> Found:
    return await asyncio.get_running_loop().run_in_executor(_thread(), step)


@cache
def _thread() -> ThreadPoolExecutor:
    return ThreadPoolExecutor(1, "modest", initializer=_give_way)


def _give_way() -> None:
    os.setpriority(os.PRIO_PROCESS, threading.get_native_id(), _NICE)

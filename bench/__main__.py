"""uv run python -m bench NAME [--quick] --json"""

import argparse
import sys
from importlib import import_module

from tests.harness import tools

_PLATFORM = (tools.HAPROXY, tools.RUNC)
# Every bench, with the programs that it needs beside the Python packages.
BENCHES: dict[str, tuple[tools.Tool, ...]] = {
    "path": (*_PLATFORM, tools.NGINX, tools.WRK),
    "fanout": (*_PLATFORM, tools.NGINX, tools.WRK),
    "throttle": _PLATFORM,
    "hang": _PLATFORM,
    "deploy": _PLATFORM,
    "size": _PLATFORM,
    "upgrade": _PLATFORM,
    "newcomer": (*_PLATFORM, tools.CHROMIUM),
    "backup": _PLATFORM,
    "console": (*_PLATFORM, tools.CHROMIUM),
    "coldstart": _PLATFORM,
    "density": _PLATFORM,
    "isolation": _PLATFORM,
    "attacks": _PLATFORM,
    "scale": _PLATFORM,
    "alerts": (),
    "canary": _PLATFORM,
    "pairing": (),
    "rollout": _PLATFORM,
    "insight": (*_PLATFORM, tools.WRK),
    "store": (),
    "percentiles": (),
    "replay": (*_PLATFORM, tools.WRK),
    "shadow": (*_PLATFORM, tools.WRK),
}
MISSING_TOOL = 3


def main() -> int:
    parser = argparse.ArgumentParser(
        prog="python -m bench", description="Measures one thing; docs/benchmarks.md says what."
    )
    parser.add_argument("name", choices=BENCHES)
    parser.add_argument("--quick", action="store_true", help="fewer of the same, within 50 s")
    parser.add_argument("--json", action="store_true", help="print one JSON object on the last line (always done)")
    options = parser.parse_args()
    if missing := tools.missing(BENCHES[options.name]):
        names = ", ".join(tool.program for tool in missing)
        print(f"bench {options.name} needs {names}. Install with `scripts/setup bench`, or:", file=sys.stderr)
        print(f"  {tools.instruction(missing)}", file=sys.stderr)
        return MISSING_TOOL
    report = import_module(f"bench.{options.name}").run(quick=options.quick)
    for key, value in {**report.figures, **report.ratios}.items():
        print(f"{key:<28} {value}", file=sys.stderr)
    print(report.line())
    return 0


if __name__ == "__main__":
    sys.exit(main())

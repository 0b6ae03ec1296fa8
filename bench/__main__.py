"""uv run python -m bench NAME [--quick] --json"""

import argparse
import sys
from importlib import import_module

NAMES = (
    "path",
    "fanout",
    "throttle",
    "hang",
    "deploy",
    "size",
    "upgrade",
    "newcomer",
    "backup",
    "console",
    "coldstart",
    "density",
    "isolation",
    "scale",
    "alerts",
    "canary",
    "pairing",
    "rollout",
    "insight",
    "store",
    "percentiles",
    "replay",
    "shadow",
)


def main() -> None:
    parser = argparse.ArgumentParser(
        prog="python -m bench", description="Measures one thing; docs/benchmarks.md says what."
    )
    parser.add_argument("name", choices=NAMES)
    parser.add_argument("--quick", action="store_true", help="fewer of the same, within 50 s")
    parser.add_argument("--json", action="store_true", help="print one JSON object on the last line (always done)")
    options = parser.parse_args()
    report = import_module(f"bench.{options.name}").run(quick=options.quick)
    for key, value in {**report.figures, **report.ratios}.items():
        print(f"{key:<28} {value}", file=sys.stderr)
    print(report.line())


if __name__ == "__main__":
    main()

"""The program `logs`: reads what instances print into their logs. It opens no database and answers no script."""

import logging
import os
import resource
import signal
import sys
from contextlib import suppress

from stagedoor.main.inherited import listening
from stagedoor.main.outputs import Holder
from stagedoor.main.paths import Paths
from stagedoor.oci.output.guard import Guard
from stagedoor.oci.output.program import LogProgram, lives_in, make_folder
from stagedoor.oci.output.writer import LogLimits

_SWITCH_S = 0.001


def main() -> None:
    logging.basicConfig(level=logging.INFO, format="%(asctime)s logs %(levelname)s %(message)s")
    _, most = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (most, most))
    sys.setswitchinterval(_SWITCH_S)
    with suppress(OSError):
        os.nice(5)  # Whoever serves comes first.
    paths = Paths.from_environment()
    keep = paths.read_settings().keep
    limits = LogLimits(paths.data / "logs", keep.logs, keep.log_age)
    make_folder(limits.folder)
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(0))
    guard = Guard(paths.run / "reading")
    program = LogProgram(limits, Holder(paths.supervisor_socket), guard, lives_in(paths.run / "instances"))
    program.run(listening("LOGS"))


if __name__ == "__main__":
    main()

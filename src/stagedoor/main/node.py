"""The program `node`: keeps the containers of this machine."""

import asyncio
import os
import shutil
import sys

from stagedoor.haproxy.edge import Doors
from stagedoor.main import layout
from stagedoor.main.inherited import SupervisedSockets, listening
from stagedoor.main.paths import Paths
from stagedoor.main.serving import adopt_orphans, serve, set_up_log
from stagedoor.oci.keeper import Keeper
from stagedoor.oci.logs import Logs
from stagedoor.oci.runc import Engine
from stagedoor.oci.server import NodeApi
from stagedoor.vault.keys import Vault


def find_runtime() -> str:
    """The OCI runtime of this machine; an empty string when there is none."""
    for name in ("runc", "crun"):
        found = shutil.which(name, path=os.environ.get("PATH", "") + ":/usr/sbin:/sbin")
        if found:
            return found
    return ""


async def run(paths: Paths, *, fresh: bool) -> None:
    settings = paths.read_settings()
    engine = Engine(find_runtime(), paths.data / "oci", paths.cgroup)
    engine.prepare()
    keeper = Keeper(
        engine,
        Doors(layout.make(paths, settings, 0)),
        SupervisedSockets(paths.run, paths.supervisor_socket),
        Logs(paths.data / "logs", settings.keep.logs, settings.keep.log_age),
        paths.data / "node",
        settings.pools.slots,
        Vault(paths.keys(settings)).open,
    )
    await keeper.start(fresh=fresh)
    await serve(NodeApi(keeper, engine).app(), listening("NODE"))
    await keeper.stop()


def main() -> None:
    set_up_log("node")
    adopt_orphans()
    asyncio.run(run(Paths.from_environment(), fresh="--fresh" in sys.argv))


if __name__ == "__main__":
    main()

"""The program `node`: keeps the containers of this machine."""

import asyncio
import logging
import sys

from stagedoor.haproxy.doors import Doors
from stagedoor.haproxy.slots import Slots
from stagedoor.main import layout
from stagedoor.main.inherited import SupervisedSockets, listening
from stagedoor.main.outputs import SupervisedOutputs
from stagedoor.main.paths import Paths
from stagedoor.main.serving import adopt_orphans, serve, set_up_log
from stagedoor.oci import abilities, machine, mounts
from stagedoor.oci.journal import Journal
from stagedoor.oci.keeper import Keeper
from stagedoor.oci.logs import Logs
from stagedoor.oci.pool import Pool
from stagedoor.oci.profiles import Profiles
from stagedoor.oci.rings import Rings
from stagedoor.oci.runc import Engine
from stagedoor.oci.server import NodeApi
from stagedoor.vault.keys import Vault

log = logging.getLogger("stagedoor.node")


def _own_mounts() -> bool:
    """Whether containers can be given their code after they began: else each start is a cold one."""
    try:
        mounts.own_namespace()
    except OSError as error:
        log.warning("no mount namespace of our own (%s): every start is a cold one", error)
        return False
    return mounts.propagates()


async def run(paths: Paths, *, fresh: bool) -> None:
    settings = paths.read_settings()
    engine = Engine(abilities.find_runtime(), paths.data / "oci", paths.scripts_cgroup, paths.run / "rootfs")
    engine.prepare()
    sockets = SupervisedSockets(paths.run, paths.supervisor_socket)
    pools, proxies = settings.pools, layout.make(paths, settings, 0)
    outputs = SupervisedOutputs(paths.supervisor_socket, paths.logs_socket)
    pool = Pool(
        engine,
        sockets,
        Slots(proxies, sockets.count_connections),
        outputs,
        paths.run / "given",
        pools.slots,
        pools.warm,
        pools.warm_most,
        propagates=_own_mounts(),
    )
    keeper = Keeper(
        engine,
        pool,
        Doors(proxies),
        sockets,
        Logs(paths.data / "logs", outputs),
        Rings(paths.rings, settings.keep.ring),
        Journal(paths.data / "node", paths.run / "instances"),
        Vault(paths.keys(settings)).open,
        settings.capacity.memory or machine.for_instances(),
    )
    await keeper.start(fresh=fresh)
    await serve(NodeApi(keeper, engine, Profiles(keeper, engine, sockets)).app(), listening("NODE"))
    await keeper.stop()


def main() -> None:
    set_up_log("node")
    adopt_orphans()
    asyncio.run(run(Paths.from_environment(), fresh="--fresh" in sys.argv))


if __name__ == "__main__":
    main()

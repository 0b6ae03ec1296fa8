"""Model, disk and running process say the same after any sequence of changes and kills."""

import asyncio
import contextlib
import os
import shutil
import signal
import socket
import subprocess
import tempfile
from pathlib import Path

from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from stagedoor.haproxy.edge import Edge, without_addresses
from stagedoor.haproxy.layout import Layout
from stagedoor.haproxy.slots import Slots
from stagedoor.haproxy.socket import AdminSocket, EdgeDown
from stagedoor.haproxy.state import EdgeState, Proxy, Server, map_names
from stagedoor.haproxy.translate import translate
from stagedoor.model.method import Method
from stagedoor.model.names import STACKS
from stagedoor.model.route import RouteRule
from stagedoor.model.service import Service
from stagedoor.model.settings import Platform, Pools
from stagedoor.model.traffic import Egress, Grant, StackTraffic, Target, Traffic, Upstream
from tests.harness.running import wait_until

HAPROXY = shutil.which("haproxy", path="/usr/sbin:/usr/bin") or "haproxy"
POOLS = Pools(backends=6, doors=6, slots=3, services=3)
METHODS = (Method("rows", "GET", "/rows"), Method("film", "GET", "/films/{id}"))
applications = st.sampled_from(["tv", "phone", "web"])
rules = st.builds(
    RouteRule,
    host=st.sampled_from(["", "tv.example", "a-b.example"]),
    path=st.sampled_from(["", "/home", "/a.b/c d"]),
    method=st.sampled_from(["", "GET"]),
    header=st.sampled_from([{}, {"x-cohort": "b (1)"}]),
    device=st.sampled_from(["", "tv"]),
)
upstreams = st.dictionaries(
    st.integers(0, 5), st.lists(st.integers(0, 5), min_size=1, max_size=3, unique=True), max_size=4
).map(lambda given: tuple(Upstream(f"b{n}", tuple(doors), 8) for n, doors in given.items()))
targets = st.builds(
    Target, st.sampled_from(["b0", "b1", "b2"]), st.sampled_from(["tv@1.0.0", "tv@1.0.1"]), st.integers(1, 99)
)
stacks = st.builds(
    StackTraffic,
    lines=st.dictionaries(applications.map(lambda name: f"{name}/v1"), targets),
    routes=st.dictionaries(applications, applications.map(lambda name: f"{name}/v1")),
    rules=st.lists(st.tuples(rules, applications.map(lambda name: f"{name}/v1")), max_size=3).map(tuple),
)
proxies = st.sampled_from(Proxy)
traffics = st.builds(
    Traffic,
    stacks=st.fixed_dictionaries(dict.fromkeys(STACKS, stacks)),
    upstreams=upstreams,
    services=st.lists(st.integers(0, 2), unique=True).map(
        lambda given: tuple(
            Egress(
                Service(
                    f"service-{n}",
                    (f"http://127.0.0.1:{9000 + n}",),
                    backend=f"s{n}",
                    addresses=(f"127.0.0.1:{9000 + n}",),
                    methods=METHODS if n else (),
                    policies={"in_flight": n} if n else {},
                    credential_field="authorization",
                    credential="sealed",
                ),
                f"Bearer secret {n}",
            )
            for n in given
        )
    ),
    grants=st.lists(
        st.builds(
            Grant,
            st.sampled_from(["d1", "d2"]),
            st.sampled_from(["service-0", "service-1"]),
            st.sampled_from([None, ("rows",)]),
        ),
        unique_by=lambda one: (one.deployment, one.service),
        max_size=3,
    ).map(tuple),
    previews=st.dictionaries(st.sampled_from(["tv@1.0.0", "web@2.0.0"]), targets),
    tokens=st.dictionaries(st.sampled_from(["a" * 64, "b" * 64]), st.sampled_from(["*", "tv"])),
)


class EdgeMachine(RuleBasedStateMachine):
    """Real HAProxies whose sockets outlive them, changed and killed at will."""

    @initialize()
    def begin(self) -> None:
        self.folder = Path(tempfile.mkdtemp(prefix="edge-"))
        self.folder.chmod(0o711)
        (self.folder / "doors").mkdir()
        self.layout = Layout(self.folder, Platform(pools=POOLS), "127.0.0.1:1", 1, 4096)
        self.sockets = {
            name: socket.create_server(("127.0.0.1", 0))
            for name in ("PROD", "TEST", *(f"{kind}_{n}" for kind in ("SLOT", "NETWORK") for n in range(3)))
        }
        self.edge = Edge(self.layout)
        self.holders: dict[str, str] = {}
        self.wanted = Traffic(stacks={stack: StackTraffic() for stack in STACKS})
        self.edge.prepare(self.wanted)
        self.processes: dict[Proxy, subprocess.Popen[bytes]] = {}
        for proxy in Proxy:
            self.start(proxy)

    def start(self, proxy: Proxy) -> None:
        environment = dict(os.environ) | {f"STAGEDOOR_{name}": str(one.fileno()) for name, one in self.sockets.items()}
        self.processes[proxy] = subprocess.Popen(
            [HAPROXY, "-W", "-db", "-f", str(self.layout.configuration(proxy))],
            env=environment, pass_fds=[one.fileno() for one in self.sockets.values()], stderr=subprocess.DEVNULL,
            start_new_session=True,
        )  # fmt: skip
        wait_until(lambda: self.worker(proxy), 10, "HAProxy")

    def stop(self, proxy: Proxy) -> None:
        os.killpg(self.processes[proxy].pid, signal.SIGKILL)
        self.processes[proxy].wait()

    def worker(self, proxy: Proxy) -> str:
        """The line that names the worker's process; empty while there is none."""
        try:
            said = asyncio.run(AdminSocket(self.layout.admin_socket(proxy)).ask("show info"))
        except EdgeDown:
            return ""
        return next((line for line in said.splitlines() if line.startswith("Pid: ")), "")

    @rule(traffic=traffics)
    def change(self, traffic: Traffic) -> None:
        self.wanted = traffic
        asyncio.run(self.edge.apply(traffic))

    @rule(slot=st.integers(0, 2), holder=st.sampled_from(["", "d1|tv@1.0.0|i1|test", "d2|tv@1.0.1|i2|prod"]))
    def hold(self, slot: int, holder: str) -> None:
        if not hasattr(self, "slots"):
            self.slots = Slots(self.layout, nothing_connected)
        asyncio.run(self.slots.hold(slot, holder) if holder else self.slots.vacate(slot))
        self.holders.pop(f"slot-{slot}", None)
        if holder:
            self.holders[f"slot-{slot}"] = holder

    @rule(proxy=proxies)
    def kill(self, proxy: Proxy) -> None:
        self.stop(proxy)
        self.edge.forget()
        self.start(proxy)

    @rule(proxy=proxies, traffic=traffics)
    def kill_and_change_while_it_is_away(self, proxy: Proxy, traffic: Traffic) -> None:
        self.stop(proxy)
        self.wanted = traffic
        with contextlib.suppress(EdgeDown):
            asyncio.run(self.edge.apply(traffic))
        self.start(proxy)

    @rule()
    def restart_control(self) -> None:
        self.edge = Edge(self.layout)
        asyncio.run(self.edge.apply(self.wanted))

    @rule(proxy=proxies)
    def reload(self, proxy: Proxy) -> None:
        before = self.worker(proxy)
        for _ in range(5):
            # A master that has only just started drops the signal, so it may need another.
            self.processes[proxy].send_signal(signal.SIGUSR2)
            with contextlib.suppress(AssertionError):
                wait_until(lambda: self.worker(proxy) not in ("", before), 3, "another worker")
                break
        assert self.worker(proxy) not in ("", before)
        self.edge.forget()

    @precondition(lambda self: len(self.processes) == len(Proxy))
    @invariant()
    def all_three_agree(self) -> None:
        model = translate(self.layout, self.wanted)
        expected = normal(without_addresses(model))
        assert normal(asyncio.run(self.edge.running())) == expected
        assert normal(on_disk(self.layout)) == expected
        assert read_map(self.layout, "slots") == self.holders

    def teardown(self) -> None:
        for proxy in getattr(self, "processes", {}):
            self.stop(proxy)
        for held in getattr(self, "sockets", {}).values():
            held.close()
        shutil.rmtree(self.folder)


async def nothing_connected(slot: int) -> int:
    """Nobody calls in this test."""
    return 0


def normal(state: EdgeState) -> tuple[dict[str, set[str]], dict[str, list[tuple[str, str]]]]:
    """Servers as sets; maps in order where it counts."""
    backends = {name: {one.name for one in servers} for name, servers in state.backends.items() if servers}
    maps = {
        name: list(entries.items()) if name.startswith("rules") else sorted(entries.items())
        for name, entries in state.maps.items()
        if name != "slots"
    }
    return backends, maps


def on_disk(layout: Layout) -> EdgeState:
    backends: dict[str, tuple[Server, ...]] = {}
    current = ""
    for line in "".join(layout.configuration(proxy).read_text() for proxy in Proxy).splitlines():
        if not line.startswith(" "):
            current = line.removeprefix("backend ").partition(" from ")[0] if line.startswith("backend ") else ""
        elif line.startswith("  server ") and current not in ("", "control"):
            backends[current] = (*backends.get(current, ()), Server(line.split()[1], ""))
    names = [name for proxy in Proxy for name in map_names(proxy, STACKS, POOLS.services)]
    return EdgeState(backends, {name: read_map(layout, name) for name in names})


def read_map(layout: Layout, name: str) -> dict[str, str]:
    lines = layout.map_file(name).read_text().splitlines()
    return dict(line.split(" ", 1) for line in lines)


TestEdgeState = EdgeMachine.TestCase
TestEdgeState.settings = settings(
    max_examples=12,
    stateful_step_count=12,
    deadline=None,
    suppress_health_check=list(HealthCheck),
    derandomize=True,
    database=None,
)

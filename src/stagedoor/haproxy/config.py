"""The configurations of the two HAProxy processes as text: a pure function of the layout and the state."""

from stagedoor.haproxy import egress, errors, frontends
from stagedoor.haproxy.layout import Layout, backend_name, service_backend_name
from stagedoor.haproxy.state import EdgeState, Proxy, Server
from stagedoor.model.names import STACKS

_MAX_STREAMS = 32  # Requests at one time on one HTTP/2 connection.


def render(proxy: Proxy, layout: Layout, state: EdgeState) -> str:
    """Returns the whole file. Listening sockets come as descriptors that the environment names."""
    parts = [_global(proxy, layout), _records(layout), _base(layout)]
    parts += _edge(layout, state) if proxy is Proxy.EDGE else _egress(layout, state)
    return "\n\n".join("\n".join(part) for part in parts) + "\n"


def _edge(layout: Layout, state: EdgeState) -> list[list[str]]:
    backends = (backend_name(number) for number in range(layout.settings.pools.backends))
    return [
        _scripts(layout),
        *frontends.tables(),
        *(frontends.devices(layout, stack) for stack in STACKS),
        frontends.probe(layout),
        ["backend control from base", f"  server control {layout.control_address}"],
        *(
            [f"backend {name} from scripts", "  balance leastconn", *_servers(state.backends.get(name, ()))]
            for name in backends
        ),
    ]


def _egress(layout: Layout, state: EdgeState) -> list[list[str]]:
    numbers = range(layout.settings.pools.services)
    return [
        egress.defaults(layout),
        egress.frontend(layout, frontends.TIMES),
        *egress.tables(),
        *(
            egress.backend(layout, number, _servers(state.backends.get(service_backend_name(number), ())))
            for number in numbers
        ),
    ]


def _global(proxy: Proxy, layout: Layout) -> list[str]:
    user = layout.users.get(proxy, ())
    return [
        "global",
        f"  maxconn {layout.max_connections}",
        f"  nbthread {layout.threads}",
        f"  stats socket unix@{layout.admin_socket(proxy)} mode 600 level admin",
        "  hard-stop-after 30s",
        *([f"  lua-load {layout.lua}"] if proxy is Proxy.EGRESS else []),
        f"  tune.bufsize {layout.buffer(proxy)}",
        f"  tune.h2.max-concurrent-streams {_MAX_STREAMS}",
        *(f"  {line}" for line in user),
    ]


def _records(layout: Layout) -> list[str]:
    return [
        "ring records",
        "  format raw",
        "  maxlen 8192",
        "  size 16777216",
        "  timeout connect 2s",
        "  timeout server 10s",
        f"  server telemetry unix@{layout.records_socket}",
    ]


def _base(layout: Layout) -> list[str]:
    edge = layout.settings.edge
    return [
        "defaults base",
        "  mode http",
        "  timeout client 60s",
        "  timeout connect 5s",
        "  timeout http-request 10s",
        "  timeout http-keep-alive 60s",
        f"  timeout queue {edge.queue_timeout * 1000:.0f}ms",
        f"  timeout server {edge.request_timeout * 1000:.0f}ms",
        "  timeout tunnel 1h",
        "  http-reuse always",
        # Twice: who is killed leaves connections behind, and the first retry may be given one of them. A request that
        # kills who answers it ends three instances then, and no more: one below what gives a line back.
        "  retries 2",
        "  option redispatch",
        # A reload closes no connection on which a device may be asking at that moment.
        "  option idle-close-on-response",
        "  retry-on conn-failure empty-response",
        "  unique-id-format %[uuid()]",
        *(f"  {line}" for line in errors.own_errors()),
    ]


def _scripts(layout: Layout) -> list[str]:
    edge = layout.settings.edge
    return [
        "defaults scripts from base",
        # Who waits has a deadline, and only so many may: the next one is told at once.
        f"  {errors.refusal('queue')} if {{ queue ge {edge.queue} }}",
        f"  {errors.answer_refusal('answer')} if {{ res.hdr_val(content-length) gt {edge.answer} }}",
    ]


def _servers(servers: tuple[Server, ...]) -> list[str]:
    return [f"  server {server.name} {server.options}" for server in servers]

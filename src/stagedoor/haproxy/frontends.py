"""The frontends of the edge: where devices come in, and where the platform itself asks a script.

Order within a frontend is the order of decisions: what is believed, what is refused, where it goes, when it goes on.
"""

from stagedoor.haproxy import bodies, errors, identity, routing
from stagedoor.haproxy.layout import Layout
from stagedoor.haproxy.state import Proxy

# A client that owns a network of its own is one client: an IPv6 host has a /64 at least.
_ADDRESS = "src,ipmask(32,64)"
_CROWDED_SHARE = 0.75  # From this part of the connections on, a response is the last of its connection.
_DEGRADED = "var(txn.told),field(1,|)"
# Every field costs each request a little; what can be told from another is left to the reader. A path comes with the
# edge's own escapes (`telemetry.intake` undoes them), which cost less than JSON's. What others wrote stands last, each
# part with a bound and the path at the end: however long or odd it is, a line says who answered and how it ended.
TIMES = (
    '"status":%ST,"ended":"%ts","retries":"%rc","in":%U,"out":%B,"queue_ms":%Tw,"connect_ms":%Tc,"answer_ms":%Tr,'
    '"total_ms":%Ta,"worker":%pid,"seq":%rt,'
)


def tables() -> list[list[str]]:
    """Returns what is counted of each client address: connections, requests, those at one time, long uploads."""
    counted = {"clients": "conn_cur,gpc0_rate(1s)", "requests": "conn_cur", "uploads": "conn_cur"}
    return [
        [f"backend {name} from base", f"  stick-table type ipv6 size 100k expire 30s store {what}"]
        for name, what in counted.items()
    ]


def devices(layout: Layout, stack: str) -> list[str]:
    """Returns the frontend of a stack."""
    crowded = int(layout.max_connections * _CROWDED_SHARE)
    return [
        f"frontend {stack} from base",
        f'  bind "fd@${{STAGEDOOR_{stack.upper()}}}" name {stack}{_tls(layout)}',
        "  log ring@records len 8192 format raw local0",
        f"  log-format '{_record(layout, stack)}'",
        *identity.trust(layout),
        *_count_connections(layout),
        *_count_requests(layout),
        # Some clients name scheme and host as a proxy is asked; scripts read paths.
        "  http-request set-uri %[pathq] if { url -m beg http }",
        "  http-request set-var(txn.began) date(0,us)",
        *identity.rules(layout),
        *_refuse(layout),
        *routing.rules(layout, stack),
        *_wait_for_bodies(layout),
        "  http-request set-header stagedoor-request-id %[unique-id]",
        "  http-request disable-l7-retry if !METH_GET !{ method HEAD OPTIONS PUT DELETE }",
        "  http-response set-var(txn.instance) res.hdr(stagedoor-instance)",
        "  http-response set-var(txn.told) res.fhdr(stagedoor-told)",
        f"  http-response del-header {identity.PLATFORM_HEADERS}",
        # What comes first is for who asked, what follows is the trace's.
        f"  http-response set-header stagedoor-degraded %[{_DEGRADED}] if {{ {_DEGRADED} -m len gt 0 }}",
        "  http-response del-header set-cookie if { res.hdr(set-cookie) -m sub stagedoor_ }",
        "  http-response set-header stagedoor-request-id %[unique-id]",
        f"  http-after-response set-header connection close if {{ fe_conn gt {crowded} }}",
        "  use_backend %[var(txn.target),field(1,|)]",
    ]


def probe(layout: Layout) -> list[str]:
    """Returns the frontend on which the platform asks a backend that it names."""
    return [
        "frontend probe from base",
        f"  bind unix@{layout.probe_socket} mode 600 name probe proto h1",
        "  http-request set-var(txn.target) req.hdr(stagedoor-backend)",
        "  http-request del-header stagedoor-backend",
        "  http-request set-header stagedoor-request-id %[unique-id] if !{ req.hdr(stagedoor-request-id) -m found }",
        "  use_backend %[var(txn.target)]",
    ]


def _record(layout: Layout, stack: str) -> str:
    edge = layout.settings.edge
    known = [name for name, source in (("device", edge.device), ("member", edge.member)) if source]
    people = "".join(f'"{name}":"%[var(txn.{name}),bytes(0,200),json(utf8s)]",' for name in known)
    return (
        f'{{"kind":"request","id":"%ID","end":%[date(0,us)],"began":"%[var(txn.began)]","stack":"{stack}","target":"%[var(txn.target)]",'
        + TIMES
        + '"door":"%s","instance":"%[var(txn.instance),bytes(0,64),json(utf8s)]",'
        + people
        + '"told":"%[var(txn.told),bytes(0,2000),json(utf8s)]","method":"%HM","path":"%{+E}HPO"}'
    )


def _tls(layout: Layout) -> str:
    if not layout.settings.tls.certificate:
        # Without it anybody could speak HTTP/2 by its preface alone: many requests that no connection counts.
        return " proto h1"
    return f" ssl crt {layout.certificate} ssl-min-ver TLSv1.2 alpn h2,http/1.1"


def _count_connections(layout: Layout) -> list[str]:
    """A trusted peer brings the connections of many clients, so only those of others are bounded."""
    held, unless = "sc0_conn_cur(clients)", identity.unless_trusted(layout)
    return [
        f"  tcp-request connection track-sc0 {_ADDRESS} table clients",
        f"  tcp-request connection reject if {{ {held} gt {layout.client_connections} }}{unless}",
        # What is left then, in this frontend and in the other one, is kept for addresses that hold few.
        f"  tcp-request connection reject if {{ fe_conn gt {layout.crowded} }}"
        f" {{ {held} gt {layout.crowded_client_connections} }}{unless}",
    ]


def _count_requests(layout: Layout) -> list[str]:
    """HTTP/2 has many requests on one connection: together they are no more than connections may be."""
    if not layout.settings.tls.certificate:
        return []
    return [
        f"  http-request track-sc2 {_ADDRESS} table requests",
        f"  http-request reject if {{ sc2_conn_cur(requests) gt {layout.client_connections} }}"
        f"{identity.unless_trusted(layout)}",
    ]


def _refuse(layout: Layout) -> list[str]:
    edge = layout.settings.edge
    lines = []
    if edge.client_rate:
        lines += [
            f"  {errors.refusal('client_rate')} if {{ sc0_gpc0_rate(clients) gt {edge.client_rate} }}",
            # Only what passes is counted: refused requests must not feed the limit that refuses them.
            "  http-request sc-inc-gpc0(0)",
        ]
    lines.append(f"  {errors.refusal('body')} if {{ req.hdr_val(content-length) gt {edge.body} }}")
    lines.append(f"  {errors.refusal('route')} if {{ path_sub /.stagedoor/ }}")
    return lines


def _wait_for_bodies(layout: Layout) -> list[str]:
    """A body that fits a buffer is whole before its request takes a place at an instance."""
    return [
        bodies.wait_for_whole(),
        *bodies.bound_uploads(layout.settings.edge.client_uploads, _ADDRESS, identity.unless_trusted(layout)),
        *bodies.give_length(layout.buffer(Proxy.EDGE)),
    ]

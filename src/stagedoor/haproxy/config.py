"""The configuration of HAProxy as text: a pure function of the layout and the state.

Order within a frontend is the order of decisions: what is believed, what is refused, where it goes.
"""

from stagedoor.haproxy import egress, errors, routing
from stagedoor.haproxy.layout import Layout, backend_name, service_backend_name
from stagedoor.haproxy.state import EdgeState, Server
from stagedoor.model.names import STACKS

# What a device may not say about itself: the platform's own words and everything that steers tracing.
_PLATFORM_HEADERS = "stagedoor -m beg"
_TRACE_HEADERS = (
    "^(traceparent|tracestate|baggage|b3|x-b3-.*|x-request-id|x-correlation-id|x-cloud-trace-context|x-amzn-trace-id"
    "|x-datadog-.*|uber-trace-id|uberctx-.*|x-ot-span-context|forwarded|x-forwarded-.*|x-real-ip)$ -m reg"
)
_DEGRADED = "var(txn.told),field(1,|)"
# Every field costs each request a little; what can be told from another is left to the reader. A path comes with the
# edge's own escapes (`telemetry.intake` undoes them), which cost less than JSON's.
_TIMES = (
    '"status":%ST,"ended":"%ts","retries":"%rc","in":%U,"out":%B,"queue_ms":%Tw,"connect_ms":%Tc,"answer_ms":%Tr,'
    '"total_ms":%Ta,"worker":%pid,"seq":%rt}'
)


def _request_record(layout: Layout, stack: str) -> str:
    edge = layout.settings.edge
    known = [name for name, source in (("device", edge.device), ("member", edge.member)) if source]
    people = "".join(f'"{name}":"%[var(txn.{name}),json(utf8s)]",' for name in known)
    return (
        f'{{"kind":"request","id":"%ID","end":%[date(0,us)],"began":"%[var(txn.began)]","stack":"{stack}","target":"%[var(txn.target)]",'
        '"instance":"%[var(txn.instance),json(utf8s)]","door":"%s","told":"%[var(txn.told),json(utf8s)]","method":"%HM","path":"%{+E}HPO",'
        + people
        + _TIMES
    )


# A browser sends cookies to every port of a host: those of the console end here, and no script sets one.
_KEEP_SESSIONS_OUT = [
    f"  http-request replace-header cookie '(.*;)?\\s*{name}=[^;]*(.*)' '\\1\\2' if {{ req.cook({name}) -m found }}"
    for name in ("stagedoor_session", "stagedoor_sign_in")
]


def render(layout: Layout, state: EdgeState) -> str:
    """The whole file. Doors, slots and the edge's addresses come as descriptors, named in the environment."""
    parts = [
        _global(layout),
        _records(layout),
        _defaults(layout),
        *(_edge(layout, stack) for stack in STACKS),
        _probe(layout),
        egress.defaults(),
        egress.frontend(layout, _TIMES),
        *egress.tables(),
        *_backends(layout, state),
    ]
    return "\n\n".join("\n".join(part) for part in parts) + "\n"


def _global(layout: Layout) -> list[str]:
    # Two descriptors a connection, and some for listeners and checks.
    most = max(500, (layout.open_files - 1000) // 2)
    user = [f"  user {layout.user}", f"  group {layout.user}"] if layout.user else []
    return [
        "global",
        f"  maxconn {min(most, 50000)}",
        f"  nbthread {layout.threads}",
        f"  stats socket unix@{layout.admin_socket} mode 600 level admin",
        "  hard-stop-after 30s",
        f"  lua-load {layout.lua}",
        # A request that may be tried again is kept in a copy of its buffer: half the size, half the price of that.
        "  tune.bufsize 8192",
        *user,
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


def _defaults(layout: Layout) -> list[str]:
    edge = layout.settings.edge
    return [
        "defaults edge",
        "  mode http",
        "  timeout client 60s",
        "  timeout connect 5s",
        "  timeout http-request 10s",
        "  timeout http-keep-alive 60s",
        f"  timeout queue {edge.queue_timeout * 1000:.0f}ms",
        f"  timeout server {edge.request_timeout * 1000:.0f}ms",
        "  timeout tunnel 1h",
        # A server that is added later may name only a file of authorities that was read at the start.
        *([f"  default-server ca-file {layout.authorities}"] if layout.settings.tls.authorities else []),
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
        "",
        "defaults scripts from edge",
        # Who waits has a deadline, and only so many may: the next one is told at once.
        f"  {errors.refusal('queue')} if {{ queue ge {edge.queue} }}",
        f"  {errors.answer_refusal('answer')} if {{ res.hdr_val(content-length) gt {edge.answer} }}",
    ]


def _edge(layout: Layout, stack: str) -> list[str]:
    return [
        f"frontend {stack} from edge",
        f'  bind "fd@${{STAGEDOOR_{stack.upper()}}}" name {stack}{_tls(layout)}',
        "  log ring@records len 8192 format raw local0",
        f"  log-format '{_request_record(layout, stack)}'",
        "  http-request set-var(txn.began) date(0,us)",
        *_KEEP_SESSIONS_OUT,
        *_believe(layout),
        *_refuse(layout),
        *routing.rules(layout, stack),
        "  http-request set-header stagedoor-request-id %[unique-id]",
        "  http-request disable-l7-retry if !METH_GET !{ method HEAD OPTIONS PUT DELETE }",
        "  http-response set-var(txn.instance) res.hdr(stagedoor-instance)",
        "  http-response set-var(txn.told) res.fhdr(stagedoor-told)",
        f"  http-response del-header {_PLATFORM_HEADERS}",
        # What comes first is for who asked, what follows is the trace's.
        f"  http-response set-header stagedoor-degraded %[{_DEGRADED}] if {{ {_DEGRADED} -m len gt 0 }}",
        "  http-response del-header set-cookie if { res.hdr(set-cookie) -m sub stagedoor_ }",
        "  http-response set-header stagedoor-request-id %[unique-id]",
        "  use_backend %[var(txn.target),field(1,|)]",
    ]


def _tls(layout: Layout) -> str:
    if not layout.settings.tls.certificate:
        return ""
    return f" ssl crt {layout.certificate} ssl-min-ver TLSv1.2 alpn h2,http/1.1"


def _believe(layout: Layout) -> list[str]:
    edge = layout.settings.edge
    trusted = " ".join(edge.trusted_peers)
    lines = [f"  acl trusted src {trusted}"] if trusted else []
    if edge.device.startswith("jwt:") or edge.member.startswith("jwt:"):
        lines += [
            "  http-request set-var(txn.bearer) http_auth_bearer",
            "  http-request set-var(txn.now) date",
            "  http-request set-var(txn.expires) var(txn.bearer),jwt_payload_query('$.exp','int')",
            f'  acl jwt_right var(txn.bearer),jwt_verify("{edge.jwt_algorithm}","{edge.jwt_key}") 1',
            f"  acl jwt_algorithm var(txn.bearer),jwt_header_query('$.alg') -m str {edge.jwt_algorithm}",
            "  acl jwt_live var(txn.expires),sub(txn.now) gt 0",
        ]
    lines += _source("device", edge.device, bool(trusted)) + _source("member", edge.member, bool(trusted))
    signed = f'{{ req.hdr(stagedoor-fault),jwt_verify("HS256","{layout.fault_key}") 1 }}'
    lines.append(f"  http-request set-var(txn.fault) req.hdr(stagedoor-fault) if {signed}")
    lines.append(f"  http-request del-header {_PLATFORM_HEADERS}")
    lines.append("  http-request set-header stagedoor-fault %[var(txn.fault)] if { var(txn.fault) -m found }")
    lines.append(f"  http-request del-header {_TRACE_HEADERS}" + (" if !trusted" if trusted else ""))
    for name, source in (("device", edge.device), ("member", edge.member)):
        if not source:
            continue
        lines.append(f"  http-request set-header stagedoor-{name} %[var(txn.{name})] if {{ var(txn.{name}) -m found }}")
    return lines


def _source(name: str, source: str, has_trusted: bool) -> list[str]:
    kind, _, key = source.partition(":")
    if kind == "header":
        # Without a trusted peer no header is believed.
        return [f"  http-request set-var(txn.{name}) req.hdr({key}) if trusted"] if has_trusted else []
    if kind == "cookie":
        return [f"  http-request set-var(txn.{name}) req.cook({key})"]
    if kind == "jwt":
        claim = f"  http-request set-var(txn.{name}) var(txn.bearer),jwt_payload_query('$.{key}')"
        return [f"{claim} if jwt_algorithm jwt_right jwt_live"]
    return []


def _refuse(layout: Layout) -> list[str]:
    edge = layout.settings.edge
    lines = []
    if edge.client_rate:
        lines += [
            "  stick-table type ipv6 size 100k expire 10s store gpc0_rate(1s)",
            "  http-request track-sc0 src",
            f"  {errors.refusal('client_rate')} if {{ sc0_gpc0_rate gt {edge.client_rate} }}",
            # Only what passes is counted: refused requests must not feed the limit that refuses them.
            "  http-request sc-inc-gpc0(0)",
        ]
    lines.append(f"  {errors.refusal('body')} if {{ req.hdr_val(content-length) gt {edge.body} }}")
    lines.append(f"  {errors.refusal('route')} if {{ path_sub /.stagedoor/ }}")
    return lines


def _probe(layout: Layout) -> list[str]:
    return [
        "frontend probe from edge",
        f"  bind unix@{layout.probe_socket} mode 600 name probe",
        "  http-request set-var(txn.target) req.hdr(stagedoor-backend)",
        "  http-request del-header stagedoor-backend",
        "  http-request set-header stagedoor-request-id %[unique-id] if !{ req.hdr(stagedoor-request-id) -m found }",
        "  use_backend %[var(txn.target)]",
    ]


def _backends(layout: Layout, state: EdgeState) -> list[list[str]]:
    pools = layout.settings.pools
    control = ["backend control from edge", f"  server control {layout.control_address}"]
    scripts = [
        [f"backend {name} from scripts", "  balance leastconn", *_servers(state.backends.get(name, ()))]
        for name in (backend_name(number) for number in range(pools.backends))
    ]
    services = [
        egress.backend(layout, number, _servers(state.backends.get(service_backend_name(number), ())))
        for number in range(pools.services)
    ]
    return [control, *scripts, *services]


def _servers(servers: tuple[Server, ...]) -> list[str]:
    return [f"  server {one.name} {one.options}" for one in servers]

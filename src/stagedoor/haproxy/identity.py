"""What the edge believes of a request, and what it removes from it, as rules of a frontend.

Nothing that a device sends becomes an identity: a signed token does, and what a trusted peer says. The rules come
before everything else, so no later rule reads what is not to be believed.
"""

from stagedoor.haproxy.layout import Layout

# What a device may not say about itself: the platform's own words (`-` or `_`) and everything that steers tracing.
PLATFORM_HEADERS = "stagedoor -m beg"
_TRACE_HEADERS = (
    "^(traceparent|tracestate|baggage|b3|x[-_]b3[-_].*|x[-_]request[-_]id|x[-_]correlation[-_]id"
    "|x[-_]cloud[-_]trace[-_]context|x[-_]amzn[-_]trace[-_]id|x[-_]datadog[-_].*|uber[-_]trace[-_]id|uberctx[-_].*"
    "|x[-_]ot[-_]span[-_]context|forwarded|x[-_]forwarded[-_].*|x[-_]real[-_]ip)$ -m reg"
)
SESSION_COOKIES = ("stagedoor_session", "stagedoor_sign_in")
_MAX_SESSION_COOKIES = 3  # Removed one by one; a request with more loses all its cookies.
_MAX_IDENTITY = 200  # Characters of a device or a member.


def rules(layout: Layout) -> list[str]:
    """Returns the rules in order. A trusted peer is a network of `edge.trusted_peers`."""
    return [*_drop_session_cookies(), *end_hop(), *_identify(layout), *_drop_claims(layout)]


def trust(layout: Layout) -> list[str]:
    """Returns the definition of `trusted`, which stands before whatever uses it; none when no peer is trusted."""
    peers = " ".join(layout.settings.edge.trusted_peers)
    return [f"  acl trusted src {peers}"] if peers else []


def unless_trusted(layout: Layout) -> str:
    """Returns the end of a condition that exempts trusted peers."""
    return " !trusted" if layout.settings.edge.trusted_peers else ""


def end_hop() -> list[str]:
    """Returns the rules that end here what the sender says about its connection, and about fields behind the body.

    Whoever gets a request may drop the fields that `connection` lists, so a sender could hide the platform's headers.
    """
    return [f"  http-request del-header {name}" for name in ("connection", "trailer", "te")]


def _drop_session_cookies() -> list[str]:
    """A browser sends cookies to every port of a host: those of the console end here, however they are written.

    Whole parts between semicolons go, so neither blanks nor quotes around a name keep one. A longer name that ends with
    one of them is another cookie.
    """
    names = "|".join(SESSION_COOKIES)
    # Most requests hold none: one look for a piece of the names comes first.
    held = f"{{ var(txn.sessions) -m found }} {{ req.fhdr(cookie) -m reg (^|[^A-Za-z0-9_-])({names}) }}"
    part = f"^(.*;)?([^;]*[^A-Za-z0-9_;-])?({names})[^;]*(;(.*))?$"
    return [
        "  http-request set-var(txn.sessions) bool(true) if { req.fhdr(cookie) -m sub stagedoor_s }",
        *([f"  http-request replace-header cookie '{part}' '\\1\\5' if {held}"] * _MAX_SESSION_COOKIES),
        f"  http-request del-header cookie if {held}",
    ]


def _identify(layout: Layout) -> list[str]:
    edge = layout.settings.edge
    has_trusted = bool(edge.trusted_peers)
    lines = []
    if edge.device.startswith("jwt:") or edge.member.startswith("jwt:"):
        lines += [
            "  http-request set-var(txn.bearer) http_auth_bearer",
            "  http-request set-var(txn.now) date",
            "  http-request set-var(txn.expires) var(txn.bearer),jwt_payload_query('$.exp','int')",
            f'  acl jwt_right var(txn.bearer),jwt_verify("{edge.jwt_algorithm}","{edge.jwt_key}") 1',
            f"  acl jwt_algorithm var(txn.bearer),jwt_header_query('$.alg') -m str {edge.jwt_algorithm}",
            "  acl jwt_live var(txn.expires),sub(txn.now) gt 0",
        ]
    for name, source in _sources(layout):
        lines += _source(name, source, has_trusted)
    return lines


def _sources(layout: Layout) -> list[tuple[str, str]]:
    edge = layout.settings.edge
    return [(name, source) for name, source in (("device", edge.device), ("member", edge.member)) if source]


def _source(name: str, source: str, has_trusted: bool) -> list[str]:
    kind, _, key = source.partition(":")
    variable = f"txn.{name}"
    # A header and a cookie are what anybody can send: without a trusted peer neither is believed.
    if kind in ("header", "cookie") and not has_trusted:
        return []
    read = {
        "header": f"  http-request set-var({variable}) req.hdr({key}) if trusted",
        "cookie": f"  http-request set-var({variable}) req.cook({key}) if trusted",
        "jwt": f"  http-request set-var({variable}) var(txn.bearer),jwt_payload_query('$.{key}')"
        " if jwt_algorithm jwt_right jwt_live",
    }[kind]
    # A claim may hold any character; in a header it must not end the line, nor grow without bound.
    return [
        read,
        f"  http-request unset-var({variable}) if {{ var({variable}) -m len gt {_MAX_IDENTITY} }}",
        f"  http-request unset-var({variable}) if {{ var({variable}) -m reg [[:cntrl:]] }}",
    ]


def _drop_claims(layout: Layout) -> list[str]:
    signed = f'{{ req.hdr(stagedoor-fault),jwt_verify("HS256","{layout.fault_key}") 1 }}'
    unless = unless_trusted(layout)
    return [
        f"  http-request set-var(txn.fault) req.hdr(stagedoor-fault) if {signed}",
        f"  http-request del-header {PLATFORM_HEADERS}",
        "  http-request set-header stagedoor-fault %[var(txn.fault)] if { var(txn.fault) -m found }",
        f"  http-request del-header {_TRACE_HEADERS}" + (f" if{unless}" if unless else ""),
        *(
            f"  http-request set-header stagedoor-{name} %[var(txn.{name})] if {{ var(txn.{name}) -m found }}"
            for name, _ in _sources(layout)
        ),
    ]

"""The egress as text: who calls what, whether that is allowed now, and where it goes. A pure function of the layout.

A call is told from its path by the service's own backend, so that no other service's patterns are looked at. What is
refused is counted nowhere: only calls that pass feed the limits that refuse.
"""

from stagedoor.decide.breaker import PROBES
from stagedoor.haproxy import bodies, errors, identity
from stagedoor.haproxy.layout import Layout, service_backend_name, slot_listener
from stagedoor.haproxy.state import (
    CALLERS,
    CHECKS,
    CREDENTIALS,
    CURVE,
    FAULTS,
    GRANTED,
    GRANTS,
    LIVE,
    SLOTS,
    Proxy,
    methods_map,
)
from stagedoor.model import odd
from stagedoor.model.policy import DEFAULT_TIMEOUT
from stagedoor.model.service import CREDENTIAL_FIELDS

_SIGNS = (
    "stagedoor_ fault upgrade http2 http-method http_method method- method_ original rewrite forwarded real-ip real_ip"
)
_RECORD_HEAD = '{"kind":"call","end":%[date(0,us)],"us":%[date(0,us),sub(txn.began)],"holder":"%[var(txn.holder)]",'
# What scripts and services wrote: last, as in the edge's own records.
_RECORD_TEXTS = (
    '"name":"%[var(txn.policy),field(1,|)]","refused":"%[var(txn.refused),bytes(0,40),json(utf8s)]",'
    '"fault":"%[var(txn.fault),bytes(0,200),json(utf8s)]","attempt":"%[var(txn.attempt)]","how":"%ts",'
    '"hash":"%[var(txn.hash)]","server":"%s","id":"%[var(txn.request_id),bytes(0,64),json(utf8s)]",'
    '"service":"%[var(txn.service),bytes(0,100),json(utf8s)]","trace":"%[var(txn.trace),bytes(0,64),json(utf8s)]",'
    '"method":"%HM","path":"%{+E}HPO","query":"%{+E}HQ"}'
)
# Fields of a call's policy: its name in the service, its key in the tables, then what its owner allows.
_NAME, _KEY, _TIMEOUT, _CRITICALITY, _RATE, _IN_FLIGHT, _CALLER_RATE, _CALLER_IN_FLIGHT, _FLAGS = range(1, 10)
# Of the live value: limit, and above it what it is told of the method and its service.
OPEN, SHORT = 1_000_000, 2_000_000


def _of(field: int) -> str:
    return f"var(txn.policy),field({field},|)"


def tables() -> list[list[str]]:
    """`gpc`: passed, tried again. `gpt`: the second that is counted, and what both were when it began."""
    kept = "size 20k expire 10m store conn_cur,gpc(2),gpt(3)"
    return [[f"backend {name} from base", f"  stick-table type string len 256 {kept}"] for name in ("calls", "callers")]


def defaults(layout: Layout) -> list[str]:
    return [
        "defaults services from base",
        # A server that is added later may name only a file of authorities that was read at the start.
        *([f"  default-server ca-file {layout.authorities}"] if layout.settings.tls.authorities else []),
        *(f"  {line}" for line in errors.egress_errors()),
        f"  timeout server {DEFAULT_TIMEOUT * 1000:.0f}ms",
        "  timeout connect 1s",
        "  timeout check 2s",
        "  retries 1",
        "  option httpchk",
        # Who gives up frees the service as well.
        "  option abortonclose",
        # A copy of each call for another attempt costs a tenth; the client makes that itself (runtime.wire).
        "  retry-on conn-failure",
    ]


def frontend(layout: Layout, times: str) -> list[str]:
    slots, grants = layout.map_file(SLOTS), layout.map_file(GRANTS)
    binds = [
        f'  bind "fd@${{STAGEDOOR_{kind}_{number}}}" name {slot_listener(number)} id {number + 1 + first}'
        # Without `proto h1` anybody speaks HTTP/2 here: many calls on one connection, and fields behind a body.
        f" maxconn {layout.slot_connections} proto h1"
        for kind, first in (("SLOT", 0), ("NETWORK", layout.settings.pools.slots))
        for number in range(layout.settings.pools.slots)
    ]
    return [
        "frontend egress from services",
        *binds,
        "  log ring@records len 8192 format raw local0",
        f"  log-format '{_RECORD_HEAD}{times}{_RECORD_TEXTS}'",
        # Whoever held the slot when the connection began is who calls on it, whatever comes later.
        f"  tcp-request session set-var(sess.holder) so_name,map_str({slots})",
        "  http-request set-var(txn.began) date(0,us)",
        "  http-request set-var(txn.hash) url32",
        f"  http-request set-var(txn.current) so_name,map_str({slots})",
        "  http-request set-var(txn.holder) var(sess.holder)",
        "  http-request set-var(txn.service) req.hdr(host),field(1,:),lower",
        f"  {errors.refusal('holder')} if !{{ var(txn.current),strcmp(txn.holder) eq 0 }}",
        *identity.end_hop(),
        bodies.wait_for_whole(bodies.CHUNKED),
        *bodies.give_length(layout.buffer(Proxy.EGRESS)),
        bodies.refuse_chunked(),
        "  http-request set-var(txn.request_id) req.hdr(stagedoor-request-id)",
        "  http-request set-var(txn.trace) req.hdr(traceparent)",
        f"  http-request set-var(txn.grant) var(txn.holder),field(1,|),concat(/,txn.service),map_str({grants})",
        f"  {errors.refusal('grant')} if !{{ var(txn.grant) -m found }}",
        # The dear look is for what looks odd at all.
        f"  {errors.refusal('target')} if {{ path -m sub % // /. \\\\ }} {{ path -m reg -i '{odd.PATH}' }}",
        # Of a further attempt, or of a request for which something is to fail; most calls are neither.
        "  http-request set-var(txn.special) req.hdr(stagedoor-special)",
        "  http-request del-header stagedoor-special if { var(txn.special) -m found }",
        # What some server takes for another method, path or caller, or for the end of HTTP: a tunnel knows no grants.
        f"  http-request del-header {odd.FIELDS} -m reg if {{ req.hdr_names -m sub {_SIGNS} }}",
        f"  http-request del-header {odd.CLAIMS} -m reg if {{ req.hdr_names -m reg {odd.CLAIMS_AMONG} }}",
        "  http-request set-header stagedoor-application %[var(txn.holder),field(2,|)]",
        "  http-request set-header stagedoor-stack %[var(txn.holder),field(4,|)]",
        "  http-request set-header host %[var(txn.grant),field(2,|)]",
        "  http-response deny deny_status 502 if { status 101 }",
        "  http-response del-header stagedoor -m beg",
        "  http-after-response set-var(txn.refused) res.fhdr(stagedoor-refused),word(1,\\ ) if { status ge 400 }",
        "  use_backend %[var(txn.grant),field(1,|)]",
    ]


def backend(layout: Layout, number: int, servers: list[str]) -> list[str]:
    """A service's own. It looks the call's name up, then what the owner allows, then asks.

    Most calls read, and have neither limits nor faults nor a breaker that is open: they are let through by the first
    four rules. Paths with parameters and what is no GET come after them, and all that is special at the end.
    """
    name = service_backend_name(number)
    reads, others = layout.map_file(methods_map(name, "reads")), layout.map_file(methods_map(name, "others"))
    patterns = layout.map_file(methods_map(name, "patterns"))
    unknown = "!{ var(txn.policy) -m found }"
    return [
        f"backend {name} from services",
        "  balance leastconn",
        *_check(layout),
        # A path holds no question mark, so the end of one is where it stands.
        f"  http-request set-var(txn.policy) path,concat(?),map_beg({reads}) if METH_GET",
        *_let_plain_through(layout),
        f'  http-request set-var-fmt(txn.asked) "%[method]:%[path]?" if {unknown}',
        f"  http-request set-var(txn.policy) var(txn.asked),map_beg({others}) if {unknown}",
        f"  http-request set-var(txn.policy) var(txn.asked),map_reg({patterns}) if {unknown}",
        f"  {errors.refusal('method')} if {unknown}",
        *_let_plain_through(layout),
        *_credentials(layout, name),
        *_limits(layout, name),
        *_faults(layout),
        *servers,
    ]


def _let_plain_through(layout: Layout) -> list[str]:
    """Counts it as under way; nothing else is looked at where nothing else is said."""
    plain = (
        f"{{ {_of(_FLAGS)} -m str 0 }} {{ var(txn.live) -m int eq 0 }} {{ var(txn.grant),field(3,|) -m str all }}"
        " !{ var(txn.special) -m found }"
    )
    return [
        f"  http-request set-var(txn.live) {_of(_KEY)},map_str_int({layout.map_file(LIVE)},0)",
        f"  http-request track-sc0 {_of(_KEY)} table calls if {{ var(txn.policy) -m found }}",
        f"  http-request allow if {plain}",
    ]


def _check(layout: Layout) -> list[str]:
    checks = layout.map_file(CHECKS)
    target = f"%[be_name,map_str({checks}),field(1,|)]"
    return [
        f'  http-check send meth GET uri-lf "{target}" hdr host "%[be_name,map_str({checks}),field(2,|)]"',
        "  http-check expect ! rstatus ^5",
    ]


def _limits(layout: Layout, name: str) -> list[str]:
    limited = "{ var(txn.flags) -m sub l }"
    asked = f"var(txn.holder),field(1,|),concat(/,txn.key),map_str({layout.map_file(GRANTED)})"
    return [
        f"  http-request set-var(txn.flags) {_of(_FLAGS)}",
        f"  http-request set-var(txn.key) {_of(_KEY)}",
        f"  {errors.refusal('grant')} if {{ var(txn.grant),field(3,|) -m str some }} !{{ {asked} -m found }}",
        f"  {errors.refusal('off')} if {{ var(txn.flags) -m sub o }}",
        f"  http-request set-timeout server {_of(_TIMEOUT)} if {{ var(txn.flags) -m sub t }}",
        "  http-request set-var(txn.attempt) var(txn.special),field(1,|) if { var(txn.special) -m reg ^[0-9]{1,2}[|] }",
        "  http-request set-var(txn.token) var(txn.special),field(2,|) if { var(txn.special) -m found }",
        f"  http-request set-var(txn.limit) var(txn.live),mod({OPEN})",
        f"  {errors.refusal('in_flight')} if {{ var(txn.limit) -m int gt 0 }}"
        " { sc0_conn_cur(calls),sub(txn.limit) gt 0 }",
        f"  http-request set-var(txn.caller) var(txn.holder),field(2,|),concat(/,txn.key) if {limited}",
        f"  http-request track-sc1 var(txn.caller) table callers if {limited}",
        # Milliseconds that a counter holds.
        "  http-request set-var(txn.now) date(0,ms),and(2147483647)",
        *_window(0, "calls", ""),
        *_retries(),
        *_rate(0, "calls", "rate", _of(_RATE), limited),
        *_breaker(),
        *_callers(layout, limited),
        *_window(1, "callers", limited),
        *_rate(1, "callers", "caller_rate", "var(txn.caller_policy),field(1,|)", limited),
        *_in_flight(0, "calls", "in_flight", _of(_IN_FLIGHT), limited),
        *_in_flight(1, "callers", "caller_in_flight", "var(txn.caller_policy),field(2,|)", limited),
        *_shed(layout, name),
        "  http-request sc-inc-gpc(0,0)",
        "  http-request sc-inc-gpc(1,0) if { var(txn.attempt) -m found }",
        f"  http-request sc-inc-gpc(0,1) if {limited}",
    ]


def _window(counter: int, table: str, condition: str) -> list[str]:
    """A new second: what passed so far is where its count begins. Seconds follow one another from the first call on.

    Exact in each of them, also for bursts, where a sliding estimate loses a fifth.
    """
    start, age, fresh = f"txn.start{counter}", f"txn.age{counter}", f"txn.fresh{counter}"
    suffix = f" if {condition}" if condition else ""
    new = f"{{ var({fresh}) -m found }}"
    return [
        f"  http-request set-var({start}) sc_get_gpt(0,{counter},{table}){suffix}",
        f"  http-request set-var({age}) var(txn.now),sub({start}){suffix}",
        f"  http-request set-var({fresh}) var({start}),add(1000) if {{ var({age}) -m int 1000:1999 }}",
        f"  http-request set-var({fresh}) var(txn.now) if {{ var({age}) -m found }} !{{ var({age}) -m int 0:1999 }}",
        f"  http-request sc-set-gpt(1,{counter}) sc_get_gpc(0,{counter},{table}) if {new}",
        f"  http-request sc-set-gpt(2,{counter}) sc_get_gpc(1,{counter},{table}) if {new}",
        f"  http-request sc-set-gpt(0,{counter}) var({fresh}) if {new}",
    ]


def _rate(counter: int, table: str, name: str, limit: str, condition: str) -> list[str]:
    return [
        f"  http-request set-var(txn.{name}) {limit} if {condition}",
        f"  http-request set-var(txn.{name}_first) sc_get_gpt(1,{counter},{table}) if {condition}",
        f"  {errors.refusal(name)} if {condition} {{ var(txn.{name}) -m int gt 0 }}"
        f" {{ sc_get_gpc(0,{counter},{table}),sub(txn.{name}_first),sub(txn.{name}) ge 0 }}",
    ]


def _breaker() -> list[str]:
    """While it is open a few calls a second are let through, to see."""
    opened = f"{{ var(txn.live),div({OPEN}),odd -m bool }}"
    return [
        f"  http-request set-var(txn.first) sc_get_gpt(1,0,calls) if {opened}",
        f"  {errors.refusal('breaker')} if {opened} {{ sc_get_gpc(0,0,calls),sub(txn.first) ge {PROBES} }}",
    ]


def _retries() -> list[str]:
    """A fifth of the second's calls may be further attempts, counted as they begin, and ten beyond that."""
    again = "{ var(txn.attempt) -m found }"
    return [
        f"  http-request set-var(txn.passed) sc_get_gpt(1,0,calls) if {again}",
        f"  http-request set-var(txn.again) sc_get_gpt(2,0,calls) if {again}",
        f"  http-request set-var(txn.allowed) sc_get_gpc(0,0,calls),sub(txn.passed),div(5),add(10) if {again}",
        f"  {errors.refusal('retries')} if {again} {{ sc_get_gpc(1,0,calls),sub(txn.again),sub(txn.allowed) ge 0 }}",
    ]


def _callers(layout: Layout, limited: str) -> list[str]:
    """Rules for one version, then for its application, then the method's own for each caller."""
    callers = layout.map_file(CALLERS)
    ruled, unknown = "{ var(txn.flags) -m sub c }", "!{ var(txn.caller_policy) -m found }"
    own = f"var(txn.holder),field(2,|),field(1,@),concat(/,txn.key),map_str({callers})"
    return [
        f"  http-request set-var(txn.caller_policy) var(txn.caller),map_str({callers}) if {ruled}",
        f"  http-request set-var(txn.caller_policy) {own} if {ruled} {unknown}",
        f'  http-request set-var-fmt(txn.caller_policy) "%[{_of(_CALLER_RATE)}]|%[{_of(_CALLER_IN_FLIGHT)}]"'
        f" if {limited} {unknown}",
    ]


def _in_flight(counter: int, table: str, name: str, limit: str, limited: str) -> list[str]:
    return [
        f"  http-request set-var(txn.{name}) {limit} if {limited}",
        f"  {errors.refusal(name)} if {limited} {{ var(txn.{name}) -m int gt 0 }}"
        f" {{ sc{counter}_conn_cur({table}),sub(txn.{name}) gt 0 }}",
    ]


def _shed(layout: Layout, name: str) -> list[str]:
    """Of the whole service's limit: the least important calls go first (decide.shed)."""
    live, curve = layout.map_file(LIVE), layout.map_file(CURVE)
    short = f"{{ var(txn.live) -m int ge {SHORT} }}"
    placed = "{ var(txn.places) -m int gt 0 }"
    return [
        f"  http-request set-var(txn.places) var(txn.service),map_str_int({live},0) if {short}",
        f"  http-request set-var(txn.used) be_conn({name}),mul(100),div(txn.places) if {placed}",
        f'  http-request set-var-fmt(txn.point) "%[{_of(_CRITICALITY)}]/%[var(txn.used)]" if {placed}',
        f"  http-request set-var(txn.chance) var(txn.point),map_str_int({curve},0) if {placed}",
        f"  http-request set-var(txn.chance) int(1000) if {placed} {{ var(txn.used) -m int gt 100 }}",
        f"  {errors.refusal('busy')} if {placed} {{ rand(1000),sub(txn.chance) lt 0 }}",
    ]


def _faults(layout: Layout) -> list[str]:
    """What somebody asked for to go wrong: for a share of the calls, or for the one request that says so, signed."""
    faults, key = layout.map_file(FAULTS), layout.fault_key
    planned, found = "{ var(txn.flags) -m sub f }", "{ var(txn.fault) -m found }"
    own = f"var(txn.holder),field(2,|),field(1,@),concat(/,txn.key),map_str({faults})"
    told = "{ var(txn.aim) -m found }"
    return [
        f"  http-request set-var(txn.fault) {own} if {planned}",
        f"  http-request set-var(txn.fault) var(txn.key),map_str({faults}) if {planned} !{found}",
        f"  http-request set-var(txn.share) var(txn.fault),field(3,|) if {found}",
        f"  http-request set-var(txn.only) var(txn.fault),field(4,|) if {found}",
        f"  http-request unset-var(txn.fault) if {found} {{ rand(1000),sub(txn.share) ge 0 }}",
        f"  http-request unset-var(txn.fault) if {found} !{{ var(txn.only) -m str * }}"
        " !{ req.hdr(stagedoor-device),strcmp(txn.only) eq 0 }",
        "  http-request set-var(txn.aim) var(txn.token),jwt_payload_query('$.method')"
        f' if {{ var(txn.token) -m found }} {{ var(txn.token),jwt_verify("HS256","{key}") 1 }}',
        f"  http-request set-var(txn.expires) var(txn.token),jwt_payload_query('$.exp','int') if {told}",
        "  http-request set-var(txn.fault) var(txn.token),jwt_payload_query('$.fault')"
        f" if {told} {{ var(txn.aim),strcmp(txn.key) eq 0 }} {{ date,sub(txn.expires) lt 0 }}",
        f"  http-request reject if {found} {{ var(txn.fault) -m beg cut }}",
        f"  http-request lua.stagedoor_fault if {found}",
    ]


def _credentials(layout: Layout, name: str) -> list[str]:
    """The platform's own, whatever the script sent in its place."""
    credentials = layout.map_file(CREDENTIALS)
    lines = [f"  http-request set-var(txn.credential) str({name}),map_str({credentials})"]
    for field in CREDENTIAL_FIELDS:
        lines.append(
            f"  http-request set-header {field} %[var(txn.credential),field(2,|),b64dec]"
            f" if {{ var(txn.credential) -m beg {field}| }}"
        )
    return lines


LUA = """\
-- What a service that fails looks like: asked for by an operator's fault, or by a signed header for one request.
core.register_action("stagedoor_fault", { "http-req" }, function(txn)
  local fault = txn:get_var("txn.fault")
  local kind, value = string.match(fault, "^(%a+)|(%d*)")
  if kind == "delay" then
    core.msleep(tonumber(value) or 0)
    return
  end
  local reply = txn:reply()
  reply:set_status(kind == "error" and tonumber(value) or 200)
  reply:add_header("content-type", "application/json")
  if kind == "error" then reply:set_body('{"error":"fault"}') end
  if kind == "malformed" then reply:set_body('{"cut": [1, ') end
  txn:done(reply)
end)
"""

"""The egress as text: who calls what, whether that is allowed now, and where it goes. A pure function of the layout.

A call is told from its path by the service's own backend, so that no other service's patterns are looked at. What is
refused is counted nowhere: only calls that pass feed the limits that refuse.
"""

from stagedoor.decide import shed
from stagedoor.haproxy import errors
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
    METHODS,
    SLOTS,
    methods_map,
    patterns_map,
)
from stagedoor.model.service import CREDENTIAL_FIELDS

# What some server behind could read as another path than the one that was granted.
_ODD_PATH = r"(^[^/]|//|\\|%2f|%5c|%00|%25(2e|2f|5c)|/(\.|%2e){1,2}([/;]|$))"
_RECORD = (
    '{"kind":"call","id":"%[var(txn.request_id),json(utf8s)]","end":%[date(0,us)],"us":%[date(0,us),sub(txn.began)],'
    '"holder":"%[var(txn.holder)]","service":"%[var(txn.service),json(utf8s)]","name":"%[var(txn.op)]",'
    '"refused":"%[var(txn.refused)]","fault":"%[var(txn.fault)]","attempt":"%[var(txn.attempt)]","how":"%ts",'
    '"hash":"%[var(txn.hash)]","server":"%s","method":"%HM","path":"%{+E}HPO",'
)


def tables() -> list[list[str]]:
    """`gpc`: passed, tried again. `gpt`: the second that is counted, and what both were when it began."""
    kept = "size 20k expire 10m store conn_cur,gpc(2),gpt(3)"
    return [[f"backend {name}", f"  stick-table type string len 128 {kept}"] for name in ("calls", "callers", "load")]


def defaults() -> list[str]:
    return [
        "defaults services from edge",
        *(f"  {line}" for line in errors.egress_errors()),
        "  timeout connect 1s",
        "  timeout check 2s",
        "  retries 1",
        "  option httpchk",
    ]


def frontend(layout: Layout, times: str) -> list[str]:
    slots, grants = layout.map_file(SLOTS), layout.map_file(GRANTS)
    binds = [
        f'  bind "fd@${{STAGEDOOR_{kind}_{number}}}" name {slot_listener(number)} id {number + 1 + first}'
        for kind, first in (("SLOT", 0), ("NETWORK", layout.settings.pools.slots))
        for number in range(layout.settings.pools.slots)
    ]
    return [
        "frontend egress from services",
        *binds,
        "  log ring@records format raw local0",
        f"  log-format '{_RECORD}{times}'",
        "  http-request set-var(txn.began) date(0,us)",
        "  http-request set-var(txn.hash) url32",
        f"  http-request set-var(txn.holder) so_name,map_str({slots})",
        "  http-request set-var(txn.service) req.hdr(host),field(1,:),lower",
        "  http-request set-var(txn.request_id) req.hdr(stagedoor-request-id)",
        '  http-request set-var-fmt(txn.grantee) "%[var(txn.holder),field(1,|)]/%[var(txn.service)]"',
        f"  http-request set-var(txn.grant) var(txn.grantee),map_str({grants})",
        *refuse("grant", "!{ var(txn.grant) -m found }"),
        *refuse("target", f"{{ path -m reg -i '{_ODD_PATH}' }}"),
        "  http-request set-var(txn.device) req.hdr(stagedoor-device)",
        "  http-request set-var(txn.remaining) req.hdr(stagedoor-remaining)",
        "  http-request set-var(txn.attempt) req.hdr(stagedoor-attempt)",
        "  http-request set-var(txn.token) req.hdr(stagedoor-fault)",
        "  http-request del-header stagedoor -m beg",
        "  http-request set-header stagedoor-request-id %[var(txn.request_id)] if { var(txn.request_id) -m found }",
        "  http-request set-header stagedoor-application %[var(txn.holder),field(2,|)]",
        "  http-request set-header stagedoor-stack %[var(txn.holder),field(4,|)]",
        "  http-request set-header stagedoor-remaining %[var(txn.remaining)] if { var(txn.remaining) -m found }",
        "  http-request set-header host %[var(txn.grant),field(2,|)]",
        "  http-request disable-l7-retry if !METH_GET !{ method HEAD OPTIONS PUT DELETE }",
        "  http-response del-header stagedoor -m beg",
        "  use_backend %[var(txn.grant),field(1,|)]",
    ]


def refuse(name: str, condition: str) -> list[str]:
    """A refusal that the record names."""
    return [
        f"  http-request set-var(txn.refused) str({name}) if {condition}",
        f"  {errors.refusal(name)} if {{ var(txn.refused) -m found }}",
    ]


def backend(layout: Layout, number: int, servers: list[str]) -> list[str]:
    """A service's own. It looks the call's name up, then what the owner allows, then asks."""
    name = service_backend_name(number)
    return [
        f"backend {name} from services",
        "  balance leastconn",
        *_check(layout),
        *_classify(layout, name),
        *_limits(layout),
        *_faults(layout),
        *_credentials(layout, name),
        *servers,
    ]


def _check(layout: Layout) -> list[str]:
    checks = layout.map_file(CHECKS)
    target = f"%[be_name,map_str({checks}),field(1,|)]"
    return [
        f'  http-check send meth GET uri-lf "{target}" hdr host "%[be_name,map_str({checks}),field(2,|)]"',
        "  http-check expect ! rstatus ^5",
    ]


def _classify(layout: Layout, name: str) -> list[str]:
    exact, patterns = layout.map_file(methods_map(name)), layout.map_file(patterns_map(name))
    granted = layout.map_file(GRANTED)
    return [
        '  http-request set-var-fmt(txn.asked) "%[method]:%[path]"',
        f"  http-request set-var(txn.op) var(txn.asked),map_str({exact})",
        f"  http-request set-var(txn.op) var(txn.asked),map_reg({patterns}) if !{{ var(txn.op) -m found }}",
        *refuse("method", "!{ var(txn.op) -m found }"),
        '  http-request set-var-fmt(txn.key) "%[var(txn.service)]/%[var(txn.op)]"',
        '  http-request set-var-fmt(txn.granted) "%[var(txn.holder),field(1,|)]/%[var(txn.key)]"',
        *refuse(
            "grant",
            f"{{ var(txn.grant),field(3,|) -m str some }} !{{ var(txn.granted),map_str({granted}) -m found }}",
        ),
    ]


def _limits(layout: Layout) -> list[str]:
    methods, live = layout.map_file(METHODS), layout.map_file(LIVE)
    limited = "{ var(txn.flags) -m sub l }"
    return [
        f"  http-request set-var(txn.policy) var(txn.key),map_str({methods})",
        f"  http-request set-var(txn.live) var(txn.key),map_str({live})",
        "  http-request set-var(txn.flags) var(txn.policy),field(7,|)",
        *refuse("off", "{ var(txn.flags) -m sub o }"),
        "  http-request set-var(txn.timeout) var(txn.policy),field(1,|)",
        "  http-request set-timeout server var(txn.timeout)",
        "  http-request set-timeout server var(txn.remaining)"
        " if { var(txn.remaining) -m found } { var(txn.remaining),sub(txn.timeout) lt 0 }",
        "  http-request track-sc0 var(txn.key) table calls",
        '  http-request set-var-fmt(txn.caller) "%[var(txn.holder),field(2,|)]/%[var(txn.key)]"',
        "  http-request track-sc1 var(txn.caller) table callers",
        "  http-request track-sc2 var(txn.service) table load",
        "  http-request set-var(txn.now) date",
        *_window(0, "calls", ""),
        *_retries(),
        *_rate(0, "calls", "rate", "var(txn.policy),field(3,|)", limited),
        *_breaker(),
        *_callers(layout, limited),
        *_window(1, "callers", limited),
        *_rate(1, "callers", "caller_rate", "var(txn.caller_policy),field(1,|)", limited),
        *_in_flight(0, "calls", "in_flight", "var(txn.policy),field(4,|)", "var(txn.live),field(1,|)"),
        *_in_flight(1, "callers", "caller_in_flight", "var(txn.caller_policy),field(2,|)", ""),
        *_shed(layout),
        "  http-request sc-inc-gpc(0,0)",
        "  http-request sc-inc-gpc(1,0) if { var(txn.attempt) -m found }",
        f"  http-request sc-inc-gpc(0,1) if {limited}",
    ]


def _window(counter: int, table: str, condition: str) -> list[str]:
    """A new second: what passed so far is where its count begins. Exact, where a sliding estimate loses a fifth."""
    new = f"!{{ sc_get_gpt(0,{counter},{table}),sub(txn.now) eq 0 }} {condition}".rstrip()
    return [
        f"  http-request sc-set-gpt(1,{counter}) sc_get_gpc(0,{counter},{table}) if {new}",
        f"  http-request sc-set-gpt(2,{counter}) sc_get_gpc(1,{counter},{table}) if {new}",
        f"  http-request sc-set-gpt(0,{counter}) var(txn.now) if {new}",
    ]


def _rate(counter: int, table: str, name: str, limit: str, condition: str) -> list[str]:
    return [
        f"  http-request set-var(txn.{name}) {limit} if {condition}",
        f"  http-request set-var(txn.{name}_first) sc_get_gpt(1,{counter},{table}) if {condition}",
        *refuse(
            name,
            f"{condition} {{ var(txn.{name}) -m int gt 0 }}"
            f" {{ sc_get_gpc(0,{counter},{table}),sub(txn.{name}_first),sub(txn.{name}) ge 0 }}",
        ),
    ]


def _breaker() -> list[str]:
    """While it is open a few calls a second are let through, to see."""
    opened = "{ var(txn.live),field(2,|) -m found }"
    return [
        f"  http-request set-var(txn.probes) var(txn.live),field(2,|) if {opened}",
        "  http-request set-var(txn.first) sc_get_gpt(1,0,calls) if { var(txn.probes) -m found }",
        *refuse(
            "breaker",
            "{ var(txn.probes) -m found } { sc_get_gpc(0,0,calls),sub(txn.first),sub(txn.probes) ge 0 }",
        ),
    ]


def _retries() -> list[str]:
    """A fifth of the second's calls may be further attempts, counted as they begin, and ten beyond that."""
    again = "{ var(txn.attempt) -m found }"
    return [
        f"  http-request set-var(txn.passed) sc_get_gpt(1,0,calls) if {again}",
        f"  http-request set-var(txn.again) sc_get_gpt(2,0,calls) if {again}",
        f"  http-request set-var(txn.allowed) sc_get_gpc(0,0,calls),sub(txn.passed),div(5),add(10) if {again}",
        *refuse("retries", f"{again} {{ sc_get_gpc(1,0,calls),sub(txn.again),sub(txn.allowed) ge 0 }}"),
    ]


def _callers(layout: Layout, limited: str) -> list[str]:
    """Rules for one version, then for its application, then the method's own for each caller."""
    callers = layout.map_file(CALLERS)
    ruled = "{ var(txn.flags) -m sub c }"
    own = '"%[var(txn.holder),field(2,|),field(1,@)]/%[var(txn.key)]"'
    return [
        f"  http-request set-var(txn.caller_policy) var(txn.caller),map_str({callers}) if {ruled}",
        f"  http-request set-var-fmt(txn.application) {own} if {ruled} !{{ var(txn.caller_policy) -m found }}",
        f"  http-request set-var(txn.caller_policy) var(txn.application),map_str({callers})"
        f" if {ruled} !{{ var(txn.caller_policy) -m found }}",
        f'  http-request set-var-fmt(txn.caller_policy) "%[var(txn.policy),field(5,|)]|%[var(txn.policy),field(6,|)]"'
        f" if {limited} !{{ var(txn.caller_policy) -m found }}",
    ]


def _in_flight(counter: int, table: str, name: str, limit: str, measured: str) -> list[str]:
    """`measured` is the adaptive limit, which control keeps below the other."""
    measured_line = (
        [f"  http-request set-var(txn.{name}) {measured} if {{ var(txn.live) -m found }}"] if measured else []
    )
    return [
        f"  http-request set-var(txn.{name}) {limit}",
        *measured_line,
        *refuse(
            name,
            f"{{ var(txn.{name}) -m int gt 0 }} {{ sc{counter}_conn_cur({table}),sub(txn.{name}) gt 0 }}",
        ),
    ]


def _shed(layout: Layout) -> list[str]:
    """Of the whole service's limit: the least important calls go first (decide.shed)."""
    live, curve = layout.map_file(LIVE), layout.map_file(CURVE)
    return [
        f"  http-request set-var(txn.places) var(txn.service),map_str({live})",
        "  http-request set-var(txn.used) sc2_conn_cur(load),mul(100),div(txn.places) if { var(txn.places) -m found }",
        '  http-request set-var-fmt(txn.point) "%[var(txn.policy),field(2,|)]/%[var(txn.used)]"'
        f" if {{ var(txn.used) -m int gt {min(shed.BEGINS.values())} }}",
        f"  http-request set-var(txn.chance) var(txn.point),map_str_int({curve},0) if {{ var(txn.point) -m found }}",
        "  http-request set-var(txn.chance) int(1000) if { var(txn.used) -m int gt 100 }",
        *refuse("busy", "{ var(txn.chance) -m int gt 0 } { rand(1000),sub(txn.chance) lt 0 }"),
    ]


def _faults(layout: Layout) -> list[str]:
    """What somebody asked for to go wrong: for a share of the calls, or for the one request that says so, signed."""
    faults, key = layout.map_file(FAULTS), layout.fault_key
    planned, found = "{ var(txn.flags) -m sub f }", "{ var(txn.fault) -m found }"
    own = '"%[var(txn.holder),field(2,|),field(1,@)]/%[var(txn.key)]"'
    signed = f'{{ var(txn.token),jwt_verify("HS256","{key}") 1 }}'
    return [
        f"  http-request set-var-fmt(txn.application) {own} if {planned}",
        f"  http-request set-var(txn.fault) var(txn.application),map_str({faults}) if {planned}",
        f"  http-request set-var(txn.fault) var(txn.key),map_str({faults}) if {planned} !{found}",
        f"  http-request set-var(txn.share) var(txn.fault),field(3,|) if {found}",
        f"  http-request set-var(txn.only) var(txn.fault),field(4,|) if {found}",
        f"  http-request unset-var(txn.fault) if {found} {{ rand(1000),sub(txn.share) ge 0 }}",
        f"  http-request unset-var(txn.fault) if {found} !{{ var(txn.only) -m str * }}"
        " !{ var(txn.device),strcmp(txn.only) eq 0 }",
        "  http-request set-var(txn.aim) var(txn.token),jwt_payload_query('$.method')"
        f" if {{ var(txn.token) -m found }} {signed}",
        "  http-request set-var(txn.expires) var(txn.token),jwt_payload_query('$.exp','int')"
        " if { var(txn.aim) -m found }",
        "  http-request set-var(txn.fault) var(txn.token),jwt_payload_query('$.fault')"
        " if { var(txn.aim) -m found } { var(txn.aim),strcmp(txn.key) eq 0 } { var(txn.expires),sub(txn.now) gt 0 }",
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

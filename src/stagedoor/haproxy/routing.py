"""Where a request goes: the line of its address, the arm of a split, or a preview. Rules of a frontend, in order."""

from stagedoor.haproxy import errors
from stagedoor.haproxy.layout import Layout
from stagedoor.haproxy.state import LINES, PREVIEWS, ROUTES, RULES, SPLITS, TOKENS, map_name
from stagedoor.model import split


def rules(layout: Layout, stack: str) -> list[str]:
    routes = layout.map_file(map_name(ROUTES, stack))
    rules = layout.map_file(map_name(RULES, stack))
    lines_map = layout.map_file(map_name(LINES, stack))
    unrouted = "!{ var(txn.route) -m found }"
    lines = [
        # The longest address that begins the path: one look-up finds the line and what the script is mounted at.
        f"  http-request set-var(txn.route) path,concat(/),map_beg({routes})",
        "  http-request set-header stagedoor-prefix %[var(txn.route),field(2,|)] if { var(txn.route) -m found }",
        # Rules come after addresses: no rule can take what belongs to another application's name. Their key costs a
        # copy of the headers, which only a request without an address pays.
        '  http-request set-var-fmt(txn.request) "'
        f"{stack}\\n%[method]\\n%[req.hdr(host),host_only,lower]\\n%[var(txn.device)]\\n%[path]\\n%[req.hdrs]"
        f'" if {unrouted}',
        f"  http-request set-var(txn.route) var(txn.request),map_reg({rules}) if {unrouted}",
        f"  http-request set-var(txn.target) var(txn.route),field(1,|),map_str({lines_map})",
    ]
    lines += _split(layout, stack)
    if stack == "test":
        lines += _preview(layout)
    lines.append(f"  {errors.refusal('route')} if !{{ var(txn.target) -m found }}")
    return lines


def _split(layout: Layout, stack: str) -> list[str]:
    """A line's splits in their order, until somebody who asks is in an arm of one.

    Who says neither member nor device is another one with each request.
    """
    places = layout.map_file(map_name(SPLITS, stack))
    among = "{ var(txn.splits) -m len gt 0 }"
    lines = [
        "  http-request set-var(txn.splits) var(txn.target),field(5,|)",
        f"  http-request set-var(txn.who) unique-id if {among}",
        f"  http-request set-var(txn.who) var(txn.device) if {among} {{ var(txn.device) -m len gt 0 }}",
        f"  http-request set-var(txn.who) var(txn.member) if {among} {{ var(txn.member) -m len gt 0 }}",
    ]
    asked = among
    for number in range(1, split.MOST + 1):
        name = f"var(txn.splits),field({number},+)"
        lines += [
            f"  http-request set-var(txn.unit) {name},field(1,.),concat(/,txn.who),xxh32 if {asked}",
            # A number of five digits, whatever the hash.
            f"  http-request set-var(txn.place) var(txn.unit),mod({split.WHOLE}),add({split.WHOLE}) if {asked}",
            f"  http-request set-var(txn.arm) {name},concat(/,txn.place),map_beg({places}) if {asked}",
        ]
        asked = f"{among} !{{ var(txn.arm) -m found }}"
    return [*lines, "  http-request set-var(txn.target) var(txn.arm),concat(|,txn.unit) if { var(txn.arm) -m found }"]


def _preview(layout: Layout) -> list[str]:
    previews, tokens = layout.map_file(PREVIEWS), layout.map_file(TOKENS)
    return [
        "  acl preview path_beg /-/preview/",
        "  http-request set-var(txn.address) path,field(4,/) if preview",
        f"  http-request set-var(txn.target) var(txn.address),map_str({previews}) if preview",
        '  http-request set-header stagedoor-prefix "/-/preview/%[var(txn.address)]" if preview',
        "  http-request set-var(txn.team) var(txn.target),field(6,|) if preview",
        f"  http-request set-var(txn.holder) http_auth_bearer,sha2(256),hex,lower,map_str({tokens}) if preview",
        "  acl may_preview var(txn.holder) -m str *",
        "  acl may_preview var(txn.holder),strcmp(txn.team) eq 0",
        f"  {errors.refusal('token')} if preview !{{ var(txn.holder) -m found }}",
        f"  {errors.refusal('team')} if preview {{ var(txn.target) -m found }} !may_preview",
        "  http-request del-header authorization if preview { var(txn.target) -m found }",
        "  http-request set-var(txn.target) str(control|-|0) if preview !{ var(txn.target) -m found }",
    ]

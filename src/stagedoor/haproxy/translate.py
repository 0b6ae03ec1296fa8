"""From the platform's words to the edge's: traffic becomes backends with servers, and maps."""

import base64
import re
import zlib

from stagedoor.decide import shed
from stagedoor.haproxy.layout import Layout, door_server
from stagedoor.haproxy.state import (
    CALLERS,
    CHECKS,
    CREDENTIALS,
    CURVE,
    FAULTS,
    GRANTED,
    GRANTS,
    LINES,
    METHODS,
    PREVIEWS,
    ROUTES,
    RULES,
    TOKENS,
    EdgeState,
    Server,
    map_name,
    methods_map,
    patterns_map,
)
from stagedoor.model.method import Method
from stagedoor.model.names import STACKS
from stagedoor.model.policy import MethodPolicy
from stagedoor.model.service import ANY, Service
from stagedoor.model.traffic import Egress, StackTraffic, Target, Traffic

Maps = dict[str, dict[str, str]]

_PARAMETER = re.compile(r"\{[^{}/]+\}")
_NARROWER = re.compile(r"[^{}]+")


def translate(layout: Layout, traffic: Traffic) -> EdgeState:
    backends = {
        one.backend: tuple(
            Server(door_server(door), f"unix@{layout.door(door)}", one.concurrency) for door in one.doors
        )
        for one in traffic.upstreams
    }
    backends |= {one.service.backend: _endpoints(one.service) for one in traffic.services}
    maps: Maps = {}
    for stack in STACKS:
        maps |= _stack_maps(stack, traffic.stacks.get(stack, StackTraffic()))
    maps |= _egress_maps(traffic)
    maps[PREVIEWS] = {address: f"{_target(one)}|{one.team}" for address, one in traffic.previews.items()}
    maps[TOKENS] = dict(traffic.tokens)
    return EdgeState(backends, maps)


def _stack_maps(stack: str, traffic: StackTraffic) -> Maps:
    rules = sorted(traffic.rules, key=lambda rule: (-rule[0].weight, rule[1]))
    patterns: dict[str, str] = {}
    for rule, line in rules:
        patterns.setdefault(rule.pattern(stack), line)
    return {
        map_name(LINES, stack): {line: _target(target) for line, target in traffic.lines.items()},
        map_name(ROUTES, stack): {f"/{address}/": f"{line}|/{address}" for address, line in traffic.routes.items()},
        map_name(RULES, stack): patterns,
    }


def _target(target: Target) -> str:
    return f"{target.backend}|{target.label}|{target.release}"


# Egress


def _endpoints(service: Service) -> tuple[Server, ...]:
    """One for each address. Its name changes with whatever is asked of it, since a server cannot be changed."""
    several, policy = len(service.addresses) > 1, service.policy
    parts = []
    if several or policy.health:
        parts.append("check inter 1s fall 3 rise 1")
    if several and policy.eject:
        parts.append(f"observe layer7 error-limit {policy.eject} on-error mark-down")
    if service.tls:
        host = service.host.partition(":")[0]
        parts.append(f"ssl verify required ca-file @system-ca sni str({host}) check-sni {host}")
    extra = " ".join(parts)
    mark = f"{zlib.crc32(f'{extra} {policy.health} {service.host}'.encode()):08x}" if extra else "plain"
    return tuple(
        Server(f"{address.replace(':', '-')}-{mark}", address, extra=extra)
        for address in dict.fromkeys(service.addresses)
    )


def _egress_maps(traffic: Traffic) -> Maps:
    by_name = {one.service.name: one.service for one in traffic.services}
    grants, granted = {}, {}
    for one in traffic.grants:
        service = by_name.get(one.service)
        if service is None:
            continue
        grants[f"{one.deployment}/{one.service}"] = (
            f"{service.backend}|{service.host}|{'some' if one.methods is not None else 'all'}"
        )
        for method in one.methods or ():
            granted[f"{one.deployment}/{one.service}/{method}"] = "1"
    maps: Maps = {
        GRANTS: dict(sorted(grants.items())), GRANTED: granted, METHODS: {}, CALLERS: {}, FAULTS: {}, CURVE: {},
        CHECKS: {one.backend: f"{one.policy.health or '/'}|{one.host}" for one in by_name.values()},
        CREDENTIALS: {one.service.backend: _credential(one) for one in traffic.services if one.credential},
    }  # fmt: skip
    maps[CURVE] = {point: str(chance) for point, chance in shed.curve().items()}
    for service in by_name.values():
        maps |= _names(service)
        _add_policies(maps, service, traffic.now)
    return maps


def _credential(one: Egress) -> str:
    return f"{one.service.credential_field}|{base64.b64encode(one.credential.encode()).decode()}"


def _names(service: Service) -> Maps:
    """What a call is a call of: exact paths, and patterns, the more of a path they say the earlier."""
    if not service.methods:
        return {methods_map(service.backend): {}, patterns_map(service.backend): {"^": ANY}}
    exact = {f"{one.verb}:{one.path}": one.name for one in service.methods if "{" not in one.path}
    templated = sorted((one for one in service.methods if "{" in one.path), key=_weight)
    return {
        methods_map(service.backend): exact,
        patterns_map(service.backend): {_pattern(one): one.name for one in templated},
    }


def _weight(method: Method) -> tuple[int, str]:
    return -len(_PARAMETER.sub("", method.path)), method.path


def _pattern(method: Method) -> str:
    literal = "[^/]+".join(re.escape(part) for part in _PARAMETER.split(method.path))
    return f"^{method.verb}:{literal}$"


def _add_policies(maps: Maps, service: Service, now: float) -> None:
    policy = service.policy
    ruled = {one.method for one in policy.callers}
    faulty = {one.method for one in service.faults if one.until > now}
    for name in service.method_names:
        own = policy.of(name)
        limited = own.rate or own.caller_rate or own.caller_in_flight or ruled & {"", name}
        flags = (
            ("l" if limited else "") + ("c" if ruled & {"", name} else "")
            + ("o" if name in service.off else "") + ("f" if name in faulty else "")
        )  # fmt: skip
        maps[METHODS][f"{service.name}/{name}"] = _say_policy(own, flags)
        for caller in policy.callers:
            if caller.method in ("", name):
                who = f"{caller.application}@{caller.version}" if caller.version else caller.application
                maps[CALLERS][f"{who}/{service.name}/{name}"] = f"{caller.rate}|{caller.in_flight}"
    for fault in service.faults:
        if fault.until > now:
            key = f"{service.name}/{fault.method}"
            value = f"{fault.kind}|{fault.value}|{round(fault.share * 1000)}|{fault.device or '*'}"
            maps[FAULTS][f"{fault.application}/{key}" if fault.application else key] = value


def _say_policy(one: MethodPolicy, flags: str) -> str:
    return (
        f"{round(one.timeout * 1000)}|{one.criticality}|{one.rate}|{one.in_flight}|{one.caller_rate}"
        f"|{one.caller_in_flight}|{flags or '-'}"
    )

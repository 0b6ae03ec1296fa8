"""From the platform's words to the edge's: traffic becomes backends with servers, and maps."""

import base64
import zlib

from stagedoor.decide import shed
from stagedoor.haproxy.layout import Layout, door_server, service_backend_name
from stagedoor.haproxy.state import (
    CALLERS,
    CHECKS,
    CREDENTIALS,
    CURVE,
    FAULTS,
    GRANTED,
    GRANTS,
    KINDS,
    LINES,
    PREVIEWS,
    ROUTES,
    RULES,
    SPLITS,
    TOKENS,
    EdgeState,
    Server,
    map_name,
    methods_map,
)
from stagedoor.model import split, template
from stagedoor.model.method import Method, weight
from stagedoor.model.names import STACKS
from stagedoor.model.policy import DEFAULT_TIMEOUT, MethodPolicy
from stagedoor.model.service import ANY, Service
from stagedoor.model.traffic import Arm, Egress, StackTraffic, Target, Traffic

Maps = dict[str, dict[str, str]]

_VERBS = ("POST", "PUT", "PATCH", "DELETE", "OPTIONS")


def translate(layout: Layout, traffic: Traffic) -> EdgeState:
    backends = {
        one.backend: tuple(
            Server(door_server(door), f"unix@{layout.door(door)}", one.concurrency) for door in one.doors
        )
        for one in traffic.upstreams
    }
    backends |= {one.service.backend: _endpoints(one.service, layout.authorities) for one in traffic.services}
    maps: Maps = {}
    for stack in STACKS:
        maps |= _stack_maps(stack, traffic.stacks.get(stack, StackTraffic()))
    maps |= _egress_maps(traffic)
    for number in range(layout.settings.pools.services):
        for kind in KINDS:
            maps.setdefault(methods_map(service_backend_name(number), kind), {})
    maps[PREVIEWS] = {address: f"{_target(one)}|||{one.team}" for address, one in traffic.previews.items()}
    maps[TOKENS] = dict(traffic.tokens)
    return EdgeState(backends, maps)


def _stack_maps(stack: str, traffic: StackTraffic) -> Maps:
    rules = sorted(traffic.rules, key=lambda rule: (-rule[0].weight, rule[1]))
    patterns: dict[str, str] = {}
    for rule, line in rules:
        patterns.setdefault(rule.pattern(stack), line)
    return {
        map_name(LINES, stack): {line: _line(target, traffic) for line, target in traffic.lines.items()},
        map_name(ROUTES, stack): {f"/{address}/": f"{line}|/{address}" for address, line in traffic.routes.items()},
        map_name(RULES, stack): patterns,
        map_name(SPLITS, stack): _splits(traffic),
    }


def _target(target: Target) -> str:
    return f"{target.backend}|{target.label}|{target.release}"


def _line(target: Target, traffic: StackTraffic) -> str:
    splits = "+".join(_place(name, traffic.splits[name]) for name in target.splits)
    return f"{_target(target)}||{splits}" if splits else _target(target)


def _place(name: str, arms: tuple[Arm, ...]) -> str:
    """Where the edge looks: who is where follows from the name alone, what is there from the whole."""
    return f"{name}.{split.generation(arms)}"


def _splits(traffic: StackTraffic) -> dict[str, str]:
    return {
        f"{_place(name, arms)}/1{digits}": f"{_target(arm.target)}|{arm.target.cohort}"
        for name, arms in traffic.splits.items()
        for arm in arms
        for digits in split.prefixes(arm.part.first, arm.part.last)
    }


# Egress


def _endpoints(service: Service, authorities: str) -> tuple[Server, ...]:
    """One for each address. Its name changes with whatever is asked of it, since a server cannot be changed."""
    several, policy = len(service.addresses) > 1, service.policy
    parts = []
    if several or policy.health:
        parts.append("check inter 1s fall 3 rise 1")
    if several and policy.eject:
        parts.append(f"observe layer7 error-limit {policy.eject} on-error mark-down")
    if service.tls:
        host = service.host.partition(":")[0]
        parts.append(f"ssl verify required ca-file {authorities} sni str({host}) check-sni {host}")
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
        GRANTS: dict(sorted(grants.items())), GRANTED: granted, CALLERS: {}, FAULTS: {}, CURVE: {},
        CHECKS: {one.backend: f"{one.policy.health or '/'}|{one.host}" for one in by_name.values()},
        CREDENTIALS: {one.service.backend: _credential(one) for one in traffic.services if one.credential},
    }  # fmt: skip
    maps[CURVE] = {point: str(chance) for point, chance in shed.curve().items()}
    for service in by_name.values():
        maps |= _names(service, _policies(service, traffic.now))
        _add_callers(maps, service, traffic.now)
    return maps


def _credential(one: Egress) -> str:
    return f"{one.service.credential_field}|{base64.b64encode(one.credential.encode()).decode()}"


def _names(service: Service, policies: dict[str, str]) -> Maps:
    """What a call is a call of, with what is allowed: exact paths, and patterns, the more they say the earlier."""
    reads: dict[str, str] = {}
    others: dict[str, str] = {}
    patterns: dict[str, str] = {}
    if not service.methods:
        reads["/"] = policies[ANY]
        others = {f"{verb}:/": policies[ANY] for verb in _VERBS}
    for one in sorted(service.methods, key=weight):
        if "{" in one.path:
            patterns[_pattern(one)] = policies[one.name]
        elif one.verb == "GET":
            reads[f"{one.path}?"] = policies[one.name]
        else:
            others[f"{one.verb}:{one.path}?"] = policies[one.name]
    found = {"reads": reads, "others": others, "patterns": patterns}
    return {methods_map(service.backend, kind): found[kind] for kind in KINDS}


def _pattern(method: Method) -> str:
    verb = "(GET|HEAD)" if method.verb == "GET" else method.verb
    return f"^{verb}:{template.pattern(method.path)}\\?$"


def _policies(service: Service, now: float) -> dict[str, str]:
    """By method, as the egress reads it."""
    policy = service.policy
    ruled = {one.method for one in policy.callers}
    faulty = {one.method for one in service.faults if one.until > now}
    found = {}
    for name in service.method_names:
        own = policy.of(name)
        limited = own.rate or own.in_flight or own.caller_rate or own.caller_in_flight or ruled & {"", name}
        flags = {
            "l": limited, "c": ruled & {"", name}, "o": name in service.off, "f": name in faulty,
            "t": own.timeout != DEFAULT_TIMEOUT, "r": own.retries, "s": policy.in_flight, "k": service.credential,
        }  # fmt: skip
        found[name] = _say_policy(service.name, name, own, "".join(flag for flag, set_ in flags.items() if set_))
    return found


def _say_policy(service: str, name: str, one: MethodPolicy, flags: str) -> str:
    return (
        f"{name}|{service}/{name}|{round(one.timeout * 1000)}|{one.criticality}|{one.rate}|{one.in_flight}"
        f"|{one.caller_rate}|{one.caller_in_flight}|{flags or '0'}"
    )


def _add_callers(maps: Maps, service: Service, now: float) -> None:
    """Rules for single callers, and faults."""
    for caller in service.policy.callers:
        who = f"{caller.application}@{caller.version}" if caller.version else caller.application
        for name in service.method_names if not caller.method else (caller.method,):
            maps[CALLERS][f"{who}/{service.name}/{name}"] = f"{caller.rate}|{caller.in_flight}"
    for fault in service.faults:
        if fault.until > now:
            key = f"{service.name}/{fault.method}"
            value = f"{fault.kind}|{fault.value}|{round(fault.share * 1000)}|{fault.device or '*'}"
            maps[FAULTS][f"{fault.application}/{key}" if fault.application else key] = value

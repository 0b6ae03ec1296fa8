"""From the platform's words to the edge's: traffic becomes backends with servers, and maps."""

from stagedoor.haproxy.layout import Layout, door_server
from stagedoor.haproxy.state import (
    GRANTS,
    LINES,
    PREVIEWS,
    ROUTES,
    RULES,
    TOKENS,
    EdgeState,
    Server,
    map_name,
)
from stagedoor.model.names import STACKS
from stagedoor.model.traffic import StackTraffic, Target, Traffic


def translate(layout: Layout, traffic: Traffic) -> EdgeState:
    backends = {
        one.backend: tuple(
            Server(door_server(door), f"unix@{layout.door(door)}", one.concurrency) for door in one.doors
        )
        for one in traffic.upstreams
    }
    backends |= {one.backend: (Server("service", one.address),) for one in traffic.services}
    maps: dict[str, dict[str, str]] = {}
    for stack in STACKS:
        maps |= _stack_maps(stack, traffic.stacks.get(stack, StackTraffic()))
    addresses = {one.name: f"{one.backend}|{one.host}" for one in traffic.services}
    maps[GRANTS] = {
        f"{deployment}/{service}": addresses[service]
        for deployment, service in sorted(traffic.grants)
        if service in addresses
    }
    maps[PREVIEWS] = {address: f"{_target(one)}|{one.team}" for address, one in traffic.previews.items()}
    maps[TOKENS] = dict(traffic.tokens)
    return EdgeState(backends, maps)


def _stack_maps(stack: str, traffic: StackTraffic) -> dict[str, dict[str, str]]:
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

"""Where services are: names become addresses, none of them the platform's own or where a cloud keeps its secrets."""

import asyncio
import ipaddress
import logging
import socket
from dataclasses import replace
from urllib.parse import urlsplit

from stagedoor.control.platform import Platform
from stagedoor.model.access import OPERATOR, Identity
from stagedoor.model.errors import Failure, Forbidden, Invalid
from stagedoor.model.service import Service, endpoint_of

log = logging.getLogger("stagedoor.catalogue")

_AGAIN = 30.0
_MOST_ADDRESSES = 16
# Metadata of clouds that is not link-local.
_METADATA = frozenset(("100.100.100.200", "168.63.129.16", "192.0.0.192"))


async def look_up(
    platform: Platform, urls: tuple[str, ...], by: Identity | None, known: tuple[str, ...] = ()
) -> tuple[str, ...]:
    """Where the origins lead now. The edge is given addresses: a name that has none would keep it from starting.

    Nobody's own look-up (`by` None) leads to the platform's machine only where the service was before (`known`). Raises
    Invalid for an origin that leads nowhere, or to what is the platform's own; Forbidden.
    """
    found: dict[str, None] = {}
    for url in urls:
        host, port = endpoint_of(url)
        for address in await _addresses(host, port):
            place = f"{address}:{port}"
            operator = place in known if by is None else by.role == OPERATOR
            check_place(host, address, port, _own_ports(platform), operator=operator)
            found[place] = None
    return tuple(found)[:_MOST_ADDRESSES]


async def _addresses(host: str, port: int) -> list[str]:
    try:
        told = await asyncio.get_running_loop().getaddrinfo(host, port, family=socket.AF_INET, type=socket.SOCK_STREAM)
    except (OSError, UnicodeError) as error:
        raise Invalid(f"{host!r} has no address: {error}", hint="is the name right?") from None
    return sorted({str(one[4][0]) for one in told})


def _own_ports(platform: Platform) -> set[int]:
    return {port for url in platform.addresses.values() if (port := urlsplit(url).port)}


async def keep_looking_up(platform: Platform) -> None:
    """Names may lead elsewhere after a while. One that leads nowhere keeps the addresses that it had."""
    while True:
        await asyncio.sleep(_AGAIN)
        try:
            if any([await _look_again(platform, one) for one in await platform.store.services()]):
                await platform.apply_traffic()
        except Exception:
            log.exception("services are looked up again")


async def _look_again(platform: Platform, service: Service) -> bool:
    """Whether it is elsewhere now."""
    try:
        addresses = await look_up(platform, service.urls, None, service.addresses)
    except Failure as error:
        log.warning("the service %s keeps its addresses: %s", service.name, error)
        return False
    if addresses == service.addresses:
        return False
    async with platform.pool_lock:
        latest = await platform.store.service(service.name)
        if latest is None or latest.urls != service.urls:
            return False
        await platform.store.save_service(replace(latest, addresses=addresses), None)
    return True


def check_place(host: str, found: str, port: int, own_ports: set[int], *, operator: bool) -> None:
    """That `host`, which leads to the address `found`, may be a service. Raises Invalid, Forbidden."""
    address = ipaddress.ip_address(found)
    where = host if host == found else f"{host} ({found})"
    if address.is_link_local or found in _METADATA:
        raise Invalid(f"{where} is where a cloud keeps its machines' metadata; no service is there")
    if address.is_multicast or address.is_unspecified or address.is_reserved:
        raise Invalid(f"{where} is no address of a service")
    local = address.is_loopback or is_of_this_machine(found)
    if local and port in own_ports:
        raise Invalid(f"{where}:{port} is the platform's own address; no script may call it")
    if local and not operator:
        raise Forbidden(f"{where} is on the platform's own machine", hint="ask an operator to add it")


def is_of_this_machine(address: str) -> bool:
    """Whether the kernel would listen there."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
        try:
            probe.bind((address, 0))
        except OSError:
            return False
    return True

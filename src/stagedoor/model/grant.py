"""What a version says it calls: `services = ["discovery", "playback.start"]`, a whole service or single methods."""

from collections.abc import Iterable

from stagedoor.model.errors import Invalid
from stagedoor.model.names import check_name

_MOST = 500


def grants(declared: Iterable[str]) -> dict[str, tuple[str, ...] | None]:
    """Methods by service; None for all of them."""
    found: dict[str, tuple[str, ...] | None] = {}
    for one in declared:
        service, _, method = one.partition(".")
        known = found.get(service, ())
        found[service] = None if not method or known is None else (*known, method)
    return found


def check(declared: tuple[str, ...]) -> None:
    """Raises Invalid for what names neither a service nor a method."""
    if len(declared) > _MOST:
        raise Invalid(f"services in stagedoor.toml names {len(declared)} things; {_MOST} are allowed")
    for one in declared:
        service, dot, method = one.partition(".")
        check_name("a service", service)
        if dot and not (method.isidentifier() and method.isascii()):
            raise Invalid(f"{one!r} names no method of a service", hint="write it as in discovery.rows")

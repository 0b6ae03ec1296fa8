"""What was seen of a live instance, as lines of text. Pure."""

from collections.abc import Iterator
from typing import Any

from stagedoor.model.flame import shorten
from stagedoor.model.quantity import say_size, say_time

_FUNCTIONS = 15
_PATHS = 5


def cpu(told: dict[str, Any]) -> Iterator[str]:
    """The hottest functions, then the heaviest paths; shares are of the samples that did not wait for events."""
    samples, busy = told["samples"], told["busy"]
    share = busy / samples if samples else 0.0
    yield (
        f"{told['instance']}  {told['seconds']:.0f} s at {told['rate']} samples/s: busy in {share:.0%} of {samples}, "
        f"{told['cores']:.2f} cores used" + (f", {told['misses']} samples could not be read" if told["misses"] else "")
    )
    if not busy:
        yield "It only waited for events."
        return
    yield ""
    yield "  self  total  function"
    for one in told["functions"][:_FUNCTIONS]:
        yield f"{one['own'] / busy:6.1%} {one['total'] / busy:6.1%}  {one['name']}  {shorten(one['file'])}"
    yield ""
    yield "heaviest paths"
    for path in told["paths"][:_PATHS]:
        yield f"{path['count'] / busy:6.1%}  {path['frames'][0]}"
        yield from (f"{'':8}{'  ' * depth}{frame}" for depth, frame in enumerate(path["frames"][1:], 1))


def fold(node: dict[str, Any], above: tuple[str, ...] = ()) -> Iterator[str]:
    """The tree as folded lines, which flame graph tools read."""
    name = f"{node['name']} ({shorten(node['file'])})" if node["file"] else node["name"]
    here = (*above, name) if above or node["name"] != "all" else ()
    if node["own"]:
        yield f"{';'.join(here) or 'all'} {node['own']}"
    for child in node["children"]:
        yield from fold(child, here)


def memory(told: dict[str, Any]) -> Iterator[str]:
    share = told["share"]
    yield (
        f"{told['instance']}  {say_size(share['used'])} of {say_size(share['limit'])} in use: "
        f"{say_size(share['anonymous'])} the program's own, {say_size(share['files'])} files, "
        f"{say_size(share['kernel'])} the kernel's"
    )
    if told["reason"]:
        yield from _blocked(told["blocked"]) if told["blocked"] else (f"  {told['reason']}",)
        return
    looked = told["looked"] / told["tracked"] if told["tracked"] else 1.0
    yield f"{told['looked']} of {told['tracked']} objects looked at ({looked:.0%}), in {say_time(told['took'])}"
    yield ""
    apart = told["apart"]
    grown = f"  grown in {apart:.0f} s" if apart else ""
    yield f"{'bytes':>10} {'objects':>10}  {'type'}{grown}"
    for one in told["types"]:
        more = f"  {_signed(one['bytes_growth'])}, {one['count_growth']:+d}" if apart else ""
        yield f"{say_size(one['bytes']):>10} {one['count']:>10}  {one['type']}{more}"


def _signed(size: int) -> str:
    return f"{'-' if size < 0 else '+'}{say_size(abs(size))}"


def waiting(told: dict[str, Any]) -> Iterator[str]:
    if told["blocked"]:
        yield f"{told['instance']}  the script is blocked"
        yield from _blocked(told["blocked"])
        return
    total = told["total"]
    yield f"{told['instance']}  {total} request{'' if total == 1 else 's'} in flight"
    for one in told["requests"]:
        yield ""
        yield f"{one['method']} {one['path']}  for {say_time(one['age'])}  {one['id']}"
        for call in one["calls"]:
            again = f", attempt {call['attempt']}" if call["attempt"] > 1 else ""
            name = f"{call['service']}.{call['method']}" if call["method"] else f"{call['service']} {call['verb']}"
            yield (f"  waits for {name} {call['path']}  {say_time(call['age'])} of {say_time(call['limit'])}{again}")
        for number, stack in enumerate(one["stacks"]):
            if number:
                yield "  a task of it"
            yield from _frames(stack)
    for stack in told["others"]:
        yield ""
        yield "a task of no request"
        yield from _frames(stack)


def _blocked(told: dict[str, Any]) -> Iterator[str]:
    yield f"  {told['reason']}; as the profiler sees it from outside:"
    for thread in told["threads"]:
        yield f"  {thread['name']}{'' if thread['active'] else ' (idle)'}"
        yield from _frames(thread["frames"])


def _frames(stack: list[dict[str, Any]]) -> Iterator[str]:
    """The innermost last, as in a traceback; what is around the script is left out where the script is in it."""
    own = [at for at, one in enumerate(stack) if one["kind"] in ("script", "dependency")]
    for one in stack[own[0] if own else 0 :]:
        yield f"    {one['name']}  {shorten(one['file'])}:{one['line']}"

"""Sampled stacks as a flame graph: from folded lines ("outer;inner 12") to a tree, its hottest functions and paths.

Pure. A stack's frames are known by function and file. Whoever waits for events is not busy: those samples are counted
and left out of the graph.
"""

import re
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

SCRIPT, DEPENDENCY, RUNTIME, PYTHON = "script", "dependency", "runtime", "python"
OTHERS = "(others)"

_FRAME = re.compile(r"(.*) \(([^()]*?)(?::(\d+))?\)")
_KINDS = (("/app/", SCRIPT), ("/layer/", DEPENDENCY), ("/stagedoor/", RUNTIME))
# Who stands here waits. The event loop is native code: its waiting and its own work look the same from outside.
_IDLE = (
    ("Runner.run", "/asyncio/runners.py"), ("run", "/asyncio/runners.py"), ("select", "/selectors.py"),
    ("EpollSelector.select", "/selectors.py"), ("wait", "/threading.py"), ("Condition.wait", "/threading.py"),
    ("_worker", "/concurrent/futures/thread.py"),
)  # fmt: skip
_LONGEST_NAME = 200
_DEEPEST = 100
_MOST_HOT = 30
_MOST_PATHS = 10
_WITHOUT = 3  # Frames of a path that the script has no part in.
_SMALLEST = 0.001  # The share of all samples below which a branch is one of the others.


@dataclass(frozen=True, slots=True)
class Frame:
    """A function of a file; `kind` says whose code it is. `line` is where it stands or begins, 0 when not known."""

    name: str
    file: str
    line: int
    kind: str


@dataclass(frozen=True, slots=True)
class Stack:
    """Frames from the outermost to the innermost, and how often they were seen."""

    frames: tuple[Frame, ...]
    count: int


@dataclass(slots=True)
class Node:
    """A function as called from its parent. Samples: `own` in itself, `total` with what it called."""

    name: str
    file: str
    kind: str
    own: int
    total: int
    children: "list[Node]"


@dataclass(frozen=True, slots=True)
class Hot:
    """A function over all its callers; one that calls itself counts once a sample."""

    name: str
    file: str
    kind: str
    own: int
    total: int


@dataclass(frozen=True, slots=True)
class HotPath:
    """Functions from the outermost of the script's own to where the time went."""

    frames: list[str]
    count: int


def kind_of(file: str) -> str:
    """Whose code a file inside a container is."""
    return next((kind for folder, kind in _KINDS if file.startswith(folder)), PYTHON)


def make_frame(name: str, file: str, line: int) -> Frame:
    """From what comes out of a container: bounded, and in characters that can be shown."""
    return Frame(_clean(name), _clean(file), line if 0 <= line < 1 << 31 else 0, kind_of(file))


def read(text: str) -> list[Stack]:
    """Folded lines; what is none is left out."""
    stacks = []
    for line in text.splitlines():
        frames, _, count = line.rpartition(" ")
        if frames and count.isdecimal() and len(count) < 10:
            stacks.append(Stack(tuple(_frame(one) for one in frames.split(";")), int(count)))
    return stacks


def _frame(text: str) -> Frame:
    match = _FRAME.fullmatch(text)
    return make_frame(match[1], match[2], int((match[3] or "0")[:9])) if match else make_frame(text, "", 0)


def _clean(text: str) -> str:
    return "".join(one if one.isprintable() and one != ";" else "?" for one in text[:_LONGEST_NAME])


def is_idle(stack: Stack) -> bool:
    """Whether whoever stood there waited for something to do."""
    last = stack.frames[-1]
    return any(last.name == name and last.file.endswith(file) for name, file in _IDLE)


def busy(stacks: Iterable[Stack]) -> list[Stack]:
    return [one for one in stacks if not is_idle(one)]


def tree(stacks: Sequence[Stack]) -> Node:
    """The root holds all samples. Direct recursion is one function; what is deeper than 100 is its last ancestor's."""
    root = Node("all", "", PYTHON, 0, 0, [])
    found: dict[tuple[int, str, str], Node] = {}
    for stack in stacks:
        at = root
        root.total += stack.count
        for frame in _flat(stack.frames):
            key = (id(at), frame.name, frame.file)
            if key not in found:
                found[key] = Node(frame.name, frame.file, frame.kind, 0, 0, [])
                at.children.append(found[key])
            at = found[key]
            at.total += stack.count
        at.own += stack.count
    _prune(root, max(1.0, root.total * _SMALLEST))
    return root


def _flat(frames: Sequence[Frame]) -> list[Frame]:
    known = [(one.name, one.file) for one in frames]
    return [frame for at, frame in enumerate(frames) if not at or known[at] != known[at - 1]][:_DEEPEST]


def _prune(node: Node, least: float) -> None:
    """Largest children first; those too small to be seen are one."""
    small = [one for one in node.children if one.total < least]
    node.children = sorted((one for one in node.children if one.total >= least), key=lambda one: -one.total)
    for child in node.children:
        _prune(child, least)
    if small:
        lost = sum(one.total for one in small)
        node.children.append(Node(OTHERS, "", PYTHON, lost, lost, []))


def hottest(stacks: Iterable[Stack]) -> list[Hot]:
    """Functions by the samples in themselves, then by those with what they called; of others' those that work."""
    own: Counter[tuple[str, str, str]] = Counter()
    total: Counter[tuple[str, str, str]] = Counter()
    for stack in stacks:
        names = [(one.name, one.file, one.kind) for one in stack.frames]
        own[names[-1]] += stack.count
        for name in set(names):
            total[name] += stack.count
    shown = [name for name in total if own[name] or name[2] in (SCRIPT, DEPENDENCY)]
    ordered = sorted(shown, key=lambda name: (-own[name], -total[name], name))
    return [Hot(*name, own[name], total[name]) for name in ordered[:_MOST_HOT]]


def heaviest(stacks: Iterable[Stack]) -> list[HotPath]:
    """The most frequent paths; what is around the script is left out where the script is in them."""
    paths: Counter[tuple[str, ...]] = Counter()
    for stack in stacks:
        own = [at for at, one in enumerate(stack.frames) if one.kind in (SCRIPT, DEPENDENCY)]
        first = own[0] if own else -_WITHOUT
        paths[tuple(say(one) for one in _flat(stack.frames[first:]))] += stack.count
    return [HotPath(list(frames), count) for frames, count in paths.most_common(_MOST_PATHS)]


def say(frame: Frame) -> str:
    """`rows (main.py:12)`."""
    place = f"{shorten(frame.file)}:{frame.line}" if frame.line else shorten(frame.file)
    return f"{frame.name} ({place})" if place else frame.name


def shorten(file: str) -> str:
    """A file as its author knows it."""
    for mark in ("/app/", "/layer/", "/stagedoor/"):
        if file.startswith(mark):
            return file.removeprefix(mark)
    return re.sub(r"^.*/(?:site-packages|python3\.\d+)/", "", file)

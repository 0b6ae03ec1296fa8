"""Contexts: the platforms that this user knows, each with a token, in one file that its owner alone reads.

A context is never replaced by another platform's: `up` chooses a free name, and `login` refuses a name that is
taken. One context is current: commands speak to it unless they are told otherwise.
"""

import json
import os
import re
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass, field
from pathlib import Path

from stagedoor import files
from stagedoor.model.errors import Conflict, Invalid, Missing, Unavailable

_MAX_NAME = 63
_NAME = re.compile(rf"[A-Za-z0-9][A-Za-z0-9._:-]{{0,{_MAX_NAME - 1}}}")
_LOCK_TIMEOUT_S = 5.0
_LOCK_INTERVAL_S = 0.05


@dataclass(frozen=True, slots=True)
class Context:
    """One platform: `url` of its control API, `token`, `ca` (a file with the authority of its certificate).

    `data` is the data folder of a platform of this machine, by which it is known even when its port changes.
    """

    name: str
    url: str
    token: str
    ca: str = ""
    data: str = ""


@dataclass(frozen=True, slots=True)
class Contexts:
    """All contexts by name, and which one is current ("" for none)."""

    current: str = ""
    by_name: dict[str, Context] = field(default_factory=dict)

    def get(self, name: str) -> Context:
        """Raises Missing that lists what there is."""
        if name in self.by_name:
            return self.by_name[name]
        known = ", ".join(sorted(self.by_name)) or "none yet"
        raise Missing(f"there is no context {name!r}", hint=f"contexts: {known}; `stagedoor login URL` adds one")

    def with_context(self, context: Context, *, current: bool) -> "Contexts":
        return Contexts(context.name if current else self.current, self.by_name | {context.name: context})

    def without(self, name: str) -> "Contexts":
        """Raises Missing."""
        self.get(name)
        rest = {key: value for key, value in self.by_name.items() if key != name}
        return Contexts("" if self.current == name else self.current, rest)

    def of_url(self, url: str) -> Context | None:
        """Returns the current context when it is of this URL, else any that is."""
        matching = [context for context in self.by_name.values() if context.url == url]
        return next((context for context in matching if context.name == self.current), next(iter(matching), None))


def check_name(name: str) -> str:
    """Raises Invalid."""
    if not _NAME.fullmatch(name):
        raise Invalid(
            f"{name!r} cannot be the name of a context",
            hint="up to 63 letters, digits, dots, colons, hyphens and underscores, beginning with a letter or a digit",
        )
    return name


def file() -> Path:
    """Raises Invalid for a user without a home folder."""
    try:
        base = os.environ.get("XDG_CONFIG_HOME") or str(Path.home() / ".config")
    except RuntimeError as error:
        raise Invalid(f"there is no place for contexts: {error}", hint="set HOME or XDG_CONFIG_HOME") from None
    return Path(base) / "stagedoor" / "contexts.json"


def read() -> Contexts:
    """Raises Invalid for a file that is not one of ours: what is in it is not lost by writing over it."""
    try:
        content = json.loads(file().read_text())
    except FileNotFoundError:
        return Contexts()
    except (OSError, ValueError) as error:
        raise Invalid(f"the contexts in {file()} cannot be read: {error}", hint="move the file away") from None
    try:
        by_name = {name: Context(name, **fields) for name, fields in content["contexts"].items()}
        return Contexts(str(content["current"]), by_name)
    except (AttributeError, KeyError, TypeError) as error:
        raise Invalid(f"{file()} does not hold contexts: {error!r}", hint="move the file away") from None


def write(contexts: Contexts) -> None:
    """Raises OSError."""
    by_name = {
        name: {k: v for k, v in asdict(context).items() if k != "name"} for name, context in contexts.by_name.items()
    }
    content = json.dumps({"current": contexts.current, "contexts": by_name}, indent=1)
    files.replace_file(file(), content + "\n", mode=0o600)


@contextmanager
def locked() -> Iterator[Contexts]:
    """Reads the contexts while no other process changes them. Raises Invalid, Unavailable."""
    file().parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    descriptor = os.open(file().parent / ".contexts.lock", os.O_RDWR | os.O_CREAT, 0o600)
    try:
        _lock(descriptor)
        yield read()
    finally:
        os.close(descriptor)


def _lock(descriptor: int) -> None:
    """Raises Unavailable when another process holds the lock for long: `up` must not wait for ever."""
    try:
        import fcntl
    except ImportError:
        return None  # Windows has no such lock, and two logins at once are rare.
    deadline = time.monotonic() + _LOCK_TIMEOUT_S
    while True:
        try:
            return fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            if time.monotonic() > deadline:
                raise Unavailable(f"another process holds the lock of {file()}", hint="end it, or try again") from None
            time.sleep(_LOCK_INTERVAL_S)


def check_login(url: str, name: str) -> str:
    """Returns the name of a login's context, before its token is sent. Raises Conflict, Invalid.

    `url` is normalized; `name` is "" for the host and the port of the URL.
    """
    name = check_name(name or _default_name(url))
    known = read().by_name.get(name)
    if known is not None and known.url != url:
        raise Conflict(
            f"the context {name} is of another platform, {known.url}",
            hint=f"choose another with --name, or remove it: `stagedoor context delete {name}`",
        )
    return name


def remember_login(url: str, token: str, ca: str, name: str) -> Context:
    """Adds or renews the context of a login, and makes it current. Raises as `check_login` does."""
    with locked() as contexts:
        name = check_login(url, name)
        known = contexts.by_name.get(name)
        context = Context(name, url, token, ca, known.data if known else "")
        write(contexts.with_context(context, current=True))
    return context


def remember_local(url: str, token: str, data: Path) -> tuple[Context, bool]:
    """Adds or renews the context of a platform of this machine; returns it, and whether it is current.

    It becomes current when no other is, or when the current one is of the same address, where now this platform
    answers. Otherwise `up` never moves a user from one platform to another.
    """
    with locked() as contexts:
        known = next((context for context in contexts.by_name.values() if context.data == str(data)), None)
        context = Context(known.name if known else _free_name(contexts), url, token, data=str(data))
        before = contexts.by_name.get(contexts.current)
        current = before is None or before.name == context.name or before.url == url
        write(contexts.with_context(context, current=current))
    return context, current


def _default_name(url: str) -> str:
    name = re.sub(r"[^A-Za-z0-9._-]+", "-", url.partition("//")[2])
    return name.strip("-.")[:_MAX_NAME]


def _free_name(contexts: Contexts) -> str:
    names = ["local", *(f"local-{number}" for number in range(2, len(contexts.by_name) + 3))]
    return next(name for name in names if name not in contexts.by_name)

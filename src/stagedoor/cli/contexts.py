"""Contexts: the platforms that this user knows, each with a token, in one file that its owner alone reads.

A context is never replaced by another platform's: who adds one under a name that is taken gets another name, or is
refused. One context is current: commands speak to it unless they are told otherwise.
"""

import json
import os
import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass, field, replace
from pathlib import Path

from stagedoor import files
from stagedoor.model.errors import Conflict, Invalid, Missing

_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._:-]{0,62}")


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
    base = os.environ.get("XDG_CONFIG_HOME") or str(Path.home() / ".config")
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
    by_name = {name: {k: v for k, v in asdict(one).items() if k != "name"} for name, one in contexts.by_name.items()}
    content = json.dumps({"current": contexts.current, "contexts": by_name}, indent=1)
    files.replace_file(file(), content + "\n", mode=0o600)


@contextmanager
def locked() -> Iterator[Contexts]:
    """Reads the contexts while no other process changes them. Raises Invalid."""
    file().parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    with (file().parent / ".contexts.lock").open("a") as lock:
        _lock(lock.fileno())
        yield read()


def _lock(descriptor: int) -> None:
    try:
        import fcntl
    except ImportError:
        return  # On Windows two logins at once are not worth a library.
    fcntl.flock(descriptor, fcntl.LOCK_EX)


def remember_login(url: str, token: str, ca: str, name: str) -> Context:
    """Adds or renews the context of a login, and makes it current.

    `name` is "" for the host and port of the URL. Raises Conflict when the name is another platform's, Invalid.
    """
    with locked() as contexts:
        context = Context(check_name(name or _default_name(url)), url, token, ca)
        known = contexts.by_name.get(context.name)
        if known is not None and known.url != url:
            raise Conflict(
                f"the context {context.name} is of another platform, {known.url}",
                hint=f"choose another with --name, or remove it: `stagedoor context delete {context.name}`",
            )
        context = replace(context, data=known.data if known else "")
        write(contexts.with_context(context, current=True))
    return context


def remember_local(url: str, token: str, data: Path) -> tuple[Context, bool]:
    """Adds or renews the context of a platform of this machine; returns it, and whether it is current.

    It becomes current when no other is: `up` never moves a user from one platform to another.
    """
    with locked() as contexts:
        known = next((one for one in contexts.by_name.values() if one.data == str(data)), None)
        context = Context(known.name if known else _free_name(contexts), url, token, data=str(data))
        current = contexts.current in ("", context.name)
        write(contexts.with_context(context, current=current))
    return context, current


def _default_name(url: str) -> str:
    return re.sub(r"[^A-Za-z0-9._:-]", "-", url.partition("//")[2].partition("/")[0])


def _free_name(contexts: Contexts) -> str:
    names = ["local", *(f"local-{number}" for number in range(2, len(contexts.by_name) + 3))]
    return next(name for name in names if name not in contexts.by_name)

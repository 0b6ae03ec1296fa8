"""From a folder of source to an application that can be served. Imports the script, nothing more."""

import importlib
import sys
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import msgspec

from stagedoor.runtime.connection import Application
from stagedoor.runtime.router import router
from stagedoor.runtime.scripted import Scripted, trim

if TYPE_CHECKING:
    from stagedoor.runtime import asgi


class Boot(msgspec.Struct):
    """What node tells an instance, on a descriptor: never by arguments or the environment.

    `entry` is a module with endpoints (`main`), or with `app` set, module and attribute of an ASGI application.
    Sizes in bytes, times in seconds. `debug` is the port on which a debugger is waited for, `measure` says
    that imports are timed one by one. A limit of 0 is none.
    """

    instance: str
    entry: str = "main"
    app: str = ""
    prefixed: bool = True
    paths: list[str] = msgspec.field(default_factory=list)
    config: dict[str, Any] = msgspec.field(default_factory=dict)
    secrets: dict[str, str] = msgspec.field(default_factory=dict)
    egress: str = ""
    catalogue: str = ""
    body_limit: int = 10_000_000
    request_timeout: float = 15.0
    warmup_timeout: float = 20.0
    grace: float = 10.0
    answer_limit: int = 0
    max_uploads: int = 0
    log_rate: int = 0
    measure: bool = False
    debug: int = 0


class LoadError(Exception):
    """The script cannot be served; `step` is what failed, the message holds the script's own traceback."""

    def __init__(self, step: str, message: str) -> None:
        super().__init__(message)
        self.step = step


@dataclass(frozen=True, slots=True)
class Loaded:
    application: Application
    lifespan: "asgi.Lifespan | None"
    endpoints: list[dict[str, str]]


def load(boot: Boot) -> Loaded:
    """Imports what `boot` names. Raises LoadError."""
    sys.path[:0] = boot.paths
    if boot.app:
        return _load_asgi(boot)
    _import(boot.entry, "entry")
    if not router.endpoints:
        raise LoadError("entry", f"the module {boot.entry!r} declares no endpoint; use @endpoint, or `app` for ASGI")
    endpoints = [{"method": one.method, "path": one.path, "description": one.description} for one in router.endpoints]
    return Loaded(Scripted(router), None, endpoints)


def _load_asgi(boot: Boot) -> Loaded:
    from stagedoor.runtime import asgi  # Most scripts are none: each would carry it.

    name, _, attribute = boot.app.partition(":")
    module = _import(name, "app")
    app = getattr(module, attribute or "app", None)
    if app is None:
        raise LoadError("app", f"the module {name!r} has no attribute {attribute or 'app'!r}")
    if not callable(app):
        raise LoadError("app", f"{boot.app!r} is no ASGI application: it cannot be called")
    application = asgi.AsgiApplication(app, prefixed=boot.prefixed)
    return Loaded(application, asgi.Lifespan(app, application.state), [])


def _import(name: str, step: str) -> Any:
    try:
        return importlib.import_module(name)
    except ModuleNotFoundError as error:
        if error.name == name:
            raise LoadError(step, f"there is no module {name!r} in the source") from None
        raise LoadError("import", trim(error)) from None
    except BaseException as error:
        raise LoadError("import", trim(error)) from None

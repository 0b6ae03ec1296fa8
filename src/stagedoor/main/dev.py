"""`stagedoor dev`: one application in a sandbox on this machine, started again after each change.

The port's listening socket is held here and outlives the containers: a request that comes during a restart waits. Calls
to services leave the sandbox by a forwarder, which sends them through the platform with the developer's token.
"""

import asyncio
import json
import secrets
import signal
import socket
import time
import tomllib
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import watchfiles

from stagedoor.bundle import interpreters
from stagedoor.bundle.artefacts import Artefacts
from stagedoor.bundle.pack import read_ignored
from stagedoor.main import debugging, forwarder, sandboxes
from stagedoor.main.relay import Relay
from stagedoor.main.sandboxes import Place
from stagedoor.model import manifest as manifests
from stagedoor.model.errors import Failure, Invalid, Unavailable
from stagedoor.model.manifest import Manifest
from stagedoor.oci.runc import EngineError

_THINKING = 86400.0
SECRETS = ".stagedoor/secrets.toml"


@dataclass(frozen=True, slots=True)
class Options:
    folder: Path
    port: int
    data: Path
    url: str
    token: str
    ca: str
    stack: str
    debug: int | None
    plain: bool
    say: Callable[[dict[str, object], str], None]
    show_line: Callable[[str], None]
    warn: Callable[[str], None]


class Dev:
    """One application being worked on."""

    def __init__(self, options: Options, place: Place) -> None:
        self._options = options
        self._artefacts = Artefacts(options.data, 50_000_000)
        self._door = _listen(options.port)
        self._ignored = read_ignored(options.folder)
        self._debugger = None if options.debug is None else debugging.Forward(options.debug, lambda: place.pid)
        self._place = place
        self._output = Relay(options.show_line)
        self._calls: forwarder.Forwarder | None = None

    async def run(self) -> None:
        stop = asyncio.Event()
        loop = asyncio.get_running_loop()
        for number in (signal.SIGINT, signal.SIGTERM):
            loop.add_signal_handler(number, stop.set)
        self._calls = calls = await forwarder.start(
            self._place.sockets, self._options.folder, self._options.url, self._options.token,
            self._options.stack, self._options.ca,
        )  # fmt: skip
        self._output.start()
        if self._debugger is not None:
            await self._debugger.start()
            self._say_debugger(self._debugger.port)
        try:
            # Watched from before the first start on, so that no change falls in between.
            changes = watchfiles.awatch(
                self._options.folder, watch_filter=self._is_source, stop_event=stop, step=20, debounce=50
            )
            change = asyncio.ensure_future(anext(changes, None))
            await asyncio.sleep(0)
            await self._start_unless(stop)
            while (found := await change) is not None:
                change = asyncio.ensure_future(anext(changes, None))
                names = ", ".join(sorted({Path(path).name for _, path in found})[:3])
                await self._place.end()
                await self._start_unless(stop, f"{names} changed; ")
        finally:
            calls.close()
            if self._debugger is not None:
                self._debugger.close()
            await self._place.end()
            self._place.close()
            self._output.close()

    def _say_debugger(self, port: int) -> None:
        written = debugging.write_configuration(self._options.folder, port)
        file = f"; {written.relative_to(self._options.folder)} is written" if written else ""
        line = {"event": "debugger", "port": port}
        self._options.say(line, f"the script waits for a debugger on 127.0.0.1:{port} (F5 in VS Code){file}")

    def _is_source(self, change: watchfiles.Change, path: str) -> bool:
        return not self._ignored.match_file(Path(path).relative_to(self._options.folder).as_posix())

    async def _start_unless(self, stop: asyncio.Event, why: str = "") -> None:
        """A start may wait for long (for a debugger); Ctrl-C ends it at once."""
        start, stopped = asyncio.ensure_future(self._start(why)), asyncio.ensure_future(stop.wait())
        await asyncio.wait({start, stopped}, return_when=asyncio.FIRST_COMPLETED)
        stopped.cancel()
        if start.done():
            start.result()
        else:
            start.cancel()
            await asyncio.gather(start, return_exceptions=True)

    async def _start(self, why: str = "") -> None:
        """A script that does not start says why and waits for the next change."""
        began = time.perf_counter()
        try:
            manifest = _read(self._options.folder)
            report = await self._launch(manifest)
        except TimeoutError:
            self._options.warn(f"{why}it is not ready in time; waiting for a change")
            return
        except (Failure, EngineError) as error:
            self._options.warn(f"{why}{error}")
            self._options.warn(str(getattr(error, "details", {}).get("log", "")))
            return
        if report is None or "failed" in report:
            self._options.warn(f"{why}it does not start; waiting for a change")
            return
        port = self._door.getsockname()[1]
        line = {
            "event": "ready",
            "url": f"http://127.0.0.1:{port}",
            "seconds": round(time.perf_counter() - began, 3),
        }
        self._options.say(line, f"{why}{manifest.name} at {line['url']} after {line['seconds']} s")

    async def _launch(self, manifest: Manifest) -> dict[str, object] | None:
        python = await asyncio.to_thread(interpreters.choose, manifest.python)
        layer, _ = await self._artefacts.layers.of_source(self._options.folder, python)
        tool = "" if self._debugger is None else "debugger"
        sandbox = await self._artefacts.sandbox(self._options.folder, layer, python.version, manifest, tool=tool)
        name, place = f"dev-{secrets.token_hex(4)}", self._place
        boot = {
            "instance": name, "entry": manifest.entry, "app": manifest.app, "prefixed": manifest.prefixed,
            "paths": [place.seen(path, sandbox) for path in self._artefacts.import_paths(layer, tool=tool)],
            "config": manifest.config, "egress": place.seen(str(place.egress), sandbox),
            "catalogue": place.seen(str(place.catalogue.folder / "services.json"), sandbox),
            "secrets": _read_secrets(self._options.folder), "body_limit": manifest.limits.body,
            "answer_limit": manifest.limits.answer, "request_timeout": self._patience(manifest.limits.request),
            "warmup_timeout": self._patience(manifest.limits.warmup), "grace": 1.0,
            "debug": debugging.INSIDE if tool else 0,
        }  # fmt: skip
        if self._calls is not None:
            place.catalogue.write(*await self._calls.catalogue())
        if place.warning:
            self._options.warn(place.warning)
        channel = await place.start(name, sandbox)
        handed = [self._output.descriptor, self._door.fileno()]
        channel.order("boot", json.dumps(boot).encode(), handed, sandbox, place.seen("/app", sandbox))
        # An endless import is cut like a warm-up that never ends.
        async with asyncio.timeout(self._patience(manifest.limits.warmup + 5)):
            return await channel.line()

    def _patience(self, seconds: float) -> float:
        """Under a debugger nothing is over while somebody thinks."""
        return seconds if self._debugger is None else _THINKING


def _read(folder: Path) -> Manifest:
    file = folder / manifests.FILE
    if not file.is_file():
        raise Unavailable(f"there is no {manifests.FILE} in {folder}", hint="run `stagedoor init NAME`")
    return manifests.parse(file.read_text())


def _read_secrets(folder: Path) -> dict[str, str]:
    """Secrets for this machine alone, from a file that is never packed. Raises Invalid."""
    file = folder / SECRETS
    if not file.is_file():
        return {}
    try:
        return {name: str(value) for name, value in tomllib.loads(file.read_text()).items()}
    except tomllib.TOMLDecodeError as error:
        raise Invalid(f"{SECRETS} is not TOML: {error}") from None


def _listen(port: int) -> socket.socket:
    try:
        return socket.create_server(("127.0.0.1", port), backlog=1024)
    except OSError as error:
        raise Unavailable(f"port {port} cannot be used: {error.strerror}", hint="choose another with --port") from None


def serve(options: Options) -> int:
    """Runs until Ctrl-C. Raises Unavailable when nothing would be isolated."""
    sandboxes.require_unix()
    if not sandboxes.possible(plain=options.plain):
        raise Unavailable(
            "a sandbox needs root and an OCI runtime; nothing is served without isolation",
            hint="run it with sudo, or with --plain for code you trust; `stagedoor doctor` says what is missing",
        )
    _read(options.folder)
    sandboxes.end_orphans()
    asyncio.run(Dev(options, sandboxes.choose(options.data, plain=options.plain)).run())
    return 0

"""`stagedoor replay --debug`: a recorded request on this machine, under a debugger, with nothing but its recording."""

import asyncio
import json
import secrets
import tempfile
from collections.abc import Callable
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from stagedoor import files
from stagedoor.bundle import bytecode, interpreters, unpack
from stagedoor.bundle.artefacts import Artefacts
from stagedoor.decide.replay.compare import differences
from stagedoor.http.client import Client
from stagedoor.main import debugging, sandboxes
from stagedoor.main.relay import Relay
from stagedoor.main.sandboxes import Place
from stagedoor.model import har
from stagedoor.model import manifest as manifests
from stagedoor.model.errors import Invalid, Unavailable
from stagedoor.model.recording import Outcome, Recording
from stagedoor.model.recording_views import outcome_view
from stagedoor.model.redaction import Redaction
from stagedoor.model.replay import Job, Replay
from stagedoor.oci import replays

_LIMIT = 50_000_000


@dataclass(frozen=True, slots=True)
class Options:
    client: Client
    request: str
    against: str
    data: Path
    debug: int | None
    pace: float
    plain: bool
    faults: dict[int, str]
    say: Callable[[str], None]
    warn: Callable[[str], None]


def run(options: Options) -> dict[str, Any]:
    """What it came to, as the platform's own replay would say. Raises what is wrong with the recording."""
    sandboxes.require_unix()
    if not sandboxes.possible(plain=options.plain):
        raise Unavailable(
            "a sandbox needs root and an OCI runtime; nothing runs without isolation",
            hint="run it with sudo, or with --plain for code you trust; `stagedoor doctor` says what is missing",
        )
    told = _fetch(options)
    one = har.read(told["har"])
    if one.lacking:
        raise Invalid(f"the request {one.id} is not replayable: {'; '.join(one.lacking)}")
    kept = told["kept"]
    version = options.against or str(kept["version"])
    sandboxes.end_orphans()
    with tempfile.TemporaryDirectory(prefix="stagedoor-replay-") as folder:
        source = Path(folder) / "app"
        source.mkdir()
        _unpack(options, kept["application"], version, Path(folder) / "source.tgz", source)
        files.share_tree(source)
        place = sandboxes.choose(options.data, plain=options.plain, seed=one.birth.seed)
        redaction = Redaction()
        redaction.learn(manifests.parse((source / manifests.FILE).read_text()).telemetry.personal)
        outcome = redaction.outcome(asyncio.run(_run(options, place, source, one, told)))
    recorded = one.outcome
    return {
        "kept": kept, "version": version, "same": outcome.is_same(recorded),
        "outcome": asdict(outcome_view(outcome)),
        "differences": [asdict(each) for each in differences(recorded, outcome)],
        "divergences": [asdict(each) for each in outcome.divergences], "causes": one.causes,
    }  # fmt: skip


def _fetch(options: Options) -> dict[str, Any]:
    """From the platform, or a file that was written before."""
    file = Path(options.request)
    if file.suffix != ".har":
        found: dict[str, Any] = options.client.get("recordings", options.request)
        return found
    try:
        document = json.loads(file.read_text())
        known = document["log"]["_stagedoor"]
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise Invalid(f"{file} is no recording: {error}") from None
    kept = {name: known.get(name, "") for name in ("id", "application", "version", "stack", "endpoint", "reason")}
    return {"kept": kept | {"at": 0.0, "status": 0}, "har": document}


def _unpack(options: Options, application: str, version: str, archive: Path, folder: Path) -> None:
    options.client.save(archive, "applications", application, "versions", version, "source")
    unpack.unpack(archive, folder, _LIMIT)


async def _run(options: Options, place: Place, source: Path, one: Recording, told: dict[str, Any]) -> Outcome:
    debugger = None if options.debug is None else debugging.Forward(options.debug, lambda: place.pid)
    if debugger is not None:
        await debugger.start()
        options.say(f"waiting for a debugger on 127.0.0.1:{debugger.port}; the source is in {source}")
    try:
        return await _replay(options, place, source, one, told, debugged=debugger is not None)
    except replays.ReplayFailed as error:
        raise Unavailable(str(error)) from None
    finally:
        if debugger is not None:
            debugger.close()
        await place.end()
        place.close()


async def _replay(
    options: Options, place: Place, source: Path, one: Recording, told: dict[str, Any], *, debugged: bool
) -> Outcome:
    manifest = manifests.parse((source / manifests.FILE).read_text())
    artefacts = Artefacts(options.data, _LIMIT)
    python = await asyncio.to_thread(interpreters.choose, manifest.python)
    # As at publish: the order of a constant set follows from whether it was compiled here or read from bytecode.
    await bytecode.compile_folder(source, python)
    layer, _ = await artefacts.layers.of_source(source, python)
    tool = "debugger" if debugged else ""
    sandbox = await artefacts.sandbox(source, layer, python.version, manifest, tool=tool)
    services = await asyncio.to_thread(options.client.get, "catalogue")
    place.catalogue.write(services["hosts"], json.dumps(services["services"]))
    boot = {
        "instance": f"replay-{secrets.token_hex(4)}", "entry": manifest.entry, "app": manifest.app,
        "prefixed": manifest.prefixed, "config": {**manifest.config, **told.get("config", {})},
        "secrets": {name: f"[secret {name}]" for name in told.get("secrets", ())},
        "paths": [place.seen(path, sandbox) for path in artefacts.import_paths(layer, tool=tool)],
        "catalogue": place.seen(str(place.catalogue.folder / "services.json"), sandbox),
        "body_limit": manifest.limits.body, "answer_limit": manifest.limits.answer,
        "request_timeout": manifest.limits.request, "warmup_timeout": manifest.limits.warmup,
        "debug": debugging.INSIDE if debugged else 0,
    }  # fmt: skip
    job = Job(one, options.faults)
    wanted = Replay(sandbox, boot, one.birth, (job,), options.pace, fresh=False)
    printed = Relay(options.warn)
    printed.start()
    try:
        channel = await place.start(str(boot["instance"]), sandbox)
        opened = await replays.begin(channel, wanted, boot, printed.descriptor, place.seen("/app", sandbox))
        try:
            return await replays.ask(opened, job)
        except (OSError, EOFError) as error:
            raise Unavailable(f"the replay's process ended: {error}") from None
        finally:
            opened.close()
    finally:
        printed.close()

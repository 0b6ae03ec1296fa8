"""The program `telemetry`: takes in what the edge and the instances say, keeps what matters, answers questions."""

import asyncio

from stagedoor import files
from stagedoor.decide import memory
from stagedoor.main.inherited import listening
from stagedoor.main.paths import Paths
from stagedoor.main.serving import serve, set_up_log
from stagedoor.model.redaction import Redaction
from stagedoor.model.ring import ring_bytes
from stagedoor.model.settings import Platform
from stagedoor.oci import machine
from stagedoor.telemetry.api import app
from stagedoor.telemetry.aside import Aside, Attempts
from stagedoor.telemetry.counted import Counted
from stagedoor.telemetry.endpoints import Endpoints
from stagedoor.telemetry.export import Exporter
from stagedoor.telemetry.figures import Figures
from stagedoor.telemetry.intake import Intake
from stagedoor.telemetry.journal import Journal
from stagedoor.telemetry.lines import Reader
from stagedoor.telemetry.live import Live
from stagedoor.telemetry.pipeline import Bounds, Pipeline
from stagedoor.telemetry.raw import Raw
from stagedoor.telemetry.recordings.keeping import Recordings
from stagedoor.telemetry.recordings.rings import Rings
from stagedoor.telemetry.recordings.shelf import Shelf
from stagedoor.telemetry.warehouse import Warehouse
from stagedoor.vault.keys import Vault


def assemble(paths: Paths) -> Pipeline:
    settings, folder = paths.read_settings(), paths.data / "telemetry"
    keep = settings.keep
    endpoints, redaction = Endpoints(), Redaction()
    aside = Aside(folder / "aside")
    warehouse = Warehouse(
        folder / "store",
        endpoints,
        f"{_store_bytes(settings)}B",
        set_aside=lambda part, item, reason: aside.put(part, [item], reason),
    )
    vault = Vault(paths.recording_keys(settings))
    vault.prepare()
    files.remove_unfinished(folder)
    rings = Rings(paths.rings, ring_bytes(keep.ring))
    shelf = Shelf(folder / "recordings", keep.recordings, vault.seal_bytes, vault.open_bytes)
    return Pipeline(
        folder,
        Bounds(keep.records, keep.records_age, keep.minutes_age),
        Raw(folder / "raw", max(keep.records // 4, 64 << 20), warehouse.judged + 1),
        warehouse, endpoints, redaction, Figures(), Live(endpoints),
        Reader(paths.data / "logs", folder / "logs.json", redaction),
        Counted(folder / "counted.json"),
        Journal(folder),
        Exporter(settings.telemetry.collector, settings.telemetry.authorization),
        Recordings(rings, shelf, redaction, endpoints, keep.recordings_age, keep.record_all),
        aside,
        Attempts(folder / "attempts"),
    )  # fmt: skip


def _store_bytes(settings: Platform) -> int:
    limit = memory.limit_program("telemetry", machine.total_memory(), settings.programs.telemetry)
    return memory.limit_store(limit)


async def run(paths: Paths) -> None:
    pipeline = assemble(paths)
    pipeline.recall()
    loop = asyncio.get_running_loop()
    intake = await loop.create_unix_server(lambda: Intake(pipeline.take), sock=listening("RECORDS"))
    working = loop.create_task(pipeline.run())
    await serve(app.build(pipeline), listening("TELEMETRY"))
    intake.close()
    working.cancel()
    await asyncio.gather(working, return_exceptions=True)


def main() -> None:
    set_up_log("telemetry")
    asyncio.run(run(Paths.from_environment()))


if __name__ == "__main__":
    main()

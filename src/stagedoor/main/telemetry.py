"""The program `telemetry`: takes the edge's records in and answers questions about them."""

import asyncio

from stagedoor.main.inherited import listening
from stagedoor.main.paths import Paths
from stagedoor.main.serving import serve, set_up_log
from stagedoor.telemetry.figures import Figures
from stagedoor.telemetry.intake import Intake
from stagedoor.telemetry.segments import Segments
from stagedoor.telemetry.server import TelemetryApi


async def run(paths: Paths) -> None:
    segments = Segments(paths.data / "records", paths.read_settings().keep.records)
    figures = Figures()
    loop = asyncio.get_running_loop()
    intake = await loop.create_unix_server(lambda: Intake(segments, figures), sock=listening("RECORDS"))
    await serve(TelemetryApi(segments, figures).app(), listening("TELEMETRY"))
    intake.close()


def main() -> None:
    set_up_log("telemetry")
    asyncio.run(run(Paths.from_environment()))


if __name__ == "__main__":
    main()

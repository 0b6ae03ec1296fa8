"""All routes of telemetry."""

from starlette.applications import Starlette
from starlette.routing import Route

from stagedoor.telemetry.api.answers import encoded
from stagedoor.telemetry.api.figures import FiguresApi
from stagedoor.telemetry.api.recordings import RecordingsApi
from stagedoor.telemetry.api.stored import StoredApi
from stagedoor.telemetry.api.streams import StreamsApi
from stagedoor.telemetry.api.told import ToldApi
from stagedoor.telemetry.pipeline import Pipeline


def build(pipeline: Pipeline) -> Starlette:
    figures, stored, told = FiguresApi(pipeline.figures), StoredApi(pipeline), ToldApi(pipeline)
    recordings = RecordingsApi(pipeline)
    asked = figures.asked() | stored.asked() | told.asked() | recordings.asked()
    posted = stored.told() | told.told()
    return Starlette(
        routes=[
            Route("/recordings", recordings.read, methods=["POST"]),
            *(Route(path, answer, methods=["GET"]) for path, answer in StreamsApi(pipeline).streamed().items()),
            *(Route(path, encoded(answer), methods=["GET"]) for path, answer in asked.items()),
            *(Route(path, encoded(answer), methods=["POST"]) for path, answer in posted.items()),
        ]
    )

"""What control and other processes tell, and how telemetry itself is."""

from typing import Any

import msgspec
from starlette.requests import Request

from stagedoor.model.otlp import OtlpRequest
from stagedoor.telemetry.api.answers import Answer
from stagedoor.telemetry.otlp_intake import OtlpIntake
from stagedoor.telemetry.pipeline import Pipeline


class ToldApi:
    def __init__(self, pipeline: Pipeline) -> None:
        self._pipeline = pipeline
        self._otlp = OtlpIntake(pipeline.redaction)

    def asked(self) -> dict[str, Answer]:
        return {"/health": self.health}

    def told(self) -> dict[str, Answer]:
        return {"/known": self.learn, "/usage": self.add_usage, "/otlp/{what}": self.otlp}

    async def health(self, request: Request) -> Any:
        """What was lost, by whom, and what is kept."""
        one = self._pipeline
        return {
            "lost": one.raw.lost + one.warehouse.lost, "log_lines_limited": one.logs.limited,
            "folded": dict(one.endpoints.folded), "failed": one.failed or one.exporter.failed,
            "export_dropped": one.exporter.dropped, "store_bytes": one.warehouse.files.size(),
            "files_dropped": one.warehouse.files.dropped, "edge_dropped": one.counted.lost,
            "records": one.counted.records, "spans_refused": one.spans_refused,
            "recordings": one.recordings.kept, "recordings_lost": one.recordings.lost,
            "recordings_refused": one.recordings.refused, "recordings_bytes": one.recordings.shelf.size(),
            "set_aside": dict(one.aside.counts), "unreadable": dict(one.unreadable),
            "endpoints_refused": one.endpoints.refused, "rings_refused": one.recordings.rings.refused,
            "forged_lines": one.logs.forged, "stale_calls": dict(one.figures.stale_calls),
            "watchers_ended": one.live.ended, "store_reopened": one.warehouse.reopened,
        }  # fmt: skip

    async def learn(self, request: Request) -> Any:
        """{endpoints, personal, flags}: what versions answer, what is crossed out, whose requests are all kept."""
        known = msgspec.json.decode(await request.body())
        await self._pipeline.work(lambda: self._pipeline.learn(known))

    async def add_usage(self, request: Request) -> Any:
        rows = msgspec.json.decode(await request.body())
        await self._pipeline.work(lambda: self._pipeline.add_usage(rows))

    async def otlp(self, request: Request) -> Any:
        """Spans or log lines of other processes, in OpenTelemetry's protocol; {rejected}."""
        sent = msgspec.msgpack.decode(await request.body(), type=OtlpRequest)
        told = await self._otlp.read(request.path_params["what"], sent)
        return await self._pipeline.work(lambda: self._pipeline.add_told(told))

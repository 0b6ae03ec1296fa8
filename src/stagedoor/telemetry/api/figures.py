"""Figures of calls, of what is in memory: for the governor, service pages and Prometheus."""

from typing import Any

import msgspec
from starlette.requests import Request

from stagedoor.telemetry.api.answers import Answer, window
from stagedoor.telemetry.figures import CallKey, Cell, Figures


class FiguresApi:
    def __init__(self, figures: Figures) -> None:
        self._figures = figures

    def asked(self) -> dict[str, Answer]:
        return {
            "/calls": self.calls, "/totals": self.totals, "/governed": self.governed, "/series/{service}": self.series,
            "/fanout": self.fanout,
        }  # fmt: skip

    async def calls(self, request: Request) -> Any:
        """Cells of a window, one for each service, method, caller and stack."""
        return _rows(self._figures.calls(window(request)))

    async def totals(self, request: Request) -> Any:
        return _rows(self._figures.totals())

    async def governed(self, request: Request) -> Any:
        return self._figures.governed(window(request))

    async def series(self, request: Request) -> Any:
        return self._figures.series(request.path_params["service"])

    async def fanout(self, request: Request) -> Any:
        return [
            {"label": key[0], "stack": key[1], "endpoint": key[2], **msgspec.to_builtins(one)}
            for key, one in self._figures.fanout(window(request)).items()
        ]


def _rows(cells: dict[CallKey, Cell]) -> list[dict[str, Any]]:
    return [
        {
            "service": key[0], "method": key[1], "caller": key[2], "stack": key[3], "calls": cell.calls,
            "errors": cell.errors, "refused": cell.refused, "retries": cell.retries, "faults": cell.faults,
            "bytes_in": cell.received, "bytes_out": cell.sent, "busy": cell.busy / 1e6,
            "latencies": {str(one): count for one, count in cell.latencies.items()},
        }
        for key, cell in cells.items()
    ]  # fmt: skip

"""A dashboard for Grafana, made from the platform's own definitions of its metrics."""

from typing import Any

from stagedoor.model import metric
from stagedoor.model.metric import Metric

_TITLES = {metric.REQUESTS: "Requests", metric.CALLS: "Calls to services", metric.USAGE: "Instances"}
_UNITS = {"1/s": "reqps", "share": "percentunit", "s": "s", "bytes": "bytes", "count": "short", "cores": "short"}
_FILTERS = {
    metric.REQUESTS: '{application=~"$application",version=~"$version",stack=~"$stack"}',
    metric.CALLS: '{application=~"$application",version=~"$version",stack=~"$stack",service=~"$service"}',
    metric.USAGE: '{application=~"$application",version=~"$version",stack=~"$stack"}',
}
_VARIABLES = ("application", "version", "stack", "service")
_WIDTH, _HEIGHT, _WHOLE = 8, 7, 24


def dashboard() -> dict[str, Any]:
    """Grafana's own model of a dashboard, as its import takes it."""
    panels: list[dict[str, Any]] = []
    top = 0
    for table, title in _TITLES.items():
        listed = metric.of(table)
        panels.append({"type": "row", "title": title, "gridPos": {"h": 1, "w": _WHOLE, "x": 0, "y": top}, "panels": []})
        for number, one in enumerate(listed):
            left, down = number * _WIDTH % _WHOLE, number * _WIDTH // _WHOLE * _HEIGHT
            place = {"h": _HEIGHT, "w": _WIDTH, "x": left, "y": top + 1 + down}
            panels.append(_panel(one, len(panels) + 1, place))
        top += 1 + -(-len(listed) * _WIDTH // _WHOLE) * _HEIGHT
    return {
        "title": "Stagedoor", "uid": "stagedoor", "schemaVersion": 39, "editable": True, "refresh": "30s",
        "time": {"from": "now-6h", "to": "now"}, "panels": panels,
        "templating": {"list": [_source(), *(_variable(name) for name in _VARIABLES)]},
        "annotations": {"list": [_releases()]},
    }  # fmt: skip


def _panel(one: Metric, number: int, place: dict[str, int]) -> dict[str, Any]:
    return {
        "id": number, "type": "timeseries", "title": one.title, "gridPos": place, "datasource": _DATASOURCE,
        "fieldConfig": {"defaults": {"unit": _UNITS[one.unit], "min": 0}, "overrides": []},
        "targets": [{
            "refId": "A", "datasource": _DATASOURCE, "legendFormat": one.title,
            "expr": one.expression.replace("{$filter}", _FILTERS[one.of]),
        }],
    }  # fmt: skip


_DATASOURCE = {"type": "prometheus", "uid": "$source"}


def _source() -> dict[str, Any]:
    return {"name": "source", "type": "datasource", "query": "prometheus", "label": "Prometheus"}


def _variable(name: str) -> dict[str, Any]:
    family = "stagedoor_calls_total" if name == "service" else "stagedoor_requests_total"
    return {
        "name": name, "type": "query", "datasource": _DATASOURCE, "query": f"label_values({family}, {name})",
        "multi": True, "includeAll": True, "allValue": ".*", "refresh": 2,
        "current": {"text": "All", "value": "$__all"},
    }  # fmt: skip


def _releases() -> dict[str, Any]:
    """Each release, by when a version's instances first started to serve."""
    return {
        "name": "releases", "enable": True, "datasource": _DATASOURCE, "iconColor": "blue",
        "expr": 'changes(stagedoor_release_number{application=~"$application",stack=~"$stack"}[2m]) > 0',
        "titleFormat": "{{application}} {{stack}}",
    }  # fmt: skip

"""Metrics for Prometheus, as the platform tells them; and a dashboard for Grafana, made from the same definitions."""

from argparse import ArgumentParser, Namespace

from stagedoor.cli import output, session

EXAMPLES = ("stagedoor metrics", "stagedoor metrics --grafana > stagedoor.json")


def add_options(parser: ArgumentParser) -> None:
    parser.add_argument("--grafana", action="store_true", help="the dashboard, to be imported into Grafana")


def run(options: Namespace) -> int:
    if options.grafana:
        from stagedoor.model import grafana

        output.show_json(grafana.dashboard())
        return 0
    output.show_document(session.connect().read("metrics"))
    return 0

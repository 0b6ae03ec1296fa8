"""SQL over what telemetry keeps: one SELECT over public tables, of the rows that your team owns."""

from argparse import ArgumentParser, Namespace
from pathlib import Path

from stagedoor.cli import output, session
from stagedoor.model.errors import Invalid

EXAMPLES = (
    "stagedoor query --tables",
    "stagedoor query 'SELECT endpoint, sum(weight) FROM requests WHERE status >= 500 GROUP BY ALL'",
    "stagedoor query --file slow.sql --csv",
)


def add_options(parser: ArgumentParser) -> None:
    parser.add_argument("sql", nargs="?", default="", help="one SELECT")
    parser.add_argument("--file", type=Path, help="read it from a file")
    parser.add_argument("--tables", action="store_true", help="the tables and their columns")
    parser.add_argument("--csv", action="store_true", help="as CSV")


def run(options: Namespace) -> int:
    client = session.connect()
    if options.tables:
        listed = client.get("query", "tables")
        if options.json:
            output.show_json(listed)
            return 0
        rows = [(one["name"], *column) for one in listed for column in one["columns"]]
        output.show_table(("table", "column", "type", "what it is"), rows, "")
        return 0
    sql = options.file.read_text() if options.file else options.sql
    if not sql.strip():
        raise Invalid("there is nothing to ask", hint="give a SELECT, or --tables to see what there is")
    told = client.post("query", body={"sql": sql})
    if options.json:
        output.show_json(told)
    elif options.csv:
        output.show_csv(told["columns"], told["rows"])
    else:
        output.show_table(told["columns"], told["rows"], "No row.")
    if told["truncated"]:
        output.warn(f"only the first {len(told['rows'])} rows: add LIMIT, or group")
    return 0

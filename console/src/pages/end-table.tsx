/** How instances ended, and why. */
import { Link } from "wouter";
import type { Schemas } from "../api/client";
import { span } from "../parts/format";
import { Stack, State } from "../parts/state";
import { type Column, Table } from "../parts/table";
import { Time } from "../parts/time";

type End = Schemas["EndView"];

export function EndTable({ all }: { all: End[] }) {
  return <Table label="Ends" rows={all} id={(one) => `${one.instance} ${one.at}`} columns={COLUMNS} />;
}

const COLUMNS: Column<End>[] = [
  {
    name: "Instance",
    kind: "main",
    cell: (one) => (
      <>
        <span className="mono">{one.instance}</span>
        <Link href={`/applications/${one.application}`}>{one.application}</Link>
      </>
    ),
  },
  { name: "How", cell: (one) => <State word={one.kind} tone={one.unwanted ? "bad" : "off"} /> },
  { name: "Cause", cell: (one) => one.cause },
  { name: "Version", cell: (one) => <span className="mono">{one.version}</span> },
  { name: "Stack", cell: (one) => <Stack name={one.stack} /> },
  { name: "When", cell: (one) => <Time at={one.at} /> },
  { name: "Lived", kind: "number", cell: (one) => span(one.age) },
];

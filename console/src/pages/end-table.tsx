/** How instances ended, and why. */
import { Link } from "wouter";
import type { Schemas } from "../api/client";
import { seconds } from "../parts/format";
import { State } from "../parts/state";
import { type Column, Table } from "../parts/table";
import { Time } from "../parts/time";

type End = Schemas.EndView;

export function EndTable({ all }: { all: End[] }) {
  return <Table label="Ends" rows={all} id={(one) => `${one.instance} ${one.at}`} columns={COLUMNS} />;
}

const COLUMNS: Column<End>[] = [
  {
    name: "Instance",
    kind: "main",
    cell: (one) => (
      <Link href={`/instances/${one.instance}`} className="mono">
        {one.instance}
      </Link>
    ),
  },
  {
    name: "Cause",
    cell: (one) => (
      <span className="cause">
        <State word={one.cause} tone={one.unwanted ? "bad" : "off"} />
      </span>
    ),
  },
  { name: "When", cell: (one) => <Time at={one.at} /> },
  { name: "Lived", kind: "number", cell: (one) => seconds(one.age) },
];

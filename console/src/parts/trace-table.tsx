/** Requests that are stored, each with a link to its trace. */
import { Link } from "wouter";
import { keptFor, type Record } from "../api/records";
import { statusTone } from "../pages/request-list";
import { micros } from "./format";
import { Stack, Tag } from "./state";
import { type Column, Table } from "./table";
import { Time } from "./time";

export function TraceTable({ records, label = "Requests" }: { records: Record[]; label?: string }) {
  return <Table label={label} rows={records} id={(one) => one.id} columns={COLUMNS} />;
}

const COLUMNS: Column<Record>[] = [
  {
    name: "Request",
    kind: "main",
    cell: (one) => (
      <Link href={`/traces/${one.id}`} className="mono">
        {one.method} {one.path}
      </Link>
    ),
  },
  { name: "When", cell: (one) => <Time at={one.at} /> },
  { name: "Status", cell: (one) => <Tag tone={statusTone(one.status)}>{one.status}</Tag> },
  { name: "Took", kind: "number", cell: (one) => micros(one.duration) },
  {
    name: "Application",
    cell: (one) =>
      one.application ? (
        <span className="states">
          <span>{one.application}</span> <span className="mono">{one.version}</span> {one.stack && <Stack name={one.stack} />}
        </span>
      ) : (
        <span className="faint">none</span>
      ),
  },
  { name: "Device", cell: (one) => one.device || <span className="faint">not said</span> },
  { name: "Kept because", cell: (one) => <Kept of={one} /> },
];

function Kept({ of: { kept, weight = 1 } }: { of: Record }) {
  return (
    <span>
      {keptFor(kept)}
      {weight > 1 && <span className="faint">, stands for {weight.toLocaleString("en", { maximumFractionDigits: 0 })}</span>}
    </span>
  );
}

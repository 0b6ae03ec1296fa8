/** Failures that somebody asked for, and when each ends by itself. */
import type { Schemas } from "../api/client";
import { percent } from "../parts/format";
import { type Column, Table } from "../parts/table";
import { Time } from "../parts/time";

type Fault = Schemas.Fault;

export function FaultTable({ all, end }: { all: Fault[]; end: (one: Fault) => void }) {
  const actions: Column<Fault> = {
    name: "Actions",
    kind: "actions",
    cell: (one) => (
      <span className="row-actions">
        <button type="button" className="button quiet" onClick={() => end(one)} aria-label={`End the fault of ${one.method}`}>
          End
        </button>
      </span>
    ),
  };
  return <Table label="Faults" rows={all} id={(one) => one.id} columns={[...COLUMNS, actions]} />;
}

const COLUMNS: Column<Fault>[] = [
  { name: "Method", kind: "main", cell: (one) => <strong className="mono">{one.method}</strong> },
  { name: "What happens", cell: (one) => `${what(one)} for ${percent(one.share)} of calls` },
  { name: "Whom", cell: (one) => whom(one) },
  { name: "Error budget", kind: "number", cell: (one) => percent(one.budget) },
  { name: "By", cell: (one) => one.by },
  {
    name: "Ends",
    cell: (one) => (
      <span className="unbroken">
        <Time at={one.until} ahead />
      </span>
    ),
  },
];

function what({ kind, value }: Fault): string {
  if (kind === "delay") return `${value} ms delay`;
  return kind === "error" ? `status ${value}` : kind;
}

function whom({ application, device }: Fault): string {
  return [application || "all applications", device && `device ${device}`].filter(Boolean).join(", ");
}

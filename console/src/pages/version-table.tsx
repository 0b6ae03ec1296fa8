/** Versions, the newest first, with where each is released and what it measured at its start. */
import { useState } from "react";
import type { Schemas } from "../api/client";
import { bytes, seconds } from "../parts/format";
import { Release } from "../parts/line-actions";
import { State, Tag } from "../parts/state";
import { type Column, Table } from "../parts/table";
import { Time } from "../parts/time";
import { Empty } from "../parts/trouble";
import type { ApplicationView } from "./application";

type Version = Schemas.VersionView;

export function VersionTable({ application, all }: { application: ApplicationView; all: Version[] }) {
  const [wish, setWish] = useState("");
  if (!all.length) return <Empty title="No version yet" command="stagedoor deploy" />;
  const columns: Column<Version>[] = [
    ...COLUMNS,
    {
      name: "Actions",
      kind: "actions",
      cell: (one) => (
        <span className="row-actions">
          <button type="button" className="button quiet" onClick={() => setWish(one.number)} aria-label={`Release ${one.number}`}>
            Release
          </button>
        </span>
      ),
    },
  ];
  return (
    <>
      <Table label="Versions" rows={[...all].reverse()} id={(one) => one.number} columns={columns} />
      {wish && <Release application={application.name} version={wish} onClose={() => setWish("")} />}
    </>
  );
}

const COLUMNS: Column<Version>[] = [
  { name: "Version", kind: "main", cell: (one) => <strong className="mono">{one.number}</strong> },
  {
    name: "Released in",
    cell: (one) =>
      one.released?.length ? (
        <span className="tags">
          {one.released.map((where) => (
            <Tag key={where} tone="good">
              {where}
            </Tag>
          ))}
        </span>
      ) : (
        <span className="faint">nowhere</span>
      ),
  },
  { name: "Published", cell: (one) => <Time at={one.published_at} /> },
  { name: "By", cell: (one) => one.published_by },
  { name: "Tests", cell: (one) => (one.tests && one.tests !== "no tests" ? <State word="passed">{one.tests}</State> : <span className="faint">none</span>) },
  { name: "Start", kind: "number", cell: (one) => <span title={one.start}>{seconds(one.start_seconds)}</span> },
  { name: "Memory", kind: "number", cell: (one) => bytes(one.memory_bytes) },
  { name: "Python", cell: (one) => <span className="mono">{one.python}</span> },
];

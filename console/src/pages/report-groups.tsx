/** Where answers and calls differ: by endpoint and place, each with examples; what is wanted is accepted, with a reason. */
import { useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { Link } from "wouter";
import { application } from "../api/queries";
import { type Accepted, accepted, type Group, type Report } from "../api/replays";
import { mayChange, useSession } from "../api/session";
import { Choice, useParameter } from "../parts/choice";
import { count } from "../parts/format";
import { Section } from "../parts/page";
import { Side } from "../parts/sides";
import { Tag } from "../parts/state";
import { type Column, Table } from "../parts/table";
import { Empty } from "../parts/trouble";
import { KINDS } from "./recording-replay";
import { AcceptDifference, RetractDifference } from "./report-actions";

export type Row = Group & { /** Who wants it so, as of now. */ wanted: Accepted | undefined };

const SHOWN = [
  { value: "", text: "All" },
  { value: "new", text: "New" },
  { value: "accepted", text: "Accepted" },
  { value: "noise", text: "Noise" },
];

function sortOf({ wanted, accepted: was, new: isNew }: Row): string {
  if (wanted) return "accepted";
  return isNew || was ? "new" : "noise";
}

export function ReportGroups({ of }: { of: Report }) {
  const [shown] = useParameter("show");
  const session = useSession();
  const known = useQuery(application(of.application)).data;
  const all = useQuery(accepted(of.application)).data ?? [];
  const [asked, setAsked] = useState<Row | null>(null);
  const rows: Row[] = of.comparison.groups.map((group) => ({
    ...group,
    wanted: all.find((one) => one.endpoint === group.endpoint && one.place === group.place && one.kind === group.kind),
  }));
  const chosen = rows.filter((row) => !shown || sortOf(row) === shown);
  const endpoints = [...new Set(chosen.map((row) => row.endpoint))];
  const may = known !== undefined && mayChange(session, known.team);
  const onClose = () => setAsked(null);
  return (
    <Section title="Differences" actions={rows.length > 0 && <Choice label="Which" name="show" options={SHOWN} />}>
      {!rows.length && <Empty title="None">Both versions answer and call alike, byte for byte.</Empty>}
      {rows.length > 0 && !chosen.length && <p className="faint">None of these.</p>}
      {endpoints.map((endpoint) => (
        <section key={endpoint} className="report-endpoint" aria-label={`Differences of ${endpoint}`}>
          <h3 className="mono">{endpoint}</h3>
          <Table
            label={`Differences of ${endpoint}`}
            rows={chosen.filter((row) => row.endpoint === endpoint)}
            id={({ place, kind }) => `${place} ${kind}`}
            columns={may ? [...COLUMNS, actions(setAsked)] : COLUMNS}
            below={Examples}
          />
        </section>
      ))}
      {asked &&
        (asked.wanted ? (
          <RetractDifference application={of.application} row={asked} onClose={onClose} />
        ) : (
          <AcceptDifference application={of.application} row={asked} onClose={onClose} />
        ))}
    </Section>
  );
}

function Badge({ of }: { of: Row }) {
  const sort = sortOf(of);
  if (sort === "noise") {
    return (
      <>
        <Tag>noise</Tag> <span className="faint">{of.noise ? `in ${of.noise.toLocaleString("en")} of two runs of the old one` : "too seldom to be sure"}</span>
      </>
    );
  }
  if (of.wanted) {
    return (
      <>
        <Tag tone="good">accepted</Tag>{" "}
        <span>
          by {of.wanted.by}: {of.wanted.why}
        </span>
      </>
    );
  }
  return (
    <>
      <Tag tone="bad">new</Tag> {of.accepted && <span className="faint">it was accepted then</span>}
    </>
  );
}

const COLUMNS: Column<Row>[] = [
  {
    name: "Place",
    kind: "main",
    cell: ({ place, kind }) => (
      <>
        <strong className="mono">{place}</strong>
        <Tag tone={KINDS[kind] ?? "off"}>{kind}</Tag>
      </>
    ),
  },
  {
    name: "Verdict",
    cell: (row) => (
      <span className="badge">
        <Badge of={row} />
      </span>
    ),
  },
  {
    name: "In",
    kind: "number",
    cell: ({ count: number, of }) => (
      <span className="unbroken">
        {number.toLocaleString("en")} of {of.toLocaleString("en")}
      </span>
    ),
  },
  { name: "Old", cell: ({ examples: [first] }) => <Side text={first?.left ?? ""} /> },
  { name: "New", cell: ({ examples: [first] }) => <Side text={first?.right ?? ""} /> },
];

const actions = (ask: (row: Row) => void): Column<Row> => ({
  name: "Actions",
  kind: "actions",
  cell: (row) =>
    sortOf(row) !== "noise" && (
      <span className="row-actions">
        <button
          type="button"
          className="button quiet"
          onClick={() => ask(row)}
          aria-label={`${row.wanted ? "Retract" : "Accept"} ${row.place} ${row.kind} of ${row.endpoint}`}
        >
          {row.wanted ? "Retract" : "Accept"}
        </button>
      </span>
    ),
});

function Examples({ endpoint, place, examples }: Row) {
  if (!examples.length) return null;
  return (
    <details className="examples">
      <summary>{count(examples.length, "example")}</summary>
      <ul aria-label={`Examples of ${place} of ${endpoint}`}>
        {examples.map((one) => (
          <li key={one.id}>
            <Link className="mono" href={`/recordings/${one.id}`}>
              {one.id}
            </Link>
            <Side text={one.left} />
            <Side text={one.right} />
          </li>
        ))}
      </ul>
    </details>
  );
}

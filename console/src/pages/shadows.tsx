/** Versions that answer again what was answered already, and nobody gets their answers. */
import { useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { Link } from "wouter";
import { applications } from "../api/queries";
import { type Shadow, shadows } from "../api/replays";
import { mayChange, useSession } from "../api/session";
import { percent } from "../parts/format";
import { Loaded } from "../parts/loaded";
import { Section } from "../parts/page";
import { Stack } from "../parts/state";
import { type Column, Table } from "../parts/table";
import { Time } from "../parts/time";
import { Empty } from "../parts/trouble";
import { BeginShadow, EndShadow } from "./shadow-actions";

export function Shadows({ application }: { application: string }) {
  const session = useSession();
  const query = useQuery(shadows());
  const known = useQuery(applications()).data ?? [];
  const [adding, setAdding] = useState(false);
  const [ending, setEnding] = useState<Shadow | null>(null);
  const owner = (name: string) => known.find((one) => one.name === name)?.team ?? "";
  const actions: Column<Shadow> = {
    name: "Actions",
    kind: "actions",
    cell: (one) =>
      mayChange(session, owner(one.application)) && (
        <span className="row-actions">
          <button type="button" className="button quiet" onClick={() => setEnding(one)} aria-label={`End the shadow of ${one.application} in ${one.stack}`}>
            End
          </button>
        </span>
      ),
  };
  return (
    <Section
      title="Shadows"
      actions={
        session.role !== "viewer" && (
          <button type="button" className="button" onClick={() => setAdding(true)}>
            Start a shadow
          </button>
        )
      }
    >
      <Loaded query={query} rows={1}>
        {(all) => {
          const shown = all.filter((one) => !application || one.application === application);
          return shown.length ? (
            <Table label="Shadows" rows={shown} id={(one) => `${one.application} ${one.stack}`} columns={[...COLUMNS, actions]} />
          ) : (
            <Empty title="No version shadows another">
              A shadow answers a share of the recorded requests again, as they come, once they were answered. What it writes goes nowhere.
            </Empty>
          );
        }}
      </Loaded>
      {adding && <BeginShadow application={application} onClose={() => setAdding(false)} />}
      {ending && <EndShadow one={ending} onClose={() => setEnding(null)} />}
    </Section>
  );
}

const COLUMNS: Column<Shadow>[] = [
  {
    name: "Version",
    kind: "main",
    cell: (one) => (
      <>
        <strong>{one.application}</strong>
        <span className="mono">{one.version}</span>
        <Stack name={one.stack} />
      </>
    ),
  },
  { name: "Share", kind: "number", cell: (one) => percent(one.share) },
  { name: "Answers", cell: (one) => (one.live ? "of now" : "recorded") },
  {
    name: "Started",
    cell: (one) => (
      <span>
        <Time at={one.began} /> <span className="faint">by {one.by}</span>
      </span>
    ),
  },
  {
    name: "Ends",
    cell: (one) => (
      <span className="unbroken">
        <Time at={one.until} ahead />
      </span>
    ),
  },
  {
    name: "Report",
    cell: (one) =>
      one.report ? <Link href={`/replays/${one.report}`}>Report {one.report}</Link> : <span className="faint">not yet: it waits for requests</span>,
  },
];

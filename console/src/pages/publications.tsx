/** What was published when, by whom, in which state, and what it measured at its start. */
import { useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { Link } from "wouter";
import type { Schemas } from "../api/client";
import type { Operation } from "../api/operation";
import { publications } from "../api/queries";
import { Dialog } from "../parts/dialog";
import { bytes, seconds } from "../parts/format";
import { Loaded } from "../parts/loaded";
import { Page } from "../parts/page";
import { Stack, State } from "../parts/state";
import { Steps } from "../parts/steps";
import { type Column, Table } from "../parts/table";
import { Time } from "../parts/time";
import { Empty } from "../parts/trouble";

type Publication = Schemas["PublicationView"];

export default function Publications() {
  const query = useQuery(publications("", 100));
  const [shown, setShown] = useState<Publication | null>(null);
  const columns = [...COLUMNS, details(setShown)];
  return (
    <Page title="Publications" lead="Every deploy and publish: how it went, and what the version measured at its start.">
      <Loaded query={query} rows={8}>
        {(all) =>
          all.length ? (
            <Table label="Publications" rows={all} id={(one) => one.operation} columns={columns} />
          ) : (
            <Empty title="Nothing was published yet" command="stagedoor deploy">
              Run this in the folder of an application; each step appears here as it goes.
            </Empty>
          )
        }
      </Loaded>
      {shown && (
        <Dialog title={`${shown.kind} of ${shown.application} ${shown.version}`} onClose={() => setShown(null)}>
          <Steps operation={operation(shown)} />
        </Dialog>
      )}
    </Page>
  );
}

function operation(one: Publication): Operation {
  return { ...one, id: one.operation, line: "", goal: {} };
}

const COLUMNS: Column<Publication>[] = [
  {
    name: "Application",
    kind: "main",
    cell: (one) => (
      <>
        <Link href={`/applications/${one.application}`}>
          <strong>{one.application}</strong>
        </Link>
        <span className="mono">{one.version}</span>
      </>
    ),
  },
  { name: "State", cell: (one) => <State word={one.state} /> },
  { name: "Kind", cell: (one) => one.kind },
  { name: "Stack", cell: (one) => (one.stack ? <Stack name={one.stack} /> : <span className="faint">none</span>) },
  { name: "By", cell: (one) => one.by },
  { name: "When", cell: (one) => <Time at={one.began_at} /> },
  { name: "Took", kind: "number", cell: (one) => seconds(one.ended_at ? one.ended_at - one.began_at : 0) },
  { name: "Start", kind: "number", cell: (one) => seconds(one.start_seconds) },
  { name: "Import", kind: "number", cell: (one) => seconds(one.import_seconds) },
  { name: "Memory", kind: "number", cell: (one) => bytes(one.memory_bytes) },
];

function details(show: (one: Publication) => void): Column<Publication> {
  return {
    name: "Actions",
    kind: "actions",
    cell: (one) => (
      <span className="row-actions">
        <button type="button" className="button quiet" onClick={() => show(one)} aria-label={`Steps of ${one.application} ${one.version}`}>
          Steps
        </button>
      </span>
    ),
  };
}

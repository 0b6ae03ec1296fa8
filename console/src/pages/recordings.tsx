/** Requests that were recorded, each with every answer it saw; the newest first. */
import { keepPreviousData, useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { Link, useSearchParams } from "wouter";
import * as commands from "../api/commands";
import { type Kept, recordings, type Sought } from "../api/recordings";
import { keptFor } from "../api/records";
import { Command } from "../parts/command";
import { count, micros } from "../parts/format";
import { Loaded } from "../parts/loaded";
import { Page, Section } from "../parts/page";
import { Stack } from "../parts/state";
import { StatusTag } from "../parts/status-tag";
import { type Column, Table } from "../parts/table";
import { Time } from "../parts/time";
import { Empty } from "../parts/trouble";
import { RecordingFilters } from "./recording-filters";

const NONE: Sought = { application: "", stack: "", version: "", endpoint: "", device: "", reason: "", replayable: "" };
const NAMES = Object.keys(NONE) as (keyof Sought)[];
const PAGE = 50;
const MOST = 1000;
const EVERY = 15_000;

export default function Recordings() {
  const [parameters, setParameters] = useSearchParams();
  const sought = Object.fromEntries(NAMES.map((name) => [name, parameters.get(name) ?? ""])) as Sought;
  const isFiltered = NAMES.some((name) => sought[name]);
  const [limit, setLimit] = useState(PAGE);
  const query = useQuery({ ...recordings(sought, limit), placeholderData: keepPreviousData, refetchInterval: EVERY });

  function apply(next: Sought) {
    setLimit(PAGE);
    setParameters(Object.fromEntries(Object.entries(next).filter(([, value]) => value)), { replace: true });
  }

  return (
    <Page title="Recordings" lead="A request with every answer it saw, so that it can be run again: no service is asked.">
      <RecordingFilters sought={sought} seen={query.data ?? []} apply={apply} clear={isFiltered ? () => apply(NONE) : undefined} />
      <Section title={isFiltered ? "What fits" : "The newest"}>
        <Loaded query={query} rows={6}>
          {(all) =>
            all.length ? (
              <div className="recordings">
                <Table label="Recordings" rows={all} id={(one) => one.id} columns={COLUMNS} />
                {all.length >= limit && limit < MOST && (
                  <button type="button" className="button more" onClick={() => setLimit(Math.min(MOST, limit * 2))}>
                    Show more than the newest {count(limit, "recording")}
                  </button>
                )}
              </div>
            ) : (
              <Empty title={isFiltered ? "No recording fits" : "No recording yet"}>
                Requests are recorded by themselves: those that failed, were slow or got a fallback, and a share of the rest. A flagged device has all of its
                requests kept.
              </Empty>
            )
          }
        </Loaded>
        <div className="next">
          <Command text={commands.recordings(sought)} />
        </div>
      </Section>
    </Page>
  );
}

const COLUMNS: Column<Kept>[] = [
  {
    name: "Request",
    kind: "main",
    cell: (one) => (
      <>
        <Link href={`/recordings/${one.id}`} className="mono">
          {one.method} {one.path}
        </Link>
        {one.lacking!.length > 0 && <span className="lacking">not replayable: {one.lacking!.join("; ")}</span>}
      </>
    ),
  },
  {
    name: "When",
    cell: (one) => (
      <span className="unbroken">
        <Time at={one.at} />
      </span>
    ),
  },
  { name: "Status", cell: (one) => <StatusTag status={one.status} /> },
  { name: "Endpoint", cell: (one) => <span className="mono">{one.endpoint}</span> },
  {
    name: "Version",
    cell: (one) => (
      <span className="states">
        <span>{one.application}</span> <span className="mono">{one.version}</span> <Stack name={one.stack} />
      </span>
    ),
  },
  { name: "Took", kind: "number", cell: (one) => <span className="unbroken">{micros(one.duration * 1e6)}</span> },
  { name: "Calls", kind: "number", cell: (one) => one.calls.toLocaleString("en") },
  { name: "Kept because", cell: (one) => keptFor(one.reason) },
];

/** Reports that compare versions over recorded requests, and the shadows that make some of them. */
import { useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { Link } from "wouter";
import * as commands from "../api/commands";
import { applications } from "../api/queries";
import { type Report, reports } from "../api/replays";
import { useSession } from "../api/session";
import { Select, useParameter } from "../parts/choice";
import { Command } from "../parts/command";
import { Loaded } from "../parts/loaded";
import { Page, Section } from "../parts/page";
import { VERDICTS } from "../parts/report-words";
import { Stack, State, Tag } from "../parts/state";
import { type Column, Table } from "../parts/table";
import { Time } from "../parts/time";
import { Empty } from "../parts/trouble";
import { Compare } from "./replay-actions";
import { Shadows } from "./shadows";

export default function Replays() {
  const [application, setApplication] = useParameter("application");
  const [comparing, setComparing] = useState(false);
  const { role } = useSession();
  const known = useQuery(applications()).data ?? [];
  const query = useQuery(reports(application));
  return (
    <Page
      title="Replays"
      lead="What a version would have done with requests of before, beside the one that answered them."
      actions={
        role !== "viewer" && (
          <button type="button" className="button primary" onClick={() => setComparing(true)}>
            Compare a version
          </button>
        )
      }
    >
      <div className="filters" role="group" aria-label="Filters">
        <Select label="Application" all="All applications" value={application} options={known.map((one) => one.name)} set={setApplication} />
      </div>
      <Section title="Reports">
        <Loaded query={query}>
          {(all) =>
            all.length ? (
              <div className="recordings">
                <Table label="Reports" rows={all} id={(one) => one.id} columns={COLUMNS} />
              </div>
            ) : (
              <Empty
                title="No report yet"
                command={commands.compareVersions({ application, against: "", version: "", stack: "prod", time: "1h", endpoint: "", limit: "100" })}
              >
                Before a version serves anybody, requests that were recorded are run with it and with the one that served them.
              </Empty>
            )
          }
        </Loaded>
      </Section>
      <Shadows application={application} />
      <div className="next">
        <Command text={commands.listReports(application)} />
      </div>
      {comparing && <Compare application={application} onClose={() => setComparing(false)} />}
    </Page>
  );
}

const COLUMNS: Column<Report>[] = [
  {
    name: "Report",
    kind: "main",
    cell: (one) => (
      <>
        <Link href={`/replays/${one.id}`}>Report {one.id}</Link>
        <span>{one.application}</span>
        <Stack name={one.stack} />
      </>
    ),
  },
  {
    name: "Versions",
    cell: (one) => (
      <span className="unbroken">
        <span className="mono">{one.old}</span>{" "}
        <span role="img" aria-label="to">
          →
        </span>{" "}
        <strong className="mono">{one.new}</strong>
      </span>
    ),
  },
  {
    name: "Verdict",
    cell: ({ comparison: { verdict } }) => (
      <State word={verdict} tone={VERDICTS[verdict]?.tone ?? "off"}>
        {VERDICTS[verdict]?.text ?? verdict}
      </State>
    ),
  },
  { name: "Compared", kind: "number", cell: ({ comparison }) => comparison.compared.toLocaleString("en") },
  { name: "The same", kind: "number", cell: ({ comparison }) => comparison.same.toLocaleString("en") },
  { name: "New differences", kind: "number", cell: ({ comparison }) => comparison.groups.filter((one) => one.new).length.toLocaleString("en") },
  { name: "Kind", cell: (one) => <Tag tone={one.kind === "shadow" ? "accent" : "off"}>{one.kind}</Tag> },
  {
    name: "When",
    cell: (one) => (
      <span>
        <Time at={one.at} /> <span className="faint">by {one.by}</span>
      </span>
    ),
  },
];

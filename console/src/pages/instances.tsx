/** Every container, with what it costs and how it fares. */
import { useQuery } from "@tanstack/react-query";
import { Link } from "wouter";
import type { Schemas } from "../api/client";
import { instances } from "../api/queries";
import { StackChoice, useParameter } from "../parts/choice";
import { Command } from "../parts/command";
import { bytes, seconds } from "../parts/format";
import { Loaded } from "../parts/loaded";
import { Page } from "../parts/page";
import { Stack, State } from "../parts/state";
import { type Column, Table } from "../parts/table";
import { Time } from "../parts/time";
import { Empty } from "../parts/trouble";

type Instance = Schemas["Instance"];

export default function Instances() {
  const [stack] = useParameter("stack");
  const query = useQuery({ ...instances(), refetchInterval: 10_000 });
  return (
    <Page title="Instances" lead="Every container, on the machine of the region local." actions={<StackChoice />}>
      <Loaded query={query} rows={8}>
        {(all) => <Listed all={all.filter((one) => !stack || one.stack === stack)} stack={stack} />}
      </Loaded>
      <div className="next">
        <Command text="stagedoor instances" />
      </div>
    </Page>
  );
}

function Listed({ all, stack }: { all: Instance[]; stack: string }) {
  if (!all.length) {
    return (
      <Empty title={`Nothing runs${stack ? ` in ${stack}` : ""}`} command={`stagedoor deploy --stack ${stack || "test"}`}>
        A release brings instances up.
      </Empty>
    );
  }
  return <Table label="Instances" rows={all} id={(one) => one.id} columns={COLUMNS} />;
}

const COLUMNS: Column<Instance>[] = [
  {
    name: "Instance",
    kind: "main",
    cell: (one) => (
      <>
        <span className="mono">{one.id}</span>
        <Link href={`/applications/${one.application}`}>{one.application}</Link>
      </>
    ),
  },
  { name: "State", cell: (one) => <State word={one.state}>{one.cause ? `${one.state}: ${one.cause}` : one.state}</State> },
  { name: "Version", cell: (one) => <span className="mono">{one.version}</span> },
  { name: "Stack", cell: (one) => <Stack name={one.stack} /> },
  { name: "Started", cell: (one) => <Time at={one.started_at} /> },
  { name: "Ready after", kind: "number", cell: (one) => seconds(one.ready_after) },
  { name: "Memory", kind: "number", cell: (one) => bytes(one.memory_bytes) },
  { name: "Restarts", kind: "number", cell: (one) => one.restarts },
  {
    name: "Actions",
    kind: "actions",
    cell: (one) => (
      <span className="row-actions">
        <Link className="button quiet" href={`/applications/${one.application}/logs?instance=${one.id}`} aria-label={`Logs of ${one.id}`}>
          Logs
        </Link>
      </span>
    ),
  },
];

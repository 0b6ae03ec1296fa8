/** Every instance, with what it costs and how it fares, and how much room there is for more. */
import { useQuery } from "@tanstack/react-query";
import { Link } from "wouter";
import type { Schemas } from "../api/client";
import { capacity, instances } from "../api/queries";
import { StackChoice, useParameter } from "../parts/choice";
import { Command } from "../parts/command";
import { bytes, count, seconds } from "../parts/format";
import { Cores, Growth, MemoryMeter } from "../parts/instance-figures";
import { Loaded } from "../parts/loaded";
import { Page } from "../parts/page";
import { PhaseBar } from "../parts/phases";
import { Stack, State } from "../parts/state";
import { type Column, Table } from "../parts/table";
import { Time } from "../parts/time";
import { Empty } from "../parts/trouble";

type Instance = Schemas.InstanceView;

const EVERY = 5000;

export default function Instances() {
  const [stack] = useParameter("stack");
  const query = useQuery({ ...instances(), refetchInterval: EVERY });
  return (
    <Page title="Instances" lead={<Room />} actions={<StackChoice />}>
      <Loaded query={query} rows={8}>
        {(all) => <Listed all={all.filter((one) => !stack || one.stack === stack)} stack={stack} />}
      </Loaded>
      <div className="next">
        <Command text="stagedoor instances" />
      </div>
    </Page>
  );
}

function Room() {
  const { data } = useQuery({ ...capacity(), refetchInterval: EVERY });
  if (!data) return "Containers that serve, with what they cost.";
  const ahead = (data.waiting.generic ?? 0) + (data.waiting.prepared ?? 0);
  return (
    <>
      Memory for instances: {bytes(data.total)}; {bytes(data.promised)} promised by limits, {bytes(data.used)} used, {bytes(data.free)} free.{" "}
      {count(ahead, "container")} {ahead === 1 ? "waits" : "wait"} ahead.
    </>
  );
}

function Listed({ all, stack }: { all: Instance[]; stack: string }) {
  if (!all.length) return <Empty title={`No instance runs${stack ? ` in ${stack}` : ""}; one starts when a request arrives.`} />;
  const growing = all.filter((one) => one.forecast);
  return (
    <>
      {growing.length > 0 && (
        <ul className="warnings" aria-label="Warnings">
          {growing.map((one) => (
            <li key={one.id}>
              <Growth of={one}>
                <Link href={`/instances/${one.id}`} className="mono">
                  {one.id}
                </Link>{" "}
                of {one.application}:
              </Growth>
            </li>
          ))}
        </ul>
      )}
      <Table label="Instances" rows={all} id={(one) => one.id} columns={COLUMNS} />
    </>
  );
}

const COLUMNS: Column<Instance>[] = [
  {
    name: "Instance",
    kind: "main",
    cell: (one) => (
      <>
        <Link href={`/instances/${one.id}`} className="mono">
          {one.id}
        </Link>
        <Link href={`/applications/${one.application}`}>{one.application}</Link>
      </>
    ),
  },
  { name: "State", cell: (one) => <State word={one.state} /> },
  { name: "Version", cell: (one) => <span className="mono">{one.version}</span> },
  { name: "Stack", cell: (one) => <Stack name={one.stack} /> },
  {
    name: "Started",
    cell: (one) => (
      <span className="unbroken">
        <Time at={one.started_at} />
      </span>
    ),
  },
  { name: "Start", kind: "number", cell: (one) => <Start of={one} /> },
  { name: "In flight", kind: "number", cell: (one) => one.in_flight },
  { name: "Cores", kind: "number", cell: (one) => <Cores of={one} /> },
  { name: "Memory", cell: (one) => <MemoryMeter of={one} /> },
  { name: "Restarts", kind: "number", cell: (one) => one.restarts },
  { name: "Last end", cell: (one) => one.last_end || <span className="faint">none</span> },
];

function Start({ of }: { of: Instance }) {
  return (
    <span className="start">
      {seconds(of.ready_after)}
      <PhaseBar phases={of.phases} />
    </span>
  );
}

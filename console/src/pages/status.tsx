/** The platform itself: each program, its health, and how much of each pool is given out. */
import { useQuery } from "@tanstack/react-query";
import type { Schemas } from "../api/client";
import { status } from "../api/queries";
import { useSession } from "../api/session";
import { Command } from "../parts/command";
import { bytes } from "../parts/format";
import { Loaded } from "../parts/loaded";
import { Page, Section } from "../parts/page";
import { State } from "../parts/state";
import { type Column, Table } from "../parts/table";
import { Time } from "../parts/time";
import { Losses } from "./losses";
import { Retention } from "./retention";

type StatusView = Schemas.StatusView;
type Program = Schemas.ProgramView;

const DOES: { [name: string]: string } = {
  supervisor: "starts the others, holds every socket",
  edge: "HAProxy: every request of a device",
  egress: "HAProxy: every call of a script",
  control: "the API, this console, releases",
  node: "containers of this machine",
  logs: "reads what scripts print",
  telemetry: "records, spans, recordings",
  demo: "the demo's four services",
};

export default function Status() {
  const { role } = useSession();
  const query = useQuery({ ...status(), refetchInterval: 10_000 });
  return (
    <Page title="System status" lead={query.data && `Stagedoor ${query.data.version}`} actions={<Command text="stagedoor status" />}>
      <Loaded query={query} rows={6}>
        {(now) => (
          <>
            <Section title="Health">
              <Health now={now} />
            </Section>
            <Section title="Programs">
              <Table label="Programs" rows={now.programs} id={(one) => one.name} columns={PROGRAMS} />
            </Section>
            <Section title="Capacity">
              <Capacity pools={now.pools} />
            </Section>
            <Losses />
            <Section title="Addresses">
              <Addresses addresses={now.addresses ?? {}} />
            </Section>
            {role === "operator" && <Retention />}
          </>
        )}
      </Loaded>
    </Page>
  );
}

function Health({ now }: { now: StatusView }) {
  return (
    <ul className="cards small">
      <li className="card">
        <State word={now.edge.alive ? "Edge answers" : "Edge is away"} tone={now.edge.alive ? "good" : "bad"} />
        <p className="faint">{now.edge.alive ? `up ${now.edge.uptime}, ${now.edge.connections} connections` : "it is being started again; connections wait"}</p>
      </li>
      <li className="card">
        <State word={now.node ? "Node answers" : "Node is away"} tone={now.node ? "good" : "bad"} />
        <p className="faint">{now.node ? "containers are looked after" : "containers live on; new ones wait"}</p>
      </li>
      {now.disk_warning && (
        <li className="card">
          <State word="Disk nearly full" tone="bad" />
          <p className="faint">{now.disk_warning}</p>
        </li>
      )}
      {now.missing_isolation.map((part) => (
        <li className="card" key={part}>
          <State word="Isolation is missing" tone="bad" />
          <p className="faint">{part}</p>
        </li>
      ))}
      <li className="card">
        <State word="Control answers" tone="good" />
        <p className="faint">or you would not read this</p>
      </li>
    </ul>
  );
}

const PROGRAMS: Column<Program>[] = [
  { name: "Program", kind: "main", cell: (one) => <strong>{one.name}</strong> },
  { name: "State", cell: (one) => <ProgramState program={one} /> },
  { name: "Does", cell: (one) => <span className="faint">{DOES[one.name] ?? ""}</span> },
  { name: "Since", cell: (one) => <Time at={one.since} /> },
  { name: "Restarts", kind: "number", cell: (one) => one.restarts },
  { name: "Memory", kind: "number", cell: (one) => memory(one) },
  { name: "Process", kind: "number", cell: (one) => <span className="mono">{one.pid || "–"}</span> },
  { name: "Last end", cell: (one) => lastEnd(one) || <span className="faint">none</span> },
];

function lastEnd({ last_end, crash_loop, silent }: Program): string {
  return [silent, last_end, crash_loop].filter(Boolean).join("; ");
}

function memory({ memory_bytes, memory_limit }: Program): string {
  const words = memory_limit ? `${bytes(memory_bytes)} of ${bytes(memory_limit)}` : "no limit";
  return words.replaceAll(" ", "\u00a0");
}

function ProgramState({ program }: { program: Program }) {
  if (program.crash_loop) return <State word="crash-loops" tone="bad" />;
  if (program.silent) return <State word="does not answer" tone="bad" />;
  return program.pid ? <State word="running" tone="good" /> : <State word="away" tone="bad" />;
}

function Capacity({ pools }: { pools: StatusView["pools"] }) {
  return (
    <ul className="cards small">
      {Object.entries(pools).map(([name, [used = 0, all = 0]]) => (
        <li className="card" key={name}>
          <p className="pool">
            <strong>{name}</strong>
            <span>
              {used} of {all}
              {all > 0 && used / all >= 0.8 && <State word="nearly full" tone="bad" />}
            </span>
          </p>
          <meter aria-label={`${name} given out`} min={0} max={all} high={all * 0.8} value={used} />
        </li>
      ))}
    </ul>
  );
}

function Addresses({ addresses }: { addresses: { [name: string]: string } }) {
  return (
    <dl className="facts-grid card">
      {Object.entries(addresses).map(([name, address]) => (
        <div key={name}>
          <dt>{name}</dt>
          <dd className="mono">{address}</dd>
        </div>
      ))}
    </dl>
  );
}

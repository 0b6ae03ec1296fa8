/** One request whole: what it was, its spans in time, who called whom, what was written meanwhile. */
import { useQuery } from "@tanstack/react-query";
import { lazy } from "react";
import { Link } from "wouter";
import * as commands from "../api/commands";
import { keptFor, type Record, type StoredLine } from "../api/records";
import { type Trace as Found, trace } from "../api/telemetry";
import { CallGraph } from "../parts/call-graph";
import { Command } from "../parts/command";
import { Fact } from "../parts/fact";
import { bytes, count, micros, moment } from "../parts/format";
import { Loaded } from "../parts/loaded";
import { Page, Section } from "../parts/page";
import { Stack, Tag } from "../parts/state";
import { StoredLines } from "../parts/stored-lines";
import { Timeline } from "../parts/timeline";
import { Empty } from "../parts/trouble";
import { statusTone } from "./request-list";

const Compare = lazy(() => import("./trace-compare"));

const EVERY = 1000;
const SETTLED = 15;

/** What just ended is asked for again: calls and log lines may come a little later. */
function again(found: Found | undefined): number | false {
  if (!found) return false;
  const ended = Math.max(0, ...found.spans.map((one) => one.at + one.duration / 1e6));
  return Date.now() / 1000 - ended < SETTLED ? EVERY : false;
}

export default function Trace({ id }: { id: string }) {
  if (id === "compare") return <Compare />;
  return <One id={id} />;
}

function One({ id }: { id: string }) {
  const query = useQuery({ ...trace(id), refetchInterval: (one) => again(one.state.data) });
  const record = query.data?.record as Record | null | undefined;
  return (
    <Page
      title={record ? `${record.method} ${record.path}` : "Trace"}
      lead={<span className="mono">{id}</span>}
      above={<Way />}
      actions={
        <>
          {record?.instance && (
            <Link className="button" href={`/recordings/${record.id}`}>
              Recording
            </Link>
          )}
          <Link className="button" href={`/traces/compare?left=${encodeURIComponent(id)}`}>
            Compare
          </Link>
        </>
      }
    >
      <Loaded query={query} rows={6}>
        {(found) => <Parts found={found} />}
      </Loaded>
      <div className="next">
        <Command text={commands.trace(id)} />
      </div>
    </Page>
  );
}

function Way() {
  return (
    <p className="way">
      <Link href="/traces">Traces</Link>
      <span aria-hidden="true"> / </span>
    </p>
  );
}

function Parts({ found }: { found: Found }) {
  const record = found.record as Record | null;
  const logs = found.logs as StoredLine[];
  const nodes = new Set(found.spans.map((one) => one.node)).size;
  return (
    <>
      {record ? <Summary one={record} /> : <p className="warning">The request itself goes on still, or was not kept; its calls are here.</p>}
      <Section title="Timeline" actions={<span>{count(found.spans.length, "span")}; a click tells more</span>}>
        <Timeline spans={found.spans} />
      </Section>
      <Section title="Call graph" actions={<span>{count(nodes, "service")} and programs</span>}>
        <CallGraph spans={found.spans} edges={found.edges} version={record?.version ?? ""} />
      </Section>
      <Section title="Logs" actions={<span>{count(logs.length, "line")}</span>}>
        {logs.length ? <StoredLines lines={logs} plain /> : <Empty title="It wrote no line" />}
      </Section>
    </>
  );
}

function Summary({ one }: { one: Record }) {
  const weight = one.weight ?? 1;
  return (
    <dl className="facts-grid card above trace-facts">
      <Fact name="Status">
        <Tag tone={statusTone(one.status)}>{one.status}</Tag>
      </Fact>
      <Fact name="Took">{micros(one.duration)}</Fact>
      <Fact name="Waited for an instance">{one.queue ? micros(one.queue) : "0 ms"}</Fact>
      <Fact name="Application">
        {one.application ? <Link href={`/applications/${one.application}`}>{one.application}</Link> : "none"} {one.stack && <Stack name={one.stack} />}
      </Fact>
      <Fact name="Version">
        <span className="mono">{one.version || "none"}</span>
      </Fact>
      <Fact name="Release">{one.release || "none"}</Fact>
      <Fact name="Cohort">{one.cohort || "the rest"}</Fact>
      <Fact name="Instance">
        {one.instance ? (
          <Link className="mono" href={`/instances/${one.instance}`}>
            {one.instance}
          </Link>
        ) : (
          "none: it reached no script"
        )}
      </Fact>
      <Fact name="Device">{one.device || "not said"}</Fact>
      <Fact name="Member">{one.member || "not said"}</Fact>
      <Fact name="Answer">{bytes(one.bytes_out)}</Fact>
      <Fact name="When">{moment(one.at)}</Fact>
      <Fact name="Kept because">
        {keptFor(one.kept)}
        {weight > 1 && `; it stands for ${weight.toLocaleString("en", { maximumFractionDigits: 0 })} requests`}
      </Fact>
    </dl>
  );
}

/** One instance: its figures, its curves, who stood on its door before, and what it printed last. */
import { useQuery } from "@tanstack/react-query";
import { Link } from "wouter";
import { Failure, type Schemas } from "../api/client";
import * as commands from "../api/commands";
import { ends, instance } from "../api/queries";
import type { LogLine } from "../api/records";
import { Command } from "../parts/command";
import { Curve } from "../parts/curve";
import { Fact } from "../parts/fact";
import { bytes, cores, seconds } from "../parts/format";
import { Cores, Growth, MemoryMeter } from "../parts/instance-figures";
import { Loaded } from "../parts/loaded";
import { LogLines } from "../parts/log-lines";
import { Page, Section } from "../parts/page";
import { Phases } from "../parts/phases";
import { Stack, State } from "../parts/state";
import { useLines } from "../parts/stream";
import { Time } from "../parts/time";
import { Empty, Problem, Skeleton } from "../parts/trouble";
import { EndTable } from "./end-table";
import { Insight } from "./instance-insight";

type Detail = Omit<Schemas.InstanceDetail, "memory" | "cpu"> & { memory: number[][]; cpu: number[][] };
type View = Schemas.InstanceView;

const EVERY = 4000;
const TAIL = 50;

export default function Instance({ id }: { id: string }) {
  // One that is gone never comes back: its name is not given again.
  const query = useQuery({ ...instance(id), refetchInterval: EVERY, enabled: (one) => !isGone(one.state.error) });
  const gone = isGone(query.error);
  const ended = useQuery({ ...ends(), enabled: gone }).data?.find((end) => end.instance === id);
  const one = query.data?.instance ?? ended;
  return (
    <Page
      title={`Instance ${id}`}
      heading={<span className="mono">{id}</span>}
      lead={one && <Facts one={one} />}
      above={<Way />}
      actions={<Command text={commands.oneInstance(id)} />}
    >
      {gone ? <Gone id={id} /> : <Loaded query={query}>{(all) => <Living all={all} />}</Loaded>}
    </Page>
  );
}

function isGone(error: Error | null): boolean {
  return error instanceof Failure && error.status === 404;
}

function Way() {
  return (
    <p className="way">
      <Link href="/instances">Instances</Link>
      <span aria-hidden="true"> / </span>
    </p>
  );
}

function Facts({ one }: { one: Pick<View, "application" | "version" | "stack"> }) {
  return (
    <span className="facts">
      <Link href={`/applications/${one.application}`}>{one.application}</Link>
      <strong className="mono">{one.version}</strong>
      <Stack name={one.stack} />
      <Link href={`/applications/${one.application}/scaling?stack=${one.stack}`}>Scaling</Link>
    </span>
  );
}

function Living({ all: { instance: one, memory, cpu, ends: before } }: { all: Detail }) {
  return (
    <>
      <Section title="Figures">
        <Figures one={one} />
      </Section>
      <Section title="Curves">
        <div className="curves card">
          <Curve name="Memory" points={memory} say={bytes} limit={one.memory_limit} />
          <Curve name="CPU cores" points={cpu} say={cores} limit={one.cpu_limit} />
          {one.forecast ? <Growth of={one}>Its</Growth> : <p className="faint">Its memory does not grow.</p>}
        </div>
      </Section>
      <Insight id={one.id} />
      <Section title="Before it on this door">
        {before.length ? <EndTable all={before.toReversed()} /> : <Empty title="No instance stood here before" />}
      </Section>
      <Tail application={one.application} id={one.id} />
    </>
  );
}

function Figures({ one }: { one: View }) {
  return (
    <dl className="facts-grid card">
      <Fact name="State">
        <State word={one.state} />
      </Fact>
      <Fact name="Started">
        <Time at={one.started_at} />
      </Fact>
      <Fact name="Requests in flight">{one.in_flight}</Fact>
      <Fact name="CPU cores">
        <Cores of={one} />
      </Fact>
      <Fact name="Memory">
        <MemoryMeter of={one} />
      </Fact>
      <Fact name="Restarts">{one.restarts}</Fact>
      <Fact name="End of the one before">{one.last_end || <span className="faint">none</span>}</Fact>
      <Fact name="Start" wide>
        ready after {seconds(one.ready_after)}
        <Phases phases={one.phases} />
      </Fact>
    </dl>
  );
}

/** Of one that runs no more: how it ended, as far as that is known. */
function Gone({ id }: { id: string }) {
  const query = useQuery(ends());
  return (
    <Loaded query={query}>
      {(all) => {
        const its = all.filter((one) => one.instance === id);
        if (!its[0]) return <Empty title="No instance has this name" command="stagedoor instances" />;
        return (
          <>
            <Section title="It runs no more">
              <EndTable all={its} />
            </Section>
            <Tail application={its[0].application} id={id} />
          </>
        );
      }}
    </Loaded>
  );
}

function Tail({ application, id }: { application: string; id: string }) {
  const query = new URLSearchParams({ instance: id, lines: String(TAIL), follow: "true" });
  const stream = useLines<LogLine>(`/v1/applications/${application}/logs?${query}`, TAIL);
  return (
    <Section title="Log" actions={<Link href={`/applications/${application}/logs?instance=${id}`}>All lines</Link>}>
      {stream.failure && <Problem error={stream.failure} />}
      {stream.lines.length > 0 && <LogLines lines={stream.lines} short />}
      {!stream.lines.length && !stream.failure && (stream.state === "connecting" ? <Skeleton rows={2} /> : <Empty title="It printed nothing yet" />)}
    </Section>
  );
}

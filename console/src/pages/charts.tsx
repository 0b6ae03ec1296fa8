/** Figures over time: of an application's requests, its calls and its instances; of the calls of a service. */
import { keepPreviousData, useQuery } from "@tanstack/react-query";
import { Link } from "wouter";
import { versions } from "../api/queries";
import { chart, type Chart as Told, type Only } from "../api/telemetry";
import { useParameter, StackChoice } from "../parts/choice";
import { Chart } from "../parts/chart";
import { moment, span } from "../parts/format";
import { Loaded } from "../parts/loaded";
import { Page, Section } from "../parts/page";
import { SpanChoice, useSpan } from "../parts/span-choice";
import type { ApplicationView } from "./application";

type Of = "requests" | "calls" | "usage";
type Plan = { title: string; series: { [name: string]: string } }[];

const EVERY = 15_000;
const PERCENTILES = { p50: "p50", p90: "p90", p99: "p99", p999: "p99.9" };
const PLANS: { [of in Of]: Plan } = {
  requests: [
    { title: "Requests", series: { rate: "requests" } },
    { title: "Errors", series: { errors: "errors", degraded: "degraded" } },
    { title: "Latency", series: PERCENTILES },
    { title: "Calls a request", series: { calls: "calls" } },
    { title: "Bytes an answer", series: { bytes: "bytes" } },
    { title: "Cold starts and refusals", series: { cold: "cold starts", refused: "refused" } },
  ],
  calls: [
    { title: "Calls", series: { call_rate: "calls" } },
    { title: "Failed calls", series: { call_errors: "failed" } },
    { title: "Latency of calls", series: PERCENTILES },
    { title: "Refused and tried again", series: { call_refused: "refused", call_retries: "tried again" } },
  ],
  usage: [
    { title: "Instances", series: { instances: "instances" } },
    { title: "Saturation", series: { saturation: "saturation" } },
    { title: "CPU, in cores", series: { cpu: "CPU" } },
    { title: "Memory", series: { memory: "memory" } },
    { title: "Starts and unwanted ends", series: { starts: "starts", deaths: "unwanted ends" } },
  ],
};
const TITLES: { [of in Of]: string } = { requests: "Requests", calls: "Calls to services", usage: "Instances" };

export default function ApplicationCharts({ application: { name } }: { application: ApplicationView }) {
  const [stack] = useParameter("stack");
  const [version, setVersion] = useParameter("version");
  const [endpoint, setEndpoint] = useParameter("endpoint");
  const known = useQuery(versions(name)).data ?? [];
  const endpoints = [...new Set(known.flatMap((one) => (one.endpoints ?? []).map((each) => `${each.method} ${each.path}`)))].sort();
  const only: Only = { application: name, version, stack };
  return (
    <>
      <div className="filters" role="group" aria-label="Of what">
        <SpanChoice />
        <StackChoice />
        <Select label="Version" all="All versions" value={version} options={known.map((one) => one.number)} set={setVersion} />
        <Select label="Endpoint" all="All endpoints" value={endpoint} options={endpoints} set={setEndpoint} />
      </div>
      <Group of="requests" only={{ ...only, endpoint }} releases />
      <Group of="usage" only={only} note={endpoint && "Instances answer every endpoint."} />
      <Group of="calls" only={only} note={endpoint && "Calls are counted for all endpoints together."} />
    </>
  );
}

export function ServiceCharts({ name }: { name: string }) {
  const [stack] = useParameter("stack");
  return (
    <Page
      title={`Charts of ${name}`}
      above={
        <p className="way">
          <Link href="/services">Services</Link>
          <span aria-hidden="true"> / </span>
          <Link href={`/services/${name}`}>{name}</Link>
          <span aria-hidden="true"> / </span>
        </p>
      }
    >
      <div className="filters" role="group" aria-label="Of what">
        <SpanChoice />
        <StackChoice />
      </div>
      <Group of="calls" only={{ service: name, stack }} />
    </Page>
  );
}

type SelectProps = { label: string; all: string; value: string; options: string[]; set: (value: string) => void };

function Select({ label, all, value, options, set }: SelectProps) {
  return (
    <select className="input" aria-label={label} value={value} onChange={(event) => set(event.target.value)}>
      <option value="">{all}</option>
      {[...new Set(value ? [...options, value] : options)].map((one) => (
        <option key={one}>{one}</option>
      ))}
    </select>
  );
}

function Group({ of, only, note, releases }: { of: Of; only: Only; note?: string; releases?: boolean }) {
  const seconds = useSpan();
  const query = useQuery({ ...chart(of, only, seconds), refetchInterval: EVERY, placeholderData: keepPreviousData });
  return (
    <Section title={TITLES[of]} actions={query.data && <span>{note || `a point for ${span(query.data.step)}; a ring is what still goes on`}</span>}>
      <Loaded query={query}>
        {(told) => (
          <>
            {releases && <Releases of={told} />}
            <div className="charts">
              {PLANS[of].map((one) => (
                <Drawn key={one.title} plan={one} told={told} />
              ))}
            </div>
          </>
        )}
      </Loaded>
    </Section>
  );
}

function Drawn({ plan: { title, series }, told }: { plan: Plan[number]; told: Told }) {
  const lines = Object.entries(series).flatMap(([name, text]) => {
    const found = told.series.find((one) => one.name === name);
    return found ? [{ name: text, points: found.points, unit: found.unit }] : [];
  });
  return (
    <Chart
      title={title}
      unit={lines[0]?.unit ?? "count"}
      lines={lines}
      since={told.since}
      until={told.until}
      step={told.step}
      marks={told.marks}
    />
  );
}

/** What the upright lines stand for. */
function Releases({ of: { marks } }: { of: Told }) {
  if (!marks.length) return null;
  return (
    <details className="releases-told above" open={marks.length < 4}>
      <summary>
        {marks.length === 1 ? "One release" : `${marks.length} releases`} in this time, an upright line in each chart
      </summary>
      <ul>
        {marks.toReversed().map((one) => (
          <li key={`${one.at} ${one.text}`}>
            <span className="faint">{moment(one.at)}</span> {one.text}
          </li>
        ))}
      </ul>
    </details>
  );
}

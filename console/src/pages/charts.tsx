/** Figures over time: of an application's requests, its calls and its instances; of the calls of a service. */
import { keepPreviousData, useQuery } from "@tanstack/react-query";
import { Link } from "wouter";
import { versions } from "../api/queries";
import { savedQueries } from "../api/saved";
import { before, chart, type Only, type Chart as Told } from "../api/telemetry";
import { Chart } from "../parts/chart";
import { Select, StackChoice, useParameter } from "../parts/choice";
import { moment, span } from "../parts/format";
import { Loaded } from "../parts/loaded";
import { Page, Section } from "../parts/page";
import { SpanChoice, UntilChoice, useSpan, useUntil } from "../parts/span-choice";
import type { ApplicationView } from "./application";
import { None } from "./saved";
import { SavedCards } from "./saved-cards";

type Of = "requests" | "calls" | "usage";
type Plan = { title: string; series: { [name: string]: string } }[];

const EVERY = 15_000;
const PERCENTILES = { p50: "p50", p90: "p90", p99: "p99", p999: "p99.9" };
const PLANS: { [of in Of]: Plan } = {
  requests: [
    { title: "Requests", series: { rate: "requests" } },
    { title: "Errors", series: { errors: "errors", degraded: "degraded" } },
    { title: "Latency", series: PERCENTILES },
    { title: "CPU a request", series: { cpu_per_request: "CPU" } },
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
        <UntilChoice />
        <StackChoice />
        <Select label="Version" all="All versions" value={version} options={known.map((one) => one.number)} set={setVersion} />
        <Select label="Endpoint" all="All endpoints" value={endpoint} options={endpoints} set={setEndpoint} />
      </div>
      <Group of="requests" only={{ ...only, endpoint }} releases />
      <Group of="usage" only={only} note={endpoint && "Instances answer every endpoint."} />
      <Group of="calls" only={only} note={endpoint && "Calls are counted for all endpoints together."} />
      <Saved of={name} narrowed={Boolean(stack || version || endpoint)} />
    </>
  );
}

/** Its team's own charts, of all that it answers. */
function Saved({ of, narrowed }: { of: string; narrowed: boolean }) {
  const query = useQuery(savedQueries());
  return (
    <Section title="Saved queries" actions={narrowed && <span>Of these the query says what is in it, not the choices above.</span>}>
      <Loaded query={query} rows={2}>
        {(all) => {
          const own = all.filter((one) => one.application === of);
          return own.length ? <SavedCards all={own} named={false} /> : <None of={of} />;
        }}
      </Loaded>
    </Section>
  );
}

/** Of each rule the chart in which one sees it. */
const SEEN_IN: { [rule: string]: [Of, string] } = {
  errors: ["requests", "Errors"],
  burn: ["requests", "Errors"],
  latency: ["requests", "Latency"],
  traffic: ["requests", "Requests"],
  "crash-loop": ["usage", "Starts and unwanted ends"],
  memory: ["usage", "Memory"],
};
const AROUND = 1800;

type Then = { rule: string; application: string; stack: string; endpoint: string; began: number };

/** Seconds of the stretch that ends at `until`, or now, and begins well before an alert did. */
export function lengthAround(began: number, until: number): number {
  const least = (until || before(0)) - began + AROUND;
  return Math.max(2 * AROUND, Math.ceil(least / AROUND) * AROUND);
}

/** What an alert was about, before and after it began; `until` 0: up to now. */
export function AroundThen({ of: { rule, application, stack, endpoint, began }, until }: { of: Then; until: number }) {
  const [of, title] = SEEN_IN[rule] ?? ["requests", "Errors"];
  const plan = PLANS[of].find((one) => one.title === title)!;
  const only: Only = { application, stack, ...(of === "requests" && { endpoint }) };
  const seconds = lengthAround(began, until);
  const query = useQuery({ ...chart(of, only, seconds, until), refetchInterval: EVERY, placeholderData: keepPreviousData });
  return (
    <Loaded query={query} rows={3}>
      {(told) => (
        <div className="charts wide-charts">
          <Drawn plan={plan} told={{ ...told, marks: [...told.marks, { at: began, text: "the alert began", version: "alert", stack }] }} />
        </div>
      )}
    </Loaded>
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
        <UntilChoice />
        <StackChoice />
      </div>
      <Group of="calls" only={{ service: name, stack }} />
    </Page>
  );
}

function Group({ of, only, note, releases }: { of: Of; only: Only; note?: string; releases?: boolean }) {
  const seconds = useSpan();
  const until = useUntil();
  const query = useQuery({ ...chart(of, only, seconds, until), refetchInterval: EVERY, placeholderData: keepPreviousData });
  return (
    <Section title={TITLES[of]} actions={query.data && <span>{note || `a point for ${span(query.data.step)}; a ring is what still goes on`}</span>}>
      <Loaded query={query}>
        {(told) => (
          <>
            {releases && <Releases of={told} />}
            <div className="charts">
              {planOf(of, only).map((one) => (
                <Drawn key={one.title} plan={one} told={told} />
              ))}
            </div>
          </>
        )}
      </Loaded>
    </Section>
  );
}

/** CPU is an instance's, which answers all endpoints: of one there is none. */
function planOf(of: Of, { endpoint }: Only): Plan {
  return endpoint ? PLANS[of].filter((one) => !("cpu_per_request" in one.series)) : PLANS[of];
}

function Drawn({ plan: { title, series }, told }: { plan: Plan[number]; told: Told }) {
  const lines = Object.entries(series).flatMap(([name, text]) => {
    const found = told.series.find((one) => one.name === name);
    return found ? [{ name: text, points: found.points, unit: found.unit }] : [];
  });
  return <Chart title={title} unit={lines[0]?.unit ?? "count"} lines={lines} since={told.since} until={told.until} step={told.step} marks={told.marks} />;
}

/** What the upright lines stand for. */
function Releases({ of: { marks } }: { of: Told }) {
  if (!marks.length) return null;
  return (
    <details className="releases-told above" open={marks.length < 4}>
      <summary>{marks.length === 1 ? "One release" : `${marks.length} releases`} in this time, an upright line in each chart</summary>
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

/** What the judge found, metric by metric, and what was said before the start. */
import type { Schemas } from "../api/client";
import { armOf, type Finding, isEnded, proves, type Rollout } from "../api/rollouts";
import { byWeight, FOUND } from "../parts/finding-words";
import { moment } from "../parts/format";
import { effectOf, isRatio, isUnknown, measured, more } from "../parts/measure";
import { Section } from "../parts/page";
import { metricName, sayAfter } from "../parts/rollout-words";
import { State } from "../parts/state";
import { type Column, Table } from "../parts/table";
import { Time } from "../parts/time";
import { Empty } from "../parts/trouble";

export function Findings({ of }: { of: Rollout }) {
  const { judgement } = of;
  const all = [...(judgement?.findings ?? [])].sort(byWeight);
  return (
    <Section title="Findings" actions={judgement && (isEnded(of) ? <span>as of {moment(judgement.at)}</span> : <Time at={judgement.at} />)}>
      {all.length ? (
        <div className="findings">
          <Table label="Findings" rows={all} id={(one) => `${one.metric} ${one.endpoint}`} columns={columns(of)} />
        </div>
      ) : (
        <None of={of} />
      )}
    </Section>
  );
}

function None({ of }: { of: Rollout }) {
  if (isEnded(of)) return <Empty title="Nothing was compared">It ended before requests came to both arms.</Empty>;
  if (of.judgement) return <Empty title="Nothing is found yet">{of.judgement.words}.</Empty>;
  return <Empty title="Nothing is found yet">The judge begins once both versions have answered requests.</Empty>;
}

function isMeasured({ samples, metric }: Finding): boolean {
  return samples > 0 || metric === "cold";
}

function columns(of: Rollout): Column<Finding>[] {
  const isOnTop = of.strategy.judge === "kayenta";
  const effect = (one: Finding, value: number) => (isOnTop ? more(one.unit, value) : effectOf(one.metric, one.unit, value));
  const bounds = (one: Finding) => (one.low === one.high ? "" : `${effect(one, one.low)} to ${effect(one, one.high)}`);
  return [
    { name: "Metric", kind: "main", cell: (one) => <strong>{metricName(one.metric)}</strong> },
    {
      name: "Verdict",
      cell: ({ verdict }) => (
        <State word={verdict} tone={FOUND[verdict]?.tone ?? "off"}>
          {FOUND[verdict]?.text ?? verdict}
        </State>
      ),
    },
    {
      name: "In words",
      cell: (one) => (
        <span className="finding-words">
          {one.words}
          {one.endpoint && !one.words.includes(one.endpoint) && <span className="faint"> most of it at {one.endpoint}</span>}
        </span>
      ),
    },
    { name: "Baseline", kind: "number", cell: (one) => (isMeasured(one) ? measured(one.baseline, one.unit) : "–") },
    {
      name: armOf(of) === "new" ? "New" : "Canary",
      kind: "number",
      cell: (one) => (isMeasured(one) ? <strong>{measured(one.canary, one.unit)}</strong> : "–"),
    },
    {
      name: "Effect",
      kind: "number",
      cell: (one) =>
        isMeasured(one) && !isOnTop && isUnknown(one) && isRatio(one.metric) ? (
          <span className="faint">{one.baseline || one.canary ? "not known" : "–"}</span>
        ) : isMeasured(one) ? (
          <span className="finding-effect">
            {effect(one, one.effect)}
            {bounds(one) && <span className="faint">{bounds(one)}</span>}
          </span>
        ) : (
          "–"
        ),
    },
    { name: "Counted on", kind: "number", cell: (one) => counted(one) },
  ];
}

/** Stretches of time, where instances are measured; else requests. */
function counted({ metric, samples, needed }: Finding): string {
  const of = samples < needed ? ` of ${needed.toLocaleString("en")}` : "";
  return `${samples.toLocaleString("en")}${of} ${metric === "cpu" || metric === "memory" ? "stretches" : "requests"}`;
}

type Visible = Schemas.Visible;

export function PlanTold({ of }: { of: Rollout }) {
  const { plan } = of;
  if (!plan) return isEnded(of) || !proves(of) ? null : <NoPlan />;
  return (
    <Section
      title="What it can see"
      actions={<span>{Number((plan.alpha * 100).toPrecision(2))}% chance of a false alarm, all looks and metrics together</span>}
    >
      <p className="plan-words">{plan.words}</p>
      {plan.visible.length > 0 && (
        <div className="visible-effects">
          <Table label="Effects that will be seen" rows={plan.visible} id={(one) => one.metric} columns={VISIBLE} />
        </div>
      )}
    </Section>
  );
}

function NoPlan() {
  return (
    <Section title="What it can see">
      <p className="faint">It is reckoned from the line&rsquo;s traffic before both versions serve.</p>
    </Section>
  );
}

const VISIBLE: Column<Visible>[] = [
  { name: "Metric", kind: "main", cell: (one) => <strong>{metricName(one.metric)}</strong> },
  { name: "Effect seen with 95%", cell: (one) => one.effect },
  { name: "Requests in both arms", kind: "number", cell: (one) => (one.requests ? one.requests.toLocaleString("en") : "–") },
  { name: "After", kind: "number", cell: (one) => sayAfter(one.seconds) },
];

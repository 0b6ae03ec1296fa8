/** Each cell beside the first: the judge's words, and metric by metric what was found. */
import type { Experiment, Finding, Judgement } from "../api/experiments";
import { byWeight, COMPARED, FOUND, figure } from "../parts/finding-words";
import { count, moment } from "../parts/format";
import { metricName } from "../parts/rollout-words";
import { State } from "../parts/state";
import { type Column, Table } from "../parts/table";

export function Comparisons({ of }: { of: Experiment }) {
  const [first, ...others] = of.cells;
  return (
    <div className="comparisons">
      {others.map((one) => {
        const told = of.judgements[one.name];
        const title = `${one.name} beside ${first!.name}`;
        return (
          <section key={one.name} className="comparison" aria-label={title}>
            <h4>
              {title} {told && <Whole of={told} />}
            </h4>
            {told ? (
              <Told of={told} title={title} names={[first!.name, one.name]} />
            ) : (
              <p className="faint">They are compared once members of both cells have come.</p>
            )}
          </section>
        );
      })}
    </div>
  );
}

function Whole({ of }: { of: Judgement }) {
  const { text, tone } = COMPARED[of.verdict] ?? { text: of.verdict, tone: "off" };
  return (
    <State word={of.verdict} tone={tone}>
      {text}
    </State>
  );
}

function Told({ of, title, names }: { of: Judgement; title: string; names: [string, string] }) {
  const counts = names.map(
    (name, at) => `${name} ${count(of.requests[at] ?? 0, "request")} of ${count(of.units[at] ?? 0, "member or device", "members or devices")}`,
  );
  return (
    <>
      <p>{of.words}</p>
      <p className="faint" title={moment(of.at)}>
        Counted on: {counts.join("; ")}. The judge calls {names[1]} the canary.
      </p>
      {of.findings.length > 0 && (
        <div className="comparison-findings">
          <Table label={`Findings of ${title}`} rows={[...of.findings].sort(byWeight)} id={(one) => `${one.metric} ${one.endpoint}`} columns={columns(names)} />
        </div>
      )}
    </>
  );
}

function columns([first, other]: [string, string]): Column<Finding>[] {
  const said = (one: Finding, value: number) => (one.samples && (value || one.unit !== "us") ? figure(value, one.unit) : "–");
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
    { name: "In words", cell: (one) => one.words },
    { name: first, kind: "number", cell: (one) => said(one, one.baseline) },
    { name: other, kind: "number", cell: (one) => <strong>{said(one, one.canary)}</strong> },
  ];
}

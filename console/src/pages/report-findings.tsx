/** What pairs say: one request, run with both versions, so that little is needed to see much. */
import type { Paired, Report } from "../api/replays";
import { FOUND } from "../parts/finding-words";
import { Section } from "../parts/page";
import { chance, effectOf, METRICS } from "../parts/report-words";
import { State } from "../parts/state";
import { type Column, Table } from "../parts/table";

export function ReportFindings({ of: { comparison } }: { of: Report }) {
  return (
    <Section title="Findings" actions={<span>of pairs: one request, run with both versions</span>}>
      <div className="findings paired">
        <Table label="Findings" rows={[comparison.errors, comparison.own_time]} id={({ metric }) => metric} columns={COLUMNS} />
      </div>
    </Section>
  );
}

const number = (value: number) => (value ? value.toLocaleString("en") : "–");
const hasEffect = ({ pairs, effect, low, high }: Paired) => pairs > 0 && (effect !== 0 || low !== 0 || high !== 0);

const COLUMNS: Column<Paired>[] = [
  { name: "Metric", kind: "main", cell: ({ metric }) => <strong className="unbroken">{METRICS[metric] ?? metric}</strong> },
  {
    name: "Verdict",
    cell: ({ verdict }) => (
      <State word={verdict} tone={FOUND[verdict]?.tone ?? "off"}>
        {FOUND[verdict]?.text ?? verdict}
      </State>
    ),
  },
  { name: "In words", cell: ({ reason }) => <span className="finding-words">{reason || "Nothing was measured."}</span> },
  {
    name: "Effect",
    kind: "number",
    cell: (one) =>
      hasEffect(one) ? (
        <span className="finding-effect">
          {effectOf(one.metric, one.effect)}
          <span className="faint">
            {effectOf(one.metric, one.low)} to {effectOf(one.metric, one.high)}
          </span>
        </span>
      ) : (
        "–"
      ),
  },
  { name: "By chance", kind: "number", cell: (one) => chance(one) },
  { name: "Pairs", kind: "number", cell: ({ pairs }) => pairs.toLocaleString("en") },
  { name: "Had sufficed", kind: "number", cell: ({ needed }) => number(needed) },
  { name: "Without pairs", kind: "number", cell: ({ unpaired }) => (unpaired ? `${number(unpaired)} requests` : "–") },
];

/** Which call has no fallback: every call in every way of failing. */
import { type Call, FAULTS, type Failures, nameOf, type Trial } from "../api/recordings";
import { count, seconds } from "../parts/format";
import { State } from "../parts/state";
import { type Column, Table } from "../parts/table";

type Row = { number: number; name: string; trials: { [kind: string]: Trial } };

export function FailuresTold({ of, calls }: { of: Failures; calls: Call[] }) {
  const rows = rowsOf(of, calls);
  const without = rows.filter((row) => Object.values(row.trials).some((one) => !one.stands)).length;
  const kinds = Object.keys(FAULTS).filter((kind) => of.trials.some((one) => one.kind === kind));
  return (
    <>
      <section className={`verdict verdict-${without ? "bad" : "good"}`} aria-label="What it came to">
        <h3>{without ? `${count(without, "call")} without a fallback` : "It stands, whichever call fails"}</h3>
        <p className="faint">
          {count(of.trials.length, "trial")} of <span className="mono">{of.version}</span> in {seconds(of.took)}. A call that was asked twice is in here once.
        </p>
      </section>
      <Table label="Calls that fail" rows={rows} id={({ number }) => number} columns={[CALL, ...kinds.map(column)]} />
    </>
  );
}

/** What stands the least comes first. */
function rowsOf({ trials }: Failures, calls: Call[]): Row[] {
  const found = new Map<number, Row>();
  for (const one of trials) {
    const call = calls[one.number];
    const row = found.get(one.number) ?? { number: one.number, name: call ? nameOf(call) : one.call, trials: {} };
    row.trials[one.kind] = one;
    found.set(one.number, row);
  }
  const falls = ({ trials: all }: Row) => Object.values(all).filter((one) => !one.stands).length;
  return [...found.values()].sort((one, other) => falls(other) - falls(one) || one.number - other.number);
}

const CALL: Column<Row> = {
  name: "Call",
  kind: "main",
  cell: ({ number, name }) => (
    <>
      <span className="faint">{number + 1}</span> <span className="mono">{name}</span>
    </>
  ),
};

const column = (kind: string): Column<Row> => ({
  name: kind,
  cell: ({ trials: { [kind]: one } }) => {
    if (!one) return <span className="faint">not tried</span>;
    return (
      <span className="trial">
        <State word={one.stands ? "stands" : "no fallback"} tone={one.stands ? "good" : "bad"} />
        <span className="faint">{one.found}</span>
      </span>
    );
  },
});

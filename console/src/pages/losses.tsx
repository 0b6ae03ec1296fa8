/** What telemetry lost, limited or folded since it was set up. */
import { useQuery } from "@tanstack/react-query";
import { losses } from "../api/telemetry";
import { Fact } from "../parts/fact";
import { bytes } from "../parts/format";
import { Loaded } from "../parts/loaded";
import { Section } from "../parts/page";
import { State } from "../parts/state";

function Count({ of, bad = true }: { of: number; bad?: boolean }) {
  if (!of) return <span className="faint">none</span>;
  return <span className={bad ? "wrong" : undefined}>{of.toLocaleString("en")}</span>;
}

const sum = (counts: Record<string, number>) => Object.values(counts).reduce((all, one) => all + one, 0);

export function Losses() {
  const query = useQuery({ ...losses(), refetchInterval: 10_000 });
  return (
    <Section title="Telemetry">
      <Loaded query={query} rows={2}>
        {(now) => {
          const folded = Object.entries(now.folded);
          const lost = now.lost + now.edge_dropped + now.files_dropped;
          return (
            <div className="card">
              <State
                word={now.failed ? `The store fails: ${now.failed}` : lost ? "Some was lost" : "Nothing was lost"}
                tone={now.failed || lost ? "bad" : "good"}
              />
              <dl className="facts-grid">
                <Fact name="Records taken">{now.records.toLocaleString("en")}</Fact>
                <Fact name="Records lost">
                  <Count of={now.lost} />
                </Fact>
                <Fact name="Dropped by the edge">
                  <Count of={now.edge_dropped} />
                </Fact>
                <Fact name="Log lines limited">
                  <Count of={now.log_lines_limited} />
                </Fact>
                <Fact name="Spans refused">
                  <Count of={now.spans_refused} />
                </Fact>
                <Fact name="Files dropped">
                  <Count of={now.files_dropped} />
                </Fact>
                <Fact name="Records set aside">
                  <Count of={sum(now.set_aside)} />
                </Fact>
                <Fact name="Damaged records">
                  <Count of={sum(now.unreadable)} />
                </Fact>
                <Fact name="Recordings refused">
                  <Count of={Object.keys(now.rings_refused).length} />
                </Fact>
                <Fact name="Stored">{bytes(now.store_bytes)}</Fact>
                <Fact name="Paths folded into one">
                  {folded.length ? folded.map(([name, number]) => `${name}: ${number.toLocaleString("en")}`).join(", ") : <span className="faint">none</span>}
                </Fact>
              </dl>
            </div>
          );
        }}
      </Loaded>
    </Section>
  );
}

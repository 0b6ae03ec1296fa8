/** A service's figures of the window that is looked at, and its last minute second by second. */
import { Errors, Latency, Limit, Refused } from "../parts/call-figures";
import { Curve } from "../parts/curve";
import { Fact } from "../parts/fact";
import { rate } from "../parts/format";
import type { Detail } from "./service";

/** One column of the seconds, those without calls as nothing; the second that still goes on is left out. */
function curve(series: number[][], of: number): number[][] {
  const known = new Map(series.map((one) => [one[0], one[of] ?? 0]));
  const [first = 0, last = 0] = [series[0]?.[0], series.at(-1)?.[0]];
  return Array.from({ length: last - first }, (_, at) => [first + at, known.get(first + at) ?? 0]);
}

export function ServiceFigures({
  all: {
    service: { figures, governing },
    series,
  },
}: {
  all: Detail;
}) {
  return (
    <div className="service-figures card">
      <dl className="facts-grid">
        <Fact name="Calls a second">{rate(figures.rate ?? 0)}</Fact>
        <Fact name="Errors">
          <Errors of={figures} />
        </Fact>
        <Fact name="p50 / p99">
          <Latency of={figures} />
        </Fact>
        <Fact name="In flight">{Math.round(governing.in_flight ?? 0)}</Fact>
        <Fact name="Limit">
          <Limit of={governing} />
        </Fact>
        <Fact name="Further attempts">{figures.retries ? figures.retries.toLocaleString("en") : <span className="faint">none</span>}</Fact>
        <Fact name="Refused">
          <Refused of={figures} />
        </Fact>
      </dl>
      <div className="curves three">
        <Curve name="Calls a second" points={curve(series, 1)} say={String} least={5} />
        <Curve name="Errors a second" points={curve(series, 2)} say={String} least={5} />
        <Curve name="Refused a second" points={curve(series, 3)} say={String} least={5} />
      </div>
    </div>
  );
}

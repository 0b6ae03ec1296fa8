/** Figures by group in windows of time: the newest as bars, many as lines. */
import { everyOf, figuresOf, isTime, readBound, unitOf } from "../api/figures";
import { before, type Window } from "../api/telemetry";
import { Chart, type Line } from "./chart";
import { clock, count, mean, micros, span } from "./format";
import Sparkline from "./sparkline";

const MOST_ROWS = 40;
const MOST_LINES = 6;

/** A value of a figure, as in "p99(duration)", with its unit. */
export function sayFigure(figure: string, value: number): string {
  return isTime(figure) ? micros(value) : mean(value);
}

/** A group, as in "GET /home, 500". */
export function groupName(by: unknown[]): string {
  return by.map((one) => (one === "" || one === null ? "(none)" : String(one))).join(", ") || "all";
}

export function WindowBars({ windows }: { windows: Window[] }) {
  const query = new URLSearchParams(location.search).get("query") ?? "";
  const figures = figuresOf(query);
  const now = windows.at(-1)!;
  const rows = now.rows.slice(0, MOST_ROWS);
  const most = Math.max(1e-9, ...rows.map((one) => one.figures[0] ?? 0));
  const say = (value: number, at: number) => sayFigure(figures[at] ?? "", value);
  const former = new Map<string, number[]>();
  for (const row of rows) {
    const key = JSON.stringify(row.by);
    former.set(
      key,
      windows.map((one) => one.rows.find((each) => JSON.stringify(each.by) === key)?.figures[0] ?? 0),
    );
  }
  return (
    <section aria-label="Windows" className="card windows">
      <p className="windows-head">
        <strong>{clock(now.at).slice(0, 8)}</strong>{" "}
        <span className="faint">
          {span(now.every)} long, {count(now.rows.length, "group")}
          {(now.folded ?? 0) > 0 && `, ${count(now.folded ?? 0, "record")} of further groups left out`}
        </span>
      </p>
      {!rows.length && <p className="faint">Nothing passed in this window.</p>}
      {rows.length > 0 && (
        <table className="bars" aria-label="Groups of the newest window">
          <thead>
            <tr>
              <th scope="col">Group</th>
              <th scope="col">
                <span className="hidden">Bar</span>
              </th>
              {rows[0]!.figures.map((_, at) => (
                <th key={at} scope="col" className="number">
                  {figures[at] ?? "figure"}
                </th>
              ))}
              <th scope="col" className="bars-before">
                Before
              </th>
            </tr>
          </thead>
          <tbody>
            {rows.map((row) => (
              <tr key={JSON.stringify(row.by)}>
                <th scope="row" className="mono">
                  {groupName(row.by)}
                </th>
                <td className="bars-bar">
                  <svg className="call-bar" viewBox="0 0 100 8" preserveAspectRatio="none" aria-hidden="true" focusable="false">
                    <rect className="call-ground" width="100" height="8" />
                    <rect width={((row.figures[0] ?? 0) / most) * 100} height="8" />
                  </svg>
                </td>
                {row.figures.map((value, at) => (
                  <td key={at} className="number">
                    {say(value, at)}
                  </td>
                ))}
                <td className="bars-before">
                  <Sparkline values={former.get(JSON.stringify(row.by)) ?? []} />
                </td>
              </tr>
            ))}
          </tbody>
        </table>
      )}
    </section>
  );
}

type ChartProps = {
  windows: Window[];
  query: string;
  seconds: number;
  until?: number;
  /** On the first figure, as in "> 200ms". */
  bound?: string;
};

/** One chart for each figure; a line for each of the groups with the most. */
export function WindowChart({ windows, query, seconds, until = before(0), bound = "" }: ChartProps) {
  const figures = figuresOf(query);
  const [every, own] = [windows[0]!.every, everyOf(query)];
  // What is summed up is more in a longer window, so that a bound says nothing of it.
  const isOther = bound !== "" && every > own && /^(count|sum)/.test(figures[0] ?? "");
  const limit = bound && !isOther ? readBound(bound, figures[0] ?? "")?.limit : undefined;
  const sums = new Map<string, number>();
  for (const window of windows) for (const row of window.rows) sums.set(groupName(row.by), (sums.get(groupName(row.by)) ?? 0) + (row.figures[0] ?? 0));
  const groups = [...sums].sort(([, one], [, other]) => other - one).map(([group]) => group);
  const width = windows[0]!.rows[0]?.figures.length ?? 1;
  return (
    <>
      {groups.length > MOST_LINES && (
        <p className="faint note above">
          {MOST_LINES} of {count(groups.length, "group")} are drawn: those with the most.
        </p>
      )}
      {isOther && (
        <p className="faint note above">
          The bound {bound} is for windows of {span(own)}. Those drawn are {span(every)} long, so it is left out; a shorter time shows it.
        </p>
      )}
      <div className="charts wide-charts">
        {Array.from({ length: width }, (_, at) => {
          const figure = figures[at] ?? "figure";
          const lines: Line[] = groups.slice(0, MOST_LINES).map((group) => ({
            name: group,
            points: windows.flatMap((one) => {
              const row = one.rows.find((each) => groupName(each.by) === group);
              return row ? [[one.at, row.figures[at] ?? 0] as const] : [];
            }),
          }));
          return (
            <Chart
              key={at}
              title={figure}
              unit={unitOf(figure)}
              lines={lines}
              since={until - seconds}
              until={until}
              step={every}
              bound={at === 0 && limit !== undefined ? { at: limit, text: bound } : undefined}
            />
          );
        })}
      </div>
    </>
  );
}

/** Figures over time as lines: gaps where nothing happened, releases as upright lines, and all of it as a table too. */
import { type PointerEvent, useEffect, useId, useRef, useState } from "react";
import { bytes, cores, mean, micros, moment, percent, rate } from "./format";

export type Line = { name: string; points: readonly (readonly [number, number])[] };
export type Mark = { at: number; text: string; version: string };

type Props = {
  title: string;
  unit: string;
  lines: Line[];
  since: number;
  until: number;
  /** Seconds between two points. */
  step: number;
  marks?: Mark[];
  /** A level that is drawn across, with its name. */
  bound?: { at: number; text: string } | undefined;
};

const HEIGHT = 148;
const TOP = 16;
const BOTTOM = 24;
const LEFT = 54;
const RIGHT = 10;
const DAY = 86_400;

export function sayIn(unit: string): (value: number) => string {
  switch (unit) {
    case "s":
      return (value) => (value ? micros(value * 1e6) : "0 ms");
    case "us":
      return (value) => (value ? micros(value) : "0 ms");
    case "1/s":
      return (value) => `${value > 0 && value < 0.1 ? mean(value) : rate(value)}/s`;
    case "share":
      return percent;
    case "bytes":
      return (value) => (value ? bytes(value) : "0 KB");
    case "cores":
      return (value) => (value > 0 && value < 0.01 ? "<0.01" : cores(value));
    default:
      return (value) => mean(value);
  }
}

export function Chart({ title, unit, lines, since, until, step, marks = [], bound }: Props) {
  const frame = useRef<HTMLDivElement>(null);
  const width = useWidth(frame);
  const clip = useId();
  const [over, setOver] = useState<number | null>(null);
  const say = sayIn(unit);
  const values = lines.flatMap((one) => one.points.map(([, value]) => value));
  const { top, ticks } = scale(Math.max(0, bound?.at ?? 0, ...values), unit);
  const x = (at: number) => LEFT + ((at - since) / Math.max(1, until - since)) * (width - LEFT - RIGHT);
  const y = (value: number) => TOP + (1 - value / top) * (HEIGHT - TOP - BOTTOM);
  const told = over === null ? null : nearest(lines, over);
  const shown = marks.filter((one) => one.at >= since && one.at <= until);

  function point({ clientX, currentTarget }: PointerEvent<SVGSVGElement>) {
    const left = currentTarget.getBoundingClientRect().left;
    setOver(since + ((clientX - left - LEFT) / (width - LEFT - RIGHT)) * (until - since));
  }

  return (
    <figure className="chart">
      <figcaption>
        <strong>{title}</strong>
        <span className="faint chart-now">{told === null ? summary(lines, say, until - step) : whole.format(told * 1000)}</span>
      </figcaption>
      {(lines.length > 1 || told !== null) && (
        <ul className="chart-names">
          {lines.map((one, at) => (
            <li key={one.name}>
              <svg width="22" height="8" aria-hidden="true" focusable="false">
                <path className={`line-${at % 6}`} d="M0 4H22" />
              </svg>
              {one.name} {told !== null && <strong>{valueAt(one, told, say)}</strong>}
            </li>
          ))}
        </ul>
      )}
      <div ref={frame} className="chart-frame">
        <svg
          width={width}
          height={HEIGHT}
          viewBox={`0 0 ${width} ${HEIGHT}`}
          role="img"
          aria-label={`${title}: ${summary(lines, say, until - step)}${bound ? `; its bound is ${bound.text}` : ""}`}
          onPointerMove={point}
          onPointerLeave={() => setOver(null)}
        >
          <clipPath id={clip}>
            <rect x={LEFT - 3} y={0} width={Math.max(0, width - LEFT)} height={HEIGHT} />
          </clipPath>
          {ticks.map((one) => (
            <g key={one}>
              <path className="chart-grid" d={`M${LEFT} ${y(one)}H${width - RIGHT}`} />
              <text className="chart-text" x={LEFT - 6} y={y(one) + 4} textAnchor="end">
                {say(one)}
              </text>
            </g>
          ))}
          {times(since, until, width).map((one) => (
            <text key={one} className="chart-text" x={x(one)} y={HEIGHT - 5} textAnchor="middle">
              {hour(one, until - since)}
            </text>
          ))}
          {shown.map((one, at) => (
            <g key={`${one.at} ${one.text}`} className="chart-mark">
              <title>{`${moment(one.at)}: ${one.text}`}</title>
              <path d={`M${x(one.at)} ${TOP - 4}V${HEIGHT - BOTTOM}`} />
              {(at === shown.length - 1 || x(shown[at + 1]!.at) - x(one.at) > 44) && (
                <text className="chart-text" x={Math.min(x(one.at), width - 18)} y={10} textAnchor="middle">
                  {one.version}
                </text>
              )}
            </g>
          ))}
          <g clipPath={`url(#${clip})`}>
            {lines.map((one, at) => (
              <Drawn key={one.name} of={one} className={`line-${at % 6}`} x={x} y={y} step={step} until={until} />
            ))}
          </g>
          {bound && (
            <g className="chart-bound">
              <path d={`M${LEFT} ${y(bound.at)}H${width - RIGHT}`} />
              <text className="chart-text" x={LEFT + 4} y={y(bound.at) - 5}>
                {bound.text}
              </text>
            </g>
          )}
          {told !== null && <path className="chart-over" d={`M${x(told)} ${TOP}V${HEIGHT - BOTTOM}`} />}
        </svg>
        {!values.length && <p className="chart-none faint">Nothing happened in this time.</p>}
      </div>
      <details className="chart-table">
        <summary>As a table</summary>
        <div className="scroll" tabIndex={0} role="group" aria-label={`${title} as a table`}>
          <table className="plain-table">
            <thead>
              <tr>
                <th scope="col">Time</th>
                {lines.map((one) => (
                  <th key={one.name} scope="col" className="number">
                    {one.name}
                  </th>
                ))}
              </tr>
            </thead>
            <tbody>
              {moments(lines).map((at) => (
                <tr key={at}>
                  <th scope="row">{moment(at)}</th>
                  {lines.map((one) => (
                    <td key={one.name} className="number">
                      {valueAt(one, at, say)}
                    </td>
                  ))}
                </tr>
              ))}
            </tbody>
          </table>
        </div>
      </details>
    </figure>
  );
}

type DrawnProps = { of: Line; className: string; x: (at: number) => number; y: (value: number) => number; step: number; until: number };

/** A stretch without a point is a gap; a point without neighbours is a dot; what still goes on is a ring. */
function Drawn({ of, className, x, y, step, until }: DrawnProps) {
  const runs: (readonly [number, number])[][] = [];
  for (const one of of.points) {
    const run = runs.at(-1);
    if (run && one[0] - run.at(-1)![0] <= step * 1.5) run.push(one);
    else runs.push([one]);
  }
  const last = of.points.at(-1);
  const isOpen = last !== undefined && last[0] + step > until;
  return (
    <>
      {runs.map((run) =>
        run.length > 1 ? (
          <path
            key={run[0]![0]}
            className={className}
            d={run.map(([at, value], number) => `${number ? "L" : "M"}${x(at).toFixed(1)} ${y(value).toFixed(1)}`).join("")}
          />
        ) : (
          <circle key={run[0]![0]} className={`dot-${className}`} cx={x(run[0]![0])} cy={y(run[0]![1])} r={2.5} />
        ),
      )}
      {isOpen && <circle className={`ring ${className}`} cx={x(last[0])} cy={y(last[1])} r={3} />}
    </>
  );
}

export function useWidth(of: { current: HTMLElement | null }): number {
  const [width, setWidth] = useState(320);
  useEffect(() => {
    const watcher = new ResizeObserver(([one]) => one && setWidth(Math.max(200, Math.round(one.contentRect.width))));
    watcher.observe(of.current!);
    return () => watcher.disconnect();
  }, [of]);
  return width;
}

/** A top that is a round number, and the lines at it, in the middle and at nothing. */
function scale(most: number, unit: string): { top: number; ticks: number[] } {
  if (most <= 0) return { top: 1, ticks: [0] };
  const least = unit === "count" ? 2 : 0;
  const size = 10 ** Math.floor(Math.log10(Math.max(most, least)));
  const top = [1, 2, 4, 5, 10].map((one) => one * size).find((one) => one >= Math.max(most, least))!;
  return { top, ticks: [0, top / 2, top] };
}

const ROUND = [300, 600, 900, 1200, 1800, 3600, 7200, 10_800, 21_600, 43_200, DAY, 2 * DAY, 7 * DAY];

/** Round times of the day, as many as have room. */
function times(since: number, until: number, width: number): number[] {
  const room = Math.max(1, Math.floor((width - LEFT - RIGHT) / 64));
  const step = ROUND.find((one) => (until - since) / one <= room) ?? 7 * DAY;
  const offset = new Date(since * 1000).getTimezoneOffset() * 60;
  const first = Math.ceil((since - offset) / step) * step + offset;
  const margin = ((until - since) * 20) / width;
  return Array.from({ length: room + 1 }, (_, at) => first + at * step).filter((one) => one <= until - margin);
}

const hours = new Intl.DateTimeFormat("en-GB", { hour: "2-digit", minute: "2-digit" });
const days = new Intl.DateTimeFormat("en-GB", { day: "numeric", month: "short" });
const whole = new Intl.DateTimeFormat("en-GB", { day: "numeric", month: "short", hour: "2-digit", minute: "2-digit" });

function hour(at: number, length: number): string {
  return (length > DAY ? days : hours).format(at * 1000);
}

/** The last stretch that is over: what still goes on is less than it will be. */
function summary(lines: Line[], say: (value: number) => string, closed: number): string {
  const drawn = lines.filter((one) => one.points.length);
  if (!drawn.length) return "nothing in this time";
  const most = Math.max(...lines.flatMap((one) => one.points.map(([, value]) => value)));
  const points = drawn[0]!.points;
  const newest = points.findLast(([at]) => at <= closed) ?? points.at(-1)!;
  const last = lines.length === 1 ? `${say(newest[1])} last, ` : "";
  return `${last}${say(most)} at the most`;
}

function moments(lines: Line[]): number[] {
  return [...new Set(lines.flatMap((one) => one.points.map(([at]) => at)))].sort((one, other) => other - one);
}

function nearest(lines: Line[], at: number): number | null {
  return moments(lines).reduce<number | null>((best, one) => (best === null || Math.abs(one - at) < Math.abs(best - at) ? one : best), null);
}

function valueAt(line: Line, at: number, say: (value: number) => string): string {
  const found = line.points.find(([time]) => time === at);
  return found ? say(found[1]) : "–";
}

/** The frame of a chart that is no curve over time: its name, what it says, its picture, and all of it as a table. */
import { type ReactNode, useRef } from "react";
import { useWidth } from "./chart";

export const SIZE = { height: 190, top: 12, bottom: 26, left: 56, right: 12 };

type Props = {
  title: string;
  /** In place of the title, where one chooses what is shown. */
  choice?: ReactNode;
  said: ReactNode;
  names?: { className: string; text: string; area?: boolean }[];
  /** What it shows, for who cannot see it. */
  label: string;
  head: string[];
  rows: string[][];
  foot?: string;
  children: (width: number) => ReactNode;
};

export function Figure({ title, choice, said, names = [], label, head, rows, foot, children }: Props) {
  const frame = useRef<HTMLDivElement>(null);
  const width = useWidth(frame);
  return (
    <figure className="chart">
      <figcaption>
        {choice ?? <strong>{title}</strong>}
        <span className="faint">{said}</span>
      </figcaption>
      {names.length > 0 && (
        <ul className="chart-names">
          {names.map((one) => (
            <li key={one.text}>
              <svg width="22" height="10" aria-hidden="true" focusable="false">
                {one.area ? <rect className={one.className} width="22" height="10" rx="2" /> : <path className={one.className} d="M0 5H22" />}
              </svg>
              {one.text}
            </li>
          ))}
        </ul>
      )}
      <div ref={frame} className="chart-frame">
        <svg width={width} height={SIZE.height} viewBox={`0 0 ${width} ${SIZE.height}`} role="img" aria-label={`${title}: ${label}`}>
          {children(width)}
        </svg>
      </div>
      {foot && <p className="faint figure-foot">{foot}</p>}
      <details className="chart-table">
        <summary>As a table</summary>
        <div className="scroll" tabIndex={0} role="group" aria-label={`${title} as a table`}>
          <table className="plain-table">
            <thead>
              <tr>
                {head.map((one, at) => (
                  <th key={one} scope="col" className={at ? "number" : undefined}>
                    {one}
                  </th>
                ))}
              </tr>
            </thead>
            <tbody>
              {rows.map(([first, ...rest], row) => (
                <tr key={row}>
                  <th scope="row">{first}</th>
                  {rest.map((one, at) => (
                    <td key={at} className="number">
                      {one}
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

type TickProps = { at: number; width: number; text: string };

/** A line across with its value on the left. */
export function Level({ at, width, text }: TickProps) {
  return (
    <g>
      <path className="chart-grid" d={`M${SIZE.left} ${at.toFixed(1)}H${width - SIZE.right}`} />
      <text className="chart-text" x={SIZE.left - 6} y={at + 4} textAnchor="end">
        {text}
      </text>
    </g>
  );
}

/** A value below, kept inside the picture. */
export function Below({ at, width, text }: TickProps) {
  const room = text.length * 3.2;
  const x = Math.min(Math.max(at, SIZE.left - 4 + Math.min(room, 12)), width - room - 1);
  return (
    <text className="chart-text" x={x.toFixed(1)} y={SIZE.height - 7} textAnchor="middle">
      {text}
    </text>
  );
}

/** Round values from 0 up to `most`, at most `count` of them beside 0. */
export function rounds(most: number, count: number): number[] {
  if (most <= 0) return [0];
  const rough = most / count;
  const size = 10 ** Math.floor(Math.log10(rough));
  const step = [1, 2, 5, 10].map((one) => one * size).find((one) => one >= rough)!;
  return Array.from({ length: Math.floor(most / step + 1e-9) + 1 }, (_, at) => at * step);
}

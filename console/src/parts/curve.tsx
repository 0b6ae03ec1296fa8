/** A figure over the last minutes: a curve, or a line of steps; its newest and highest values stand beside it in words. */
import { clock, count, span } from "./format";

const WIDTH = 600;
const HEIGHT = 100;

type Props = {
  name: string;
  /** Each a time and a value. */
  points: number[][];
  say: (value: number) => string;
  /** Drawn as a line; the curve then shows how far it is. */
  limit?: number;
  /** The least height: a curve of small values is not blown up beyond it. */
  least?: number;
  stepped?: boolean;
  /** Moments that are marked, each with what happened. */
  marks?: { at: number; text: string }[];
};

export function Curve({ name, points: told, say, limit = 0, least = 0, stepped = false, marks = [] }: Props) {
  const points = told.map(([at = 0, value = 0]) => [at, value] as const);
  const [first, last] = [points[0], points.at(-1)];
  if (!first || !last || first === last) {
    return (
      <figure className="curve">
        <figcaption>
          <strong>{name}</strong> <span className="faint">its first figures come within seconds</span>
        </figcaption>
      </figure>
    );
  }
  const highest = Math.max(...points.map(([, value]) => value));
  const top = Math.max(highest, limit, least) * 1.08 || 1;
  const x = (at: number) => ((at - first[0]) / (last[0] - first[0])) * WIDTH;
  const y = (value: number) => HEIGHT - (value / top) * HEIGHT;
  const line = points.map((one, at) => draw(x(one[0]), y(one[1]), at > 0, stepped)).join("");
  const shown = marks.filter((one) => one.at >= first[0] && one.at <= last[0]);
  const words = `${name}: ${say(last[1])} now, ${say(highest)} at the most${limit ? `, the limit is ${say(limit)}` : ""}`;
  return (
    <figure className="curve">
      <figcaption>
        <strong>{name}</strong> {say(last[1])} <span className="faint">now, {say(highest)} at the most</span>
        {limit > 0 && <span className="curve-limit-name">limit {say(limit)}</span>}
        {shown.length > 0 && <span className="curve-mark-name">{count(shown.length, "change")}</span>}
      </figcaption>
      <svg viewBox={`0 0 ${WIDTH} ${HEIGHT}`} preserveAspectRatio="none" role="img" aria-label={words}>
        <path className="curve-area" d={`${line}V${HEIGHT}H0Z`} />
        {shown.map((one) => (
          <path key={`${one.at} ${one.text}`} className="curve-mark" d={`M${x(one.at).toFixed(1)} 0V${HEIGHT}`}>
            <title>{`${clock(one.at)}: ${one.text}`}</title>
          </path>
        ))}
        {limit > 0 && <path className="curve-limit" d={`M0 ${y(limit).toFixed(1)}H${WIDTH}`} />}
        <path className="curve-line" d={line} />
      </svg>
      <p className="curve-foot faint" aria-hidden="true">
        <span>{span(last[0] - first[0])} ago</span>
        <span>now</span>
      </p>
    </figure>
  );
}

function draw(x: number, y: number, further: boolean, stepped: boolean): string {
  if (!further) return `M${x.toFixed(1)} ${y.toFixed(1)}`;
  return stepped ? `H${x.toFixed(1)}V${y.toFixed(1)}` : `L${x.toFixed(1)} ${y.toFixed(1)}`;
}

/** How the requests of both arms spread over the classes of a metric: two outlines, each of its own arm's requests. */
import type { Distribution, Finding } from "../api/rollouts";
import { Below, Figure, Level, rounds, SIZE } from "./figure";
import { count, percent } from "./format";
import { measured } from "./measure";

type Props = { of: Distribution; title: string; arm: string; finding: Finding | undefined };

export function DistributionChart({ of, title, arm, finding }: Props) {
  const { edges, unit } = of;
  const totals = [of.baseline, of.canary].map((one) => one.reduce((sum, each) => sum + each, 0));
  if (edges.length < 2 || !totals[0] || !totals[1]) return null;
  const isWhole = edges[1]! - edges[0]! === 1 && Number.isInteger(edges[0]);
  const say = (value: number) => measured(value, unit);
  const arms = [of.baseline, of.canary].map((one, at) => one.map((each) => each / totals[at]!));
  const top = Math.max(...arms.flat());
  const middle = unit === "calls" ? "mean" : "median";
  const said = finding ? `${middle} ${say(finding.canary)}, ${say(finding.baseline)} of the baseline's` : "";
  return (
    <Figure
      title={title}
      said={said}
      names={[
        { className: "outline-baseline", text: `baseline, ${count(totals[0], "request")}` },
        { className: "outline-canary", text: `${arm}, ${count(totals[1], "request")}` },
      ]}
      label={said || "in both arms"}
      head={["Class", "baseline", arm]}
      rows={of.baseline.map((one, at) => [
        isWhole ? say(edges[at]!) : `${say(edges[at]!)} to ${say(edges[at + 1]!)}`,
        one.toLocaleString("en"),
        of.canary[at]!.toLocaleString("en"),
      ])}
      foot="Parts of each arm's requests, by class."
    >
      {(width) => {
        const classes = edges.length - 1;
        const x = (at: number) => SIZE.left + (at / classes) * (width - SIZE.left - SIZE.right);
        const y = (share: number) => SIZE.top + (1 - share / top) * (SIZE.height - SIZE.top - SIZE.bottom);
        const outline = (shares: number[]) =>
          `M${SIZE.left} ${y(0)}${shares.map((one, at) => `V${y(one).toFixed(1)}H${x(at + 1).toFixed(1)}`).join("")}V${y(0)}`;
        return (
          <>
            {rounds(top, 3).map((one) => (
              <Level key={one} at={y(one)} width={width} text={percent(one)} />
            ))}
            {marks(classes, isWhole, width).map((at) => (
              <Below key={at} at={x(isWhole ? at + 0.5 : at)} width={width} text={say(edges[at]!)} />
            ))}
            <path className="outline-baseline" d={outline(arms[0]!)} />
            <path className="outline-canary" d={outline(arms[1]!)} />
          </>
        );
      }}
    </Figure>
  );
}

/** Which edges are named: a class for each whole number has its name in the middle. */
function marks(classes: number, isWhole: boolean, width: number): number[] {
  const room = Math.max(1, Math.floor((width - SIZE.left) / 76));
  const last = isWhole ? classes - 1 : classes;
  const step = Math.max(1, Math.ceil(last / room));
  return Array.from({ length: Math.floor(last / step) + 1 }, (_, at) => at * step);
}

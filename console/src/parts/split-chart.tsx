/** The traffic of a rollout over time: who got which version, from its beginning to its end, or until now. */
import { isEnded, type Rollout } from "../api/rollouts";
import { Below, Figure, Level, SIZE } from "./figure";
import { moment, percent, span } from "./format";
import { nameOf, sharesOf } from "./shares";

type Stretch = { from: number; shares: number[] };

const STEPS = [1, 2, 5, 10, 15, 30, 60, 120, 300, 600, 900, 1800, 3600, 7200, 10_800, 21_600, 43_200, 86_400, 172_800];

export function SplitChart({ of }: { of: Rollout }) {
  const end = isEnded(of) ? of.ended_at : Math.max(of.judgement?.at ?? 0, Date.now() / 1000);
  const length = Math.max(1, end - of.began_at);
  // What it came to is to be seen as well.
  const until = of.began_at + length * (isEnded(of) ? 1.06 : 1);
  const stretches = stretchesOf(of);
  const arms = sharesOf(of, {}).map((one) => one.arm);
  const used = arms.filter((_, at) => stretches.some((one) => one.shares[at]! > 0));
  const names = used.map((arm) => ({
    className: `share-${arm}`,
    text: `${nameOf(arm)} (${arm === "rest" || arm === "baseline" ? of.former_version || "nothing" : of.version})`,
    area: true,
  }));
  const now = stretches.at(-1)!.shares;
  const label = arms.flatMap((arm, at) => (now[at] ? [`${percent(now[at])} ${nameOf(arm)}`] : [])).join(", ");
  return (
    <Figure
      title="Traffic"
      said={isEnded(of) ? `${span(length)} in all` : `for ${span(length)} now`}
      names={names}
      label={`${label} ${isEnded(of) ? "at the end" : "now"}`}
      head={["From", ...used.map(nameOf)]}
      rows={stretches.map((one) => [moment(one.from), ...used.map((arm) => percent(one.shares[arms.indexOf(arm)]!))])}
    >
      {(width) => {
        const x = (at: number) => SIZE.left + ((at - of.began_at) / (until - of.began_at)) * (width - SIZE.left - SIZE.right);
        const y = (share: number) => SIZE.top + (1 - share) * (SIZE.height - SIZE.top - SIZE.bottom);
        return (
          <>
            {stretches.flatMap((one, at) => {
              const right = x(stretches[at + 1]?.from ?? until);
              let below = 1;
              return one.shares.map((share, number) => {
                const top = y(below);
                below -= share;
                const left = x(one.from);
                return (
                  <rect
                    key={`${at} ${number}`}
                    className={`share-${arms[number]}`}
                    x={left}
                    y={top}
                    width={Math.max(0, right - left)}
                    height={Math.max(0, y(below) - top)}
                  />
                );
              });
            })}
            {[0, 0.5, 1].map((one) => (
              <Level key={one} at={y(one)} width={width} text={percent(one)} />
            ))}
            {ticks(length, width).map((one) => (
              <Below key={one} at={x(of.began_at + one)} width={width} text={one ? span(one) : "0"} />
            ))}
          </>
        );
      }}
    </Figure>
  );
}

/** Where the shares changed; the rest on top, then the baseline, and the new version at the bottom. */
function stretchesOf(of: Rollout): Stretch[] {
  const found: Stretch[] = [];
  for (const one of [{ at: of.began_at, shares: {}, state: "" }, ...of.events]) {
    const shares = sharesOf(of, one.shares, one.state === "done").map((each) => each.share);
    const last = found.at(-1);
    if (!last || last.shares.some((share, at) => Math.abs(share - shares[at]!) > 0.0005)) found.push({ from: one.at, shares });
  }
  return found;
}

function ticks(length: number, width: number): number[] {
  const room = Math.max(1, Math.floor((width - SIZE.left - SIZE.right) / 64));
  const step = STEPS.find((one) => length / one <= room) ?? Math.ceil(length / room / 86_400) * 86_400;
  return Array.from({ length: Math.floor(length / step) + 1 }, (_, at) => at * step);
}

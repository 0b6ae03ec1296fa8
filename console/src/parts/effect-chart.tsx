/** The effect on one metric with its bounds, look by look: they narrow as requests come. */
import { type ReactNode, useId } from "react";
import type { Glance } from "../api/rollouts";
import { Below, Figure, Level, rounds, SIZE } from "./figure";
import { count } from "./format";
import { factor, isRatio, isUnknown, more } from "./measure";

type Props = { name: string; metric: string; unit: string; glances: Glance[]; isDifference: boolean; choice: ReactNode };

/** Bounds of the first looks say nothing: the picture is as large as those of the later ones. */
const LATER = 0.4;
const [LEAST, MOST] = [0.02, 100];
const FACTORS = [0.02, 0.05, 0.1, 0.2, 0.5, 0.8, 0.9, 1, 1.1, 1.25, 1.5, 2, 3, 5, 10, 20, 50, 100, 200, 500, 1000];

export function EffectChart({ name, metric, unit, glances, isDifference, choice }: Props) {
  const clip = useId();
  const isOnTop = isDifference || !isRatio(metric);
  const say = (value: number) => (isOnTop ? more(unit, value) : factor(value));
  const last = glances.at(-1)!;
  const between = last.low === last.high ? "" : `, between ${say(last.low)} and ${say(last.high)}`;
  const sentence = !isOnTop && isUnknown(last) ? "not known yet: it may be anything" : `${say(last.effect)}${between}`;
  const scale = isOnTop ? differences(glances, say) : ratios(glances);
  const most = Math.max(1, ...glances.map((one) => one.requests));
  const leaves = glances.some((one) => scale.place(one.low) < -0.001 || scale.place(one.high) > 1.001);
  return (
    <Figure
      title={`Effect on ${name}`}
      choice={choice}
      said={sentence}
      names={[
        { className: "line-0", text: "effect" },
        { className: "effect-band", text: "bounds that hold at every look", area: true },
        { className: "effect-none", text: "no difference" },
      ]}
      label={`${sentence} after ${count(last.requests, "request")} in both arms, ${count(glances.length, "look")}`}
      head={["Requests", "Effect", "Low", "High"]}
      rows={[...glances].reverse().map((one) => [one.requests.toLocaleString("en"), say(one.effect), say(one.low), say(one.high)])}
      foot={`Over requests of both arms. ${leaves ? "Bounds that leave the picture are larger." : ""}`}
    >
      {(width) => {
        const x = (requests: number) => SIZE.left + (requests / most) * (width - SIZE.left - SIZE.right);
        const y = (value: number) => SIZE.top + (1 - Math.max(-2, Math.min(3, scale.place(value)))) * (SIZE.height - SIZE.top - SIZE.bottom);
        const at = (one: Glance, value: number) => `${x(one.requests).toFixed(1)} ${y(value).toFixed(1)}`;
        return (
          <>
            <clipPath id={clip}>
              <rect x={SIZE.left} y={SIZE.top} width={Math.max(0, width - SIZE.left)} height={SIZE.height - SIZE.top - SIZE.bottom} />
            </clipPath>
            {scale.ticks.map((one) => (
              <Level key={one.value} at={y(one.value)} width={width} text={one.text} />
            ))}
            {rounds(most, Math.max(2, Math.floor(width / 90))).map((one) => (
              <Below key={one} at={x(one)} width={width} text={one.toLocaleString("en")} />
            ))}
            <g clipPath={`url(#${clip})`}>
              {glances.length > 1 ? (
                <path
                  className="effect-band"
                  d={`M${glances.map((one) => at(one, one.high)).join("L")}L${[...glances]
                    .reverse()
                    .map((one) => at(one, one.low))
                    .join("L")}Z`}
                />
              ) : (
                <path className="effect-one" d={`M${at(last, last.high)}L${at(last, last.low)}`} />
              )}
              <path className="effect-none" d={`M${SIZE.left} ${y(scale.none)}H${width - SIZE.right}`} />
              {glances.length > 1 && <path className="line-0" d={`M${glances.map((one) => at(one, one.effect)).join("L")}`} />}
              <circle className="dot-line-0" cx={x(last.requests)} cy={y(last.effect)} r={3} />
            </g>
          </>
        );
      }}
    </Figure>
  );
}

type Scale = { place: (value: number) => number; ticks: { value: number; text: string }[]; none: number };

function later(glances: Glance[]): number[] {
  return glances.slice(Math.floor((glances.length - 1) * LATER)).flatMap(({ effect, low, high }) => [effect, low, high]);
}

/** Twice as much is as far up as half as much is down. */
function ratios(glances: Glance[]): Scale {
  const values = later(glances);
  const low = Math.log(Math.max(Math.min(LEAST, Math.max(1e-3, glances.at(-1)!.effect)), Math.min(0.9, ...values) * 0.95));
  // An effect is always in the picture, also one that is as large as can be said.
  const most = Math.max(MOST, glances.at(-1)!.effect * 1.3);
  const high = Math.log(Math.min(most, Math.max(1.1, ...values) * 1.05));
  const place = (value: number) => (Math.log(Math.max(1e-6, value)) - low) / (high - low);
  let before = -1;
  const ticks = [1, ...FACTORS.filter((one) => one !== 1)]
    .filter((one) => place(one) >= 0 && place(one) <= 1)
    .filter((one) => one === 1 || Math.abs(place(one) - place(1)) > 0.1)
    .sort((one, other) => one - other)
    .filter((one) => {
      const isFar = one === 1 || place(one) - before > 0.1;
      if (isFar) before = place(one);
      return isFar;
    });
  return {
    place,
    ticks: ticks.map((value) => ({ value, text: value === 1 ? "equal" : value < 0.5 || value >= 3 ? `${value.toLocaleString("en")} ×` : factor(value) })),
    none: 1,
  };
}

function differences(glances: Glance[], say: (value: number) => string): Scale {
  const values = later(glances);
  const low = Math.min(0, ...values);
  const high = Math.max(0, ...values);
  const room = (high - low || 1) * 0.08;
  const place = (value: number) => (value - low + room) / (high - low + 2 * room || 1);
  const [up, down] = [rounds(high, 2).slice(1), rounds(-low, 2).slice(1)];
  const ticks = [0, ...up, ...down.map((one) => -one)].filter((one) => one === 0 || Math.abs(place(one) - place(0)) > 0.1);
  return { place, ticks: ticks.map((value) => ({ value, text: value ? say(value).replace(" calls", "").replace(" call", "") : "equal" })), none: 0 };
}

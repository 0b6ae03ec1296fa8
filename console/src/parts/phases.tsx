/** What a start spent its time on, as a small bar whose parts are told in words as well. */
import { seconds } from "./format";

const ORDER = ["container", "hand_over", "import", "warmup"] as const;
const NAMES = { container: "container", hand_over: "hand over", import: "import", warmup: "warm-up" };

type Phase = { name: (typeof ORDER)[number]; text: string; took: number; from: number };

function inOrder(phases: { [name: string]: number }): Phase[] {
  let from = 0;
  return ORDER.map((name) => {
    const took = phases[name] ?? 0;
    from += took;
    return { name, text: `${NAMES[name]} ${took ? seconds(took) : "0 ms"}`, took, from: from - took };
  });
}

export function PhaseBar({ phases }: { phases: { [name: string]: number } }) {
  const all = inOrder(phases);
  const whole = all.reduce((sum, one) => sum + one.took, 0);
  if (!whole) return null;
  const words = all.map((one) => one.text).join(", ");
  return (
    <svg className="phase-bar" viewBox={`0 0 ${whole} 8`} preserveAspectRatio="none" role="img" aria-label={words}>
      <title>{words}</title>
      {all.map((one) => (
        <rect key={one.name} className={`phase-${one.name}`} x={one.from} width={one.took} height={8} />
      ))}
    </svg>
  );
}

/** The bar with the words beside it. */
export function Phases({ phases }: { phases: { [name: string]: number } }) {
  return (
    <div className="phases">
      <PhaseBar phases={phases} />
      <ul className="phase-names">
        {inOrder(phases).map((one) => (
          <li key={one.name}>
            <svg className="swatch" viewBox="0 0 8 8" aria-hidden="true" focusable="false">
              <rect className={`phase-${one.name}`} width={8} height={8} rx={2} />
            </svg>
            {one.text}
          </li>
        ))}
      </ul>
    </div>
  );
}

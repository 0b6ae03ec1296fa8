/** Who gets which version now, as a bar with its parts in words. */
import { armOf, isEnded, proves, type Rollout } from "../api/rollouts";
import { percent } from "./format";

type Share = { arm: string; share: number; text: string };

/** The rest, the baseline and the new version of shares by arm; they are one together. */
export function sharesOf(one: Rollout, shares: { [arm: string]: number }, done = false): Share[] {
  const arm = armOf(one);
  const fresh = done ? 1 : (shares[arm] ?? 0);
  const baseline = done ? 0 : (shares.baseline ?? 0);
  return [
    { arm: "rest", share: Math.max(0, 1 - fresh - baseline), text: one.former_version || "nothing" },
    { arm: "baseline", share: baseline, text: one.former_version },
    { arm: done || !proves(one) ? "new" : arm, share: fresh, text: one.version },
  ];
}

export function Shares({ of }: { of: Rollout }) {
  const parts = sharesOf(of, of.shares, of.state === "done").filter((one) => one.share > 0.0005);
  const label = parts.map((one) => `${percent(one.share)} ${nameOf(one.arm)}, ${one.text}`).join("; ");
  return (
    <div className="shares">
      <div className="shares-bar" role="img" aria-label={`Traffic${isEnded(of) ? "" : " now"}: ${label}`}>
        {parts.map((one) => (
          <span key={one.arm} className={`share-${one.arm}`} style={{ width: `${one.share * 100}%` }} />
        ))}
      </div>
      <ul className="shares-names" aria-hidden="true">
        {parts.map((one) => (
          <li key={one.arm}>
            <Swatch arm={one.arm} />
            <strong>{percent(one.share)}</strong> {nameOf(one.arm)} <span className="mono faint">{one.text}</span>
          </li>
        ))}
      </ul>
    </div>
  );
}

export function nameOf(arm: string): string {
  return { rest: "as before", new: "new" }[arm] ?? arm;
}

export function Swatch({ arm }: { arm: string }) {
  return <span className={`swatch share-${arm}`} aria-hidden="true" />;
}

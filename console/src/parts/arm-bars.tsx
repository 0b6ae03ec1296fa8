/** How many requests of each arm failed, or were degraded: two bars, one below the other. */
import type { Finding, Judgement } from "../api/rollouts";
import { count, percent } from "./format";

type Props = { of: Finding; judgement: Judgement; title: string; arm: string };

export function ArmBars({ of, judgement, title, arm }: Props) {
  const arms = [
    { name: "baseline", share: of.baseline, requests: judgement.requests[0] },
    { name: arm, share: of.canary, requests: judgement.requests[1] },
  ];
  const top = Math.max(...arms.map((one) => one.share), 0.01);
  return (
    <figure className="chart arm-bars">
      <figcaption>
        <strong>{title}</strong>
      </figcaption>
      <dl>
        {arms.map(({ name, share, requests }) => (
          <div key={name}>
            <dt>{name}</dt>
            <dd>
              <span className="arm-track" aria-hidden="true">
                <span
                  className={name === "baseline" ? "share-baseline" : of.verdict === "harm" ? "share-harm" : "share-canary"}
                  style={{ width: `${(share / top) * 100}%` }}
                />
              </span>
              <span>
                <strong className="number">{Math.round(share * requests).toLocaleString("en")}</strong> of {count(requests, "request")}, {percent(share)}
              </span>
            </dd>
          </div>
        ))}
      </dl>
    </figure>
  );
}

/** The judge's charts: an effect with its bounds, errors by arm, and how answers of both arms spread. */
import { useState } from "react";
import { armOf, type Distribution, type Finding, type Rollout } from "../api/rollouts";
import { ArmBars } from "../parts/arm-bars";
import { DistributionChart } from "../parts/distribution-chart";
import { EffectChart } from "../parts/effect-chart";
import { measured } from "../parts/measure";
import { Section } from "../parts/page";
import { metricName } from "../parts/rollout-words";

const BARS = ["errors", "degraded"];
const SPREADS: { [metric: string]: string } = { latency: "Times of answers", calls: "Calls for a request", size: "Sizes of answers" };

export function Charts({ of }: { of: Rollout }) {
  const { judgement } = of;
  if (!judgement?.findings.length) return null;
  const arm = armOf(of);
  const counted = judgement.findings.filter((one) => BARS.includes(one.metric));
  return (
    <Section title="Charts">
      <div className="rollout-charts">
        <Effects of={of} findings={judgement.findings} />
        {counted.length > 0 && (
          <div className="arm-counts">
            {counted.map((one) => (
              <ArmBars
                key={one.metric}
                of={one}
                judgement={judgement}
                arm={arm}
                title={one.metric === "errors" ? "Requests that failed" : "Degraded answers"}
              />
            ))}
          </div>
        )}
        {judgement.distributions.filter(isSpread).map((one) => (
          <DistributionChart
            key={one.metric}
            of={one}
            arm={arm}
            title={SPREADS[one.metric] ?? metricName(one.metric)}
            finding={judgement.findings.find((each) => each.metric === one.metric)}
          />
        ))}
      </div>
      {judgement.distributions
        .filter((one) => !isSpread(one) && one.edges.length > 0)
        .map((one) => (
          <p key={one.metric} className="faint alike">
            {SPREADS[one.metric] ?? metricName(one.metric)}: {measured(one.edges[0]!, one.unit)} in all requests of both arms.
          </p>
        ))}
    </Section>
  );
}

/** Where all are alike there is nothing to draw. */
function isSpread({ edges }: Distribution): boolean {
  return edges.length > 2;
}

function Effects({ of, findings }: { of: Rollout; findings: Finding[] }) {
  const [chosen, setChosen] = useState("");
  const known = findings.filter((one) => one.samples > 0 && one.metric !== "cold" && of.glances.some((each) => each.metric === one.metric));
  const harm = known.find((one) => one.verdict === "harm");
  const one = known.find(({ metric }) => metric === chosen) ?? harm ?? known.find(({ metric }) => metric === "latency") ?? known[0];
  if (!one) return null;
  return (
    <EffectChart
      choice={<MetricChoice known={known} value={one.metric} set={setChosen} />}
      name={metricName(one.metric).toLowerCase().replace("cpu", "CPU")}
      metric={one.metric}
      unit={one.unit}
      isDifference={of.strategy.judge === "kayenta"}
      glances={of.glances.filter(({ metric }) => metric === one.metric)}
    />
  );
}

type ChoiceProps = { known: Finding[]; value: string; set: (metric: string) => void };

function MetricChoice({ known, value, set }: ChoiceProps) {
  return (
    <span className="effects-choice">
      <strong aria-hidden="true">Effect on</strong>
      <select className="input" aria-label="Effect on" value={value} onChange={(event) => set(event.target.value)}>
        {known.map(({ metric, verdict }) => (
          <option key={metric} value={metric}>
            {metricName(metric)}
            {verdict === "harm" ? " (harm)" : ""}
          </option>
        ))}
      </select>
    </span>
  );
}

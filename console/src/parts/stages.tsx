/** A pipeline as a row of stages: how far a version is, by symbol and word. */
import type { Stage } from "../api/pipelines";

const SYMBOLS: { [state: string]: string } = {
  done: "M4.6 8.3l2.3 2.3 4.5-5",
  running: "M8 4.6V8l2.3 1.6",
  failed: "M5.5 5.5l5 5 M10.5 5.5l-5 5",
  waits: "M6.4 5.4v5.2 M9.6 5.4v5.2",
};

export function sayStage({ state, waits }: Stage): string {
  return waits ? "waits" : state;
}

export function Stages({ label, stages }: { label: string; stages: Stage[] }) {
  return (
    <ol className="pipeline-stages" aria-label={label}>
      {stages.map((one) => {
        const word = sayStage(one);
        return (
          <li key={one.name} className={`pipeline-stage stage-${word}`} aria-current={one.state === "running" ? "step" : undefined}>
            <Mark of={word} />
            <span className="stage-name">{one.name}</span>
            <span className="stage-word">{word}</span>
          </li>
        );
      })}
    </ol>
  );
}

function Mark({ of }: { of: string }) {
  return (
    <svg className="stage-symbol" viewBox="0 0 16 16" aria-hidden="true" focusable="false">
      <circle cx="8" cy="8" r="7" />
      {SYMBOLS[of] && <path d={SYMBOLS[of]} />}
    </svg>
  );
}

/** The steps of an operation, as it goes. */
import { useEffect } from "react";
import { Failure } from "../api/client";
import { type Operation, useOperation } from "../api/operation";
import { seconds } from "./format";
import { Phases } from "./phases";
import { State } from "./state";
import { Problem } from "./trouble";

type Props = { operation: Operation; onEnd?: (ended: Operation) => void };

export function Steps({ operation, onEnd }: Props) {
  const { steps, ended } = useOperation(operation.id);
  useEffect(() => {
    if (ended) onEnd?.(ended);
    // Told once, when it ends.
    // eslint-disable-next-line react-hooks/exhaustive-deps
  }, [ended]);
  const state = ended?.state ?? "running";
  return (
    <section className="steps" aria-label={`Steps of ${operation.kind} ${operation.id}`}>
      <p className="steps-head" role="status">
        <State word={state}>
          {operation.kind} of {operation.line || operation.application}: {state}
        </State>
        {ended && <span className="faint">{seconds(ended.ended_at - ended.began_at)}</span>}
      </p>
      <ol>
        {steps
          .filter((one) => one.name !== "done")
          .map((one) => (
            <li key={one.name}>
              <State word={one.state}>{one.name}</State>
              <span className="step-text">
                {one.text}
                {one.data?.phases && <Phases phases={one.data.phases} />}
              </span>
              <span className="faint number">{one.seconds ? seconds(one.seconds) : ""}</span>
            </li>
          ))}
      </ol>
      {ended?.error && <Problem error={failure(ended.error)} />}
    </section>
  );
}

function failure(error: Record<string, unknown>): Failure {
  return new Failure(0, String(error.code), String(error.message), String(error.hint ?? ""));
}

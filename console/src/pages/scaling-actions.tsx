/** A fixed number of instances for a line, and leaving it to itself again. */
import { useState } from "react";
import { ask, control, type Schemas } from "../api/client";
import * as commands from "../api/commands";
import { queries } from "../api/queries";
import { Act } from "../parts/act";
import { Field } from "../parts/field";
import { count } from "../parts/format";
import { Stack } from "../parts/state";

type Props = { application: string; one: Omit<Schemas.ScaleView, "points">; onClose: () => void };

/** The line of its version, as in 1. */
function lineOf(version: string): number {
  return Number(version.split(".")[0]);
}

export function FixScale({ application, one: { version, stack, instances, fixed }, onClose }: Props) {
  const line = lineOf(version);
  const [number, setNumber] = useState(String(fixed ?? instances));
  return (
    <Act
      title={`Keep a number of instances: ${application} ^${line} in ${stack}`}
      command={commands.fixScale(application, stack, line, number)}
      button={`Keep ${count(Number(number), "instance")}`}
      ready={/^\d+$/.test(number)}
      done={`${application} ^${line} keeps ${count(Number(number), "instance")} in ${stack}`}
      onClose={onClose}
      run={async () => {
        await ask(
          control.fixScaling({
            path: { application },
            body: { stack, line, instances: Number(number) },
          }),
        );
        await queries.invalidateQueries({ queryKey: ["instances"] });
        return [];
      }}
    >
      <p>
        The line <strong className="mono">^{line}</strong> in <Stack name={stack} /> keeps this number, whatever comes, until it is left to itself again. A new
        version keeps it too.
      </p>
      <Field label="Instances" hint="With 0 it sleeps">
        {(ids) => <input {...ids} className="input" type="number" min={0} value={number} onChange={(event) => setNumber(event.target.value)} />}
      </Field>
    </Act>
  );
}

export function FreeScale({ application, one: { version, stack, min, max }, onClose }: Props) {
  const line = lineOf(version);
  return (
    <Act
      title={`Let it scale by itself: ${application} ^${line} in ${stack}`}
      command={commands.freeScale(application, stack, line)}
      button="Let it scale by itself"
      done={`${application} ^${line} scales by itself in ${stack}`}
      onClose={onClose}
      run={async () => {
        await ask(
          control.freeScaling({
            path: { application },
            query: { stack, line },
          }),
        );
        await queries.invalidateQueries({ queryKey: ["instances"] });
        return [];
      }}
    >
      <p>
        The line <strong className="mono">^{line}</strong> in <Stack name={stack} /> follows its load again, between {min} and {max} instances.
      </p>
    </Act>
  );
}

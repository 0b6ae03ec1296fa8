/** What can be done with a line: moving it back, ending it, moving it to a version. */
import { useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { ask, control, type Schemas } from "../api/client";
import * as commands from "../api/commands";
import { former } from "../api/former";
import { releases } from "../api/queries";
import { Act } from "./act";
import { Field } from "./field";
import { Stack } from "./state";

type Props = { application: string; line: string; stack: string; onClose: () => void };

/** Back to the release before, or to the one named by `to`. */
export function RollBack({ application, line, stack, to = 0, onClose }: Props & { to?: number }) {
  const major = commands.major(line);
  const known = useQuery(releases(application, major, stack)).data;
  const current = known?.at(-1);
  const target = to ? known?.find((one) => one.number === to) : former(known ?? []);
  return (
    <Act
      title={`Roll back ${application} ${line} in ${stack}`}
      command={commands.rollback(application, stack, line, to)}
      button="Roll back"
      ready={!known || target !== undefined}
      done={`${application} ${line} is rolled back in ${stack}`}
      onClose={onClose}
      run={async () => [
        await ask(
          control.rollback({
            path: { application },
            body: { stack, line: major, to },
          }),
        ),
      ]}
    >
      {known && !target ? (
        <p>What runs is the first of this line: there is nothing else to go back to.</p>
      ) : (
        <p>
          The traffic of <strong className="mono">{line}</strong> in <Stack name={stack} /> goes back
          {current && target ? <Between from={current} to={target} /> : " to what ran before"}: code, configuration, secrets and routes together. No request is
          lost.
        </p>
      )}
    </Act>
  );
}

function Between({ from, to }: { from: Schemas.ReleaseView; to: Schemas.ReleaseView }) {
  return (
    <>
      {" "}
      from release {from.number} (<span className="mono">{from.version}</span>) to what release {to.number} was (<span className="mono">{to.version}</span>)
    </>
  );
}

/** Ends a line; one that has traffic wants its name. */
export function DeleteLine({ application, line, stack, onClose }: Props) {
  const major = commands.major(line);
  const [wanted, setWanted] = useState("");
  const [confirm, setConfirm] = useState("");
  return (
    <Act
      title={`Delete ${application} ${line} in ${stack}`}
      command={commands.deleteLine(application, line, stack, confirm)}
      button="Delete"
      danger
      ready={confirm === wanted}
      done={`${application} ${line} is deleted in ${stack}`}
      onClose={onClose}
      onFailure={(failure) => typeof failure.details.confirm === "string" && setWanted(failure.details.confirm)}
      run={async () => {
        await ask(
          control.deleteLine({
            path: { application, major },
            query: { stack, confirm },
          }),
        );
        return [];
      }}
    >
      <p>
        The address{" "}
        <code>
          /{application}/v{major}/
        </code>{" "}
        in <Stack name={stack} /> answers no more, and its instances end. Its versions stay: releasing one brings the line back.
      </p>
      {wanted && (
        <Field label={`It has traffic. Type ${wanted} to delete it all the same`}>
          {(ids) => <input {...ids} className="input mono" value={confirm} onChange={(event) => setConfirm(event.target.value)} autoComplete="off" />}
        </Field>
      )}
    </Act>
  );
}

type ReleaseProps = { application: string; version: string; onClose: () => void };

/** Moves the version's line to it, in a stack that one chooses. */
export function Release({ application, version, onClose }: ReleaseProps) {
  const [stack, setStack] = useState("test");
  const [makeDefault, setMakeDefault] = useState(false);
  return (
    <Act
      title={`Release ${application} ${version}`}
      command={commands.release(application, version, stack, makeDefault)}
      button={`Release in ${stack}`}
      done={`${application} ${version} is released in ${stack}`}
      onClose={onClose}
      run={async () => [
        await ask(
          control.release({
            path: { application },
            body: { version, stack, default: makeDefault, at: 0 },
          }),
        ),
      ]}
    >
      <p>
        The line <strong className="mono">^{version.split(".")[0]}</strong> moves to this version once it answers; what ran before stays warm for the way back.
        In prod a part of the traffic goes first, as its <code>stagedoor.toml</code> has it.
      </p>
      <Field label="Stack">
        {(ids) => (
          <select {...ids} className="input" value={stack} onChange={(event) => setStack(event.target.value)}>
            <option>test</option>
            <option>prod</option>
          </select>
        )}
      </Field>
      <label className="check">
        <input type="checkbox" checked={makeDefault} onChange={(event) => setMakeDefault(event.target.checked)} />
        The address without a line goes to this line from now on
      </label>
    </Act>
  );
}

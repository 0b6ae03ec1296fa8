/** Setting and removing values and secrets. */
import { useState } from "react";
import { ask, control, type Schemas } from "../api/client";
import * as commands from "../api/commands";
import { Act } from "../parts/act";
import { Field } from "../parts/field";
import { Stack } from "../parts/state";

type Value = Schemas.ValueView;
type Target = { application: string; stack: string; onClose: () => void };

function Then({ stack }: { stack: string }) {
  return (
    <p>
      Every line in <Stack name={stack} /> moves to a new release with it; rolling back brings the former one back.
    </p>
  );
}

export function SetValue({ application, stack, known, onClose }: Target & { known: Value | null }) {
  const [name, setName] = useState(known?.name ?? "");
  const [text, setText] = useState(known ? written(known.value) : "");
  return (
    <Act
      title={known ? `Change ${known.name}` : "Set a value"}
      command={commands.setValue(application, stack, name, text)}
      button={`Set in ${stack}`}
      ready={name !== "" && text !== ""}
      done={`${name} is set in ${stack}`}
      onClose={onClose}
      run={async () => {
        const saved = await ask(
          control.setValue({
            path: { application, name },
            body: { stack, value: read(text) },
          }),
        );
        return saved.operations;
      }}
    >
      <Field label="Name">
        {(ids) => (
          <input {...ids} className="input mono" value={name} readOnly={known !== null} onChange={(event) => setName(event.target.value)} autoComplete="off" />
        )}
      </Field>
      <Field label="Value" hint="JSON (12, true, [1, 2]), else the text itself">
        {(ids) => <textarea {...ids} className="input mono" rows={2} value={text} onChange={(event) => setText(event.target.value)} />}
      </Field>
      <Then stack={stack} />
    </Act>
  );
}

export function SetSecret({ application, stack, known, onClose }: Target & { known: Value | null }) {
  const [name, setName] = useState(known?.name ?? "");
  const [value, setValue] = useState("");
  const rotate = known !== null;
  return (
    <Act
      title={rotate ? `Rotate ${known.name}` : "Set a secret"}
      command={commands.setSecret(application, stack, name, rotate)}
      button={rotate ? `Rotate in ${stack}` : `Set in ${stack}`}
      ready={name !== "" && value !== ""}
      done={`${name} is ${rotate ? "rotated" : "set"} in ${stack}`}
      onClose={onClose}
      run={async () => {
        const saved = await ask(
          control.setSecret({
            path: { application, name },
            body: { stack, value, rotate },
          }),
        );
        setValue("");
        return saved.operations;
      }}
    >
      <Field label="Name">
        {(ids) => <input {...ids} className="input mono" value={name} readOnly={rotate} onChange={(event) => setName(event.target.value)} autoComplete="off" />}
      </Field>
      <Field label="Secret" hint="It is sealed, and never shown again. The command reads it from standard input.">
        {(ids) => <input {...ids} className="input mono" type="password" value={value} onChange={(event) => setValue(event.target.value)} autoComplete="off" />}
      </Field>
      <Then stack={stack} />
    </Act>
  );
}

export function RemoveValue({ application, stack, one, onClose }: Target & { one: Value }) {
  const { name, secret } = one;
  const at = { path: { application, name }, query: { stack } };
  return (
    <Act
      title={`Remove ${name}`}
      command={secret ? commands.removeSecret(application, stack, name) : commands.removeValue(application, stack, name)}
      button={`Remove from ${stack}`}
      danger
      done={`${name} is removed from ${stack}`}
      onClose={onClose}
      run={async () => {
        const saved = secret ? await ask(control.removeSecret(at)) : await ask(control.removeValue(at));
        return saved.operations;
      }}
    >
      <p>{secret ? "Earlier releases still hold it." : "What the manifest says holds again."}</p>
      <Then stack={stack} />
    </Act>
  );
}

function written(value: unknown): string {
  return typeof value === "string" ? value : JSON.stringify(value);
}

/** As the command line reads it: JSON where it is JSON, else the text itself. */
function read(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
}

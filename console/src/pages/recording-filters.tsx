/** Which recordings are looked for: what is typed counts once it is applied, what is chosen at once. */
import { useQuery } from "@tanstack/react-query";
import { type FormEvent, useEffect, useState } from "react";
import { applications } from "../api/queries";
import { type Kept, REASONS, type Sought } from "../api/recordings";
import { keptFor } from "../api/records";
import { Field } from "../parts/field";
import { Word } from "../parts/word";

type Props = {
  sought: Sought /** What is shown now: its words are suggested. */;
  seen: Kept[];
  apply: (next: Sought) => void;
  clear: (() => void) | undefined;
};

export function RecordingFilters({ sought, seen, apply, clear }: Props) {
  const [typed, setTyped] = useState(sought);
  const known = useQuery(applications()).data ?? [];
  const said = JSON.stringify(sought);
  useEffect(() => setTyped(JSON.parse(said) as Sought), [said]);
  const set = (name: keyof Sought) => (value: string) => setTyped((before) => ({ ...before, [name]: value }));
  const choose = (name: keyof Sought) => (value: string) => apply({ ...typed, [name]: value });
  return (
    <form
      className="card search"
      role="search"
      aria-label="Recordings"
      onSubmit={(event: FormEvent) => {
        event.preventDefault();
        apply(typed);
      }}
    >
      <Word label="Application" value={typed.application} set={set("application")} known={known.map((one) => one.name)} />
      <Word label="Version" value={typed.version} set={set("version")} known={seen.map((one) => one.version)} />
      <Word label="Device" value={typed.device} set={set("device")} known={seen.map((one) => one.device).filter(Boolean)} />
      <Chosen
        label="Stack"
        all="all stacks"
        value={sought.stack}
        set={choose("stack")}
        options={[
          ["test", "test"],
          ["prod", "prod"],
        ]}
      />
      <Word label="Endpoint" value={typed.endpoint} set={set("endpoint")} known={seen.map((one) => one.endpoint)} />
      <Chosen label="Kept because" all="for any reason" value={sought.reason} set={choose("reason")} options={REASONS.map((one) => [one, keptFor(one)])} />
      <div className="search-foot">
        <button type="submit" className="button primary">
          Filter
        </button>
        {clear && (
          <button type="button" className="button" onClick={clear}>
            Clear
          </button>
        )}
        <label className="check">
          <input type="checkbox" checked={sought.replayable !== ""} onChange={(event) => choose("replayable")(event.target.checked ? "yes" : "")} />
          Only replayable
        </label>
      </div>
    </form>
  );
}

type ChosenProps = { label: string; all: string; value: string; options: [string, string][]; set: (value: string) => void };

function Chosen({ label, all, value, options, set }: ChosenProps) {
  return (
    <Field label={label}>
      {(ids) => (
        <select {...ids} className="input" value={value} onChange={(event) => set(event.target.value)}>
          <option value="">{all}</option>
          {options.map(([name, text]) => (
            <option key={name} value={name}>
              {text}
            </option>
          ))}
        </select>
      )}
    </Field>
  );
}

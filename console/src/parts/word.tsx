/** A field for a word; those that were seen lately are suggested. */
import { useId } from "react";
import { Field } from "./field";

type WordProps = { label: string; value: string; set: (value: string) => void; known: string[] };

export function Word({ label, value, set, known }: WordProps) {
  const list = useId();
  const all = [...new Set(known)].sort();
  return (
    <Field label={label}>
      {(ids) => (
        <>
          <input
            {...ids}
            className="input"
            list={all.length ? list : undefined}
            value={value}
            onChange={(event) => set(event.target.value)}
            autoComplete="off"
            spellCheck={false}
          />
          <datalist id={list}>
            {all.map((one) => (
              <option key={one} value={one} />
            ))}
          </datalist>
        </>
      )}
    </Field>
  );
}

/** How many days one looks back. */
import { Field } from "./field";
import { count } from "./format";

export function DaysField({ options, value, set }: { options: number[]; value: number; set: (days: number) => void }) {
  return (
    <Field label="Of the last">
      {(ids) => (
        <select {...ids} className="input" value={value} onChange={(event) => set(Number(event.target.value))}>
          {options.map((one) => (
            <option key={one} value={one}>
              {count(one, "day")}
            </option>
          ))}
        </select>
      )}
    </Field>
  );
}

/** Choices in a row, kept in the address so that a link shows the same. */
import { useSearchParams } from "wouter";

type Props = { label: string; name: string; options: { value: string; text: string }[] };

export function Choice({ name, ...rest }: Props) {
  const [value, set] = useParameter(name);
  return <Choices {...rest} value={value} set={set} />;
}

type ChoicesProps = Omit<Props, "name"> & { value: string; set: (value: string) => void };

/** The same, kept by whoever shows it. */
export function Choices({ label, options, value, set }: ChoicesProps) {
  return (
    <div className="choice" role="group" aria-label={label}>
      {options.map((one) => (
        <button key={one.value} type="button" aria-pressed={one.value === value} onClick={() => set(one.value)}>
          {one.text}
        </button>
      ))}
    </div>
  );
}

/** A parameter of the address; an empty value takes it away. */
export function useParameter(name: string): [string, (value: string) => void] {
  const [parameters, setParameters] = useSearchParams();
  const set = (value: string) =>
    setParameters(
      (before) => {
        const next = new URLSearchParams(before);
        if (value) next.set(name, value);
        else next.delete(name);
        return next;
      },
      { replace: true },
    );
  return [parameters.get(name) ?? "", set];
}

export function StackChoice() {
  return (
    <Choice
      label="Stack"
      name="stack"
      options={[
        { value: "", text: "All stacks" },
        { value: "test", text: "test" },
        { value: "prod", text: "prod" },
      ]}
    />
  );
}

type SelectProps = { label: string; all: string; value: string; options: string[]; set: (value: string) => void };

/** One of several by a list; what is chosen is in it even where it is not known. */
export function Select({ label, all, value, options, set }: SelectProps) {
  return (
    <select className="input" aria-label={label} value={value} onChange={(event) => set(event.target.value)}>
      <option value="">{all}</option>
      {[...new Set(value ? [...options, value] : options)].map((one) => (
        <option key={one}>{one}</option>
      ))}
    </select>
  );
}

/** An application of one's own, and one of its versions. */
import { useQuery } from "@tanstack/react-query";
import { applications, versions } from "../api/queries";
import { mayChange, useSession } from "../api/session";
import { Field } from "./field";

type Props = { value: string; set: (value: string) => void };

export function ApplicationField({ value, set }: Props) {
  const session = useSession();
  const own = (useQuery(applications()).data ?? []).filter((one) => mayChange(session, one.team)).map((one) => one.name);
  return (
    <Field label="Application" hint={own.length ? undefined : `Your team ${session.team} has no application yet`}>
      {(ids) => (
        <select {...ids} className="input" required value={value} onChange={(event) => set(event.target.value)}>
          <option value="">Choose one …</option>
          {[...new Set(value ? [...own, value] : own)].map((one) => (
            <option key={one}>{one}</option>
          ))}
        </select>
      )}
    </Field>
  );
}

type VersionProps = Props & { label: string; application: string /** What an empty choice means. */; none: string; without?: string };

export function VersionField({ label, application, none, without, value, set }: VersionProps) {
  const all = useQuery({ ...versions(application), enabled: application !== "" }).data ?? [];
  return (
    <Field label={label}>
      {(ids) => (
        <select {...ids} className="input" value={value} onChange={(event) => set(event.target.value)}>
          <option value="">{none}</option>
          {all
            .filter((one) => one.number !== without)
            .map((one) => (
              <option key={one.number}>{one.number}</option>
            ))}
        </select>
      )}
    </Field>
  );
}

export function StackField({ label, value, set }: Props & { label: string }) {
  return (
    <Field label={label}>
      {(ids) => (
        <select {...ids} className="input" value={value} onChange={(event) => set(event.target.value)}>
          <option>prod</option>
          <option>test</option>
        </select>
      )}
    </Field>
  );
}

/** A labelled field with a hint, tied together for screen readers. */
import { type ReactNode, useId } from "react";
import { Refusal } from "./refusal";

type Props = {
  label: string;
  hint?: ReactNode;
  kind?: "time";
  /** Why what is in it was refused. */
  wrong?: Error | null;
  children: (ids: { id: string; "aria-describedby"?: string; "aria-invalid"?: true }) => ReactNode;
};

export function Field({ label, hint, kind, wrong, children }: Props) {
  const id = useId();
  const about = [hint && `${id}-hint`, wrong && `${id}-wrong`].filter(Boolean).join(" ");
  return (
    <div className={kind ? `field ${kind}` : "field"}>
      <label htmlFor={id}>{label}</label>
      {children({ id, ...(about && { "aria-describedby": about }), ...(wrong && { "aria-invalid": true }) })}
      {hint && (
        <p className="field-hint" id={`${id}-hint`}>
          {hint}
        </p>
      )}
      {wrong && (
        <div id={`${id}-wrong`}>
          <Refusal error={wrong} />
        </div>
      )}
    </div>
  );
}

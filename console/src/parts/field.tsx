/** A labelled field with a hint, tied together for screen readers. */
import { type ReactNode, useId } from "react";

type Props = {
  label: string;
  hint?: ReactNode;
  kind?: "time";
  children: (ids: { id: string; "aria-describedby"?: string }) => ReactNode;
};

export function Field({ label, hint, kind, children }: Props) {
  const id = useId();
  return (
    <div className={kind ? `field ${kind}` : "field"}>
      <label htmlFor={id}>{label}</label>
      {children(hint ? { id, "aria-describedby": `${id}-hint` } : { id })}
      {hint && (
        <p className="field-hint" id={`${id}-hint`}>
          {hint}
        </p>
      )}
    </div>
  );
}

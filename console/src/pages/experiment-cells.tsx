/** One cell in the dialog that starts an experiment. */
import type { Failure } from "../api/client";
import { Field } from "../parts/field";
import { Icon } from "../parts/icons";
import { Refusal } from "../parts/refusal";

export type Cell = { key: number; name: string; version: string; share: string };

type Props = {
  of: Cell;
  number: number;
  versions: string[];
  wrong: Failure | null;
  change: (to: Partial<Cell>) => void;
  remove: (() => void) | undefined;
};

export function CellFields({ of, number, versions, wrong, change, remove }: Props) {
  const title = `Cell ${number + 1}`;
  const invalid = wrong && { "aria-invalid": true as const };
  return (
    <div className="cell-fields" role="group" aria-label={title}>
      <Field label="Name">
        {(ids) => (
          <input
            {...ids}
            {...invalid}
            className="input mono"
            value={of.name}
            placeholder={number ? "big" : "usual"}
            onChange={(event) => change({ name: event.target.value.trim() })}
            autoComplete="off"
            spellCheck={false}
          />
        )}
      </Field>
      <Field label="Version">
        {(ids) => (
          <select {...ids} {...invalid} className="input" value={of.version} onChange={(event) => change({ version: event.target.value })}>
            <option value="">what the line runs</option>
            {versions.map((one) => (
              <option key={one}>{one}</option>
            ))}
          </select>
        )}
      </Field>
      <Field label="Share">
        {(ids) => (
          <span className="with-unit">
            <input
              {...ids}
              className="input"
              inputMode="decimal"
              value={of.share}
              onChange={(event) => change({ share: event.target.value.trim() })}
              autoComplete="off"
            />
            <span className="faint">%</span>
          </span>
        )}
      </Field>
      {remove && (
        <button type="button" className="button quiet square" onClick={remove} aria-label={`Remove cell ${of.name || number + 1}`}>
          <Icon name="close" />
        </button>
      )}
      {wrong && <Refusal error={wrong} />}
    </div>
  );
}

/** A table for wide screens that is a list of cards on narrow ones; its meaning is told to screen readers either way. */
import { Fragment, type ReactNode } from "react";

export type Column<T> = {
  name: string;
  cell: (row: T) => ReactNode;
  kind?: "number" | "actions" | "main";
};

type Props<T> = {
  label: string;
  columns: Column<T>[];
  rows: T[];
  id: (row: T) => string | number;
  highlight?: (row: T) => boolean;
  /** What is shown below a row, where there is something. */
  below?: (row: T) => ReactNode;
};

export function Table<T>({ label, columns, rows, id, highlight, below }: Props<T>) {
  return (
    <div className="table-frame">
      <table role="table" aria-label={label}>
        <thead role="rowgroup">
          <tr role="row">
            {columns.map((column) => (
              <th key={column.name} role="columnheader" scope="col" className={column.kind}>
                {column.kind === "actions" ? <span className="hidden">{column.name}</span> : column.name}
              </th>
            ))}
          </tr>
        </thead>
        <tbody role="rowgroup">
          {rows.map((row) => (
            <Fragment key={id(row)}>
              <tr role="row" data-id={id(row)} className={highlight?.(row) ? "marked" : undefined}>
                {columns.map((column) => (
                  <td key={column.name} role="cell" className={column.kind}>
                    {column.kind !== "main" && column.kind !== "actions" && (
                      <span className="cell-name" aria-hidden="true">
                        {column.name}
                      </span>
                    )}
                    <span className="cell">{column.cell(row)}</span>
                  </td>
                ))}
              </tr>
              <Below columns={columns.length}>{below?.(row)}</Below>
            </Fragment>
          ))}
        </tbody>
      </table>
    </div>
  );
}

function Below({ columns, children }: { columns: number; children: ReactNode }) {
  if (!children) return null;
  return (
    <tr role="row" className="below">
      <td role="cell" colSpan={columns}>
        {children}
      </td>
    </tr>
  );
}

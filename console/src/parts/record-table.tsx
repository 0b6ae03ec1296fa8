/** Requests or calls, the newest on top; one opens by a click on its path. */
import { memo } from "react";
import type { Record } from "../api/records";
import type { Numbered } from "../api/seen";
import { statusTone } from "../pages/request-list";
import { clock, micros, moment } from "./format";
import { Tag } from "./state";

type Props = { records: Numbered<Record>[]; show: (one: Record) => void; label?: string };

export function RecordTable({ records, show, label = "Records" }: Props) {
  return (
    <div className="table-frame records">
      <table role="table" aria-label={label}>
        <thead role="rowgroup">
          <tr role="row">
            {["Time", "Status", "Method", "Path", "Device", "Took", "Region", "Version", "Cohort"].map((name) => (
              <th key={name} role="columnheader" scope="col" className={name === "Took" ? "number" : undefined}>
                {name}
              </th>
            ))}
          </tr>
        </thead>
        <tbody role="rowgroup">
          {records.map(({ number, one }) => (
            <Row key={number} one={one} show={show} />
          ))}
        </tbody>
      </table>
    </div>
  );
}

const Row = memo(function Row({ one, show }: { one: Record; show: (one: Record) => void }) {
  const isCall = one.kind === "call";
  return (
    <tr role="row" data-id={one.id}>
      <td role="cell" className="mono faint" title={moment(one.at)}>
        {clock(one.at)}
      </td>
      <td role="cell">
        <Tag tone={statusTone(one.status)}>{one.status}</Tag>
      </td>
      <td role="cell" className="mono">
        {one.method}
      </td>
      <td role="cell" className="path">
        <button type="button" className="plain mono" onClick={() => show(one)} aria-label={`${isCall ? "Call" : "Request"} ${one.method} ${one.path}`}>
          {isCall && <strong>{one.service} </strong>}
          {one.path}
        </button>
      </td>
      <td role="cell" className="device">
        {one.device ?? one.application}
      </td>
      <td role="cell" className="number took">
        {micros(one.duration)}
      </td>
      <td role="cell" className="region">
        {one.region}
      </td>
      <td role="cell" className="mono version">
        {one.version}
      </td>
      <td role="cell" className="cohort">
        {one.cohort}
      </td>
    </tr>
  );
});

/** Requests as they come, the newest on top; one of them opens with the calls it made. */
import { lazy, memo, Suspense, useState } from "react";
import * as commands from "../api/commands";
import { type Record, recordsAt } from "../api/records";
import { Choice, StackChoice, useParameter } from "../parts/choice";
import { Command } from "../parts/command";
import { bytes, clock, micros } from "../parts/format";
import { Stack, Tag, type Tone } from "../parts/state";
import { useLines } from "../parts/stream";
import { StreamHead } from "../parts/stream-head";
import { Empty, Problem, Skeleton } from "../parts/trouble";

const RequestDialog = lazy(() => import("./request-dialog"));

const MOST = 200;
const STATUSES = [
  { value: "", text: "All" },
  { value: "2xx", text: "2xx" },
  { value: "3xx", text: "3xx" },
  { value: "4xx", text: "4xx" },
  { value: "5xx", text: "5xx" },
];

export function RequestList({ application, filter }: { application: string; filter?: React.ReactNode }) {
  const [stack] = useParameter("stack");
  const [status] = useParameter("status");
  const [shown, setShown] = useState<Record | null>(null);
  const stream = useLines<Record>(recordsAt({ application, stack, status }, MOST, true), MOST);
  // In the order in which they ended: on a connection that is kept, `at` may be of before.
  const rows = stream.lines.toReversed();
  return (
    <>
      <div className="filters" role="group" aria-label="Filters">
        {filter}
        <StackChoice />
        <Choice label="Status" name="status" options={STATUSES} />
        <StreamHead of={stream} />
      </div>
      {stream.failure && <Problem error={stream.failure} />}
      {rows.length > 0 && <Rows rows={rows} show={setShown} />}
      {!rows.length && !stream.failure && (stream.state === "connecting" ? <Skeleton /> : <Quiet application={application} />)}
      <div className="next">
        <Command text={commands.requests(application, stack, status)} />
      </div>
      {shown && (
        <Suspense fallback={null}>
          <RequestDialog record={shown} onClose={() => setShown(null)} />
        </Suspense>
      )}
    </>
  );
}

function Quiet({ application }: { application: string }) {
  return (
    <Empty title="No request yet">
      The next one to {application || "any application"} appears here as it ends.
      {application && " The documentation of its endpoints has a form that sends one."}
    </Empty>
  );
}

function Rows({ rows, show }: { rows: Record[]; show: (one: Record) => void }) {
  return (
    <div className="table-frame requests">
      <table role="table" aria-label="Requests">
        <thead role="rowgroup">
          <tr role="row">
            {["Time", "Status", "Method", "Path", "Stack", "Version", "Device", "Took", "Size"].map((name) => (
              <th key={name} role="columnheader" scope="col" className={["Took", "Size"].includes(name) ? "number" : undefined}>
                {name}
              </th>
            ))}
          </tr>
        </thead>
        <tbody role="rowgroup">
          {rows.map((one) => (
            <Row key={one.id} one={one} show={show} />
          ))}
        </tbody>
      </table>
    </div>
  );
}

export function statusTone(status: number): Tone {
  return status < 400 ? "good" : status < 500 ? "busy" : "bad";
}

const Row = memo(function Row({ one, show }: { one: Record; show: (one: Record) => void }) {
  return (
    <tr role="row" data-id={one.id}>
      <td role="cell" className="mono faint">
        {clock(one.at)}
      </td>
      <td role="cell">
        <Tag tone={statusTone(one.status)}>{one.status}</Tag>
      </td>
      <td role="cell" className="mono">
        {one.method}
      </td>
      <td role="cell" className="path">
        <button type="button" className="plain mono" onClick={() => show(one)} aria-label={`Request ${one.method} ${one.path}`}>
          {one.path}
        </button>
      </td>
      <td role="cell">
        <Stack name={one.stack} />
      </td>
      <td role="cell" className="mono">
        {one.version}
      </td>
      <td role="cell">{one.device}</td>
      <td role="cell" className="number">
        {micros(one.duration)}
      </td>
      <td role="cell" className="number faint">
        {bytes(one.bytes_out)}
      </td>
    </tr>
  );
});

/** Saying that a difference is wanted, and that it is not any more. */
import { useState } from "react";
import * as commands from "../api/commands";
import { accept, retract } from "../api/replays";
import { Act } from "../parts/act";
import { Field } from "../parts/field";
import type { Row } from "./report-groups";

type Props = { application: string; row: Row; onClose: () => void };

function Spot({ row: { endpoint, place, kind } }: { row: Row }) {
  return (
    <>
      <strong className="mono">{place}</strong> {kind} at <span className="mono">{endpoint}</span>
    </>
  );
}

export function AcceptDifference({ application, row, onClose }: Props) {
  const [why, setWhy] = useState("");
  return (
    <Act
      title="Accept a difference"
      command={commands.acceptDifference(application, row, why.trim())}
      button="Accept"
      ready={why.trim() !== ""}
      done={`${row.place} is accepted`}
      onClose={onClose}
      run={async () => {
        await accept(application, row, why.trim());
        return [];
      }}
    >
      <p>
        <Spot row={row} /> is wanted: no report calls it new from now on. The verdict of this one stays as it is.
      </p>
      <Field label="Why" hint="For whoever comes after you; it stands in the activities, with your name">
        {(ids) => (
          <input {...ids} className="input" required maxLength={1000} value={why} onChange={(event) => setWhy(event.target.value)} autoComplete="off" />
        )}
      </Field>
    </Act>
  );
}

export function RetractDifference({ application, row, onClose }: Props) {
  return (
    <Act
      title="Retract a difference"
      command={commands.retractDifference(application, row)}
      button="Retract"
      done={`${row.place} is not accepted any more`}
      onClose={onClose}
      run={async () => {
        await retract(application, row);
        return [];
      }}
    >
      <p>
        <Spot row={row} /> is not wanted any more: the next report calls it new.
        {row.wanted && ` ${row.wanted.by} accepted it: ${row.wanted.why}`}
      </p>
    </Act>
  );
}

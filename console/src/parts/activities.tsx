/** Activities in words: who did what, when, from what to what. */
import { Link } from "wouter";
import type { Schemas } from "../api/client";
import { brief, moment } from "./format";
import { Time } from "./time";
import { Empty } from "./trouble";

type Activity = Schemas.Activity;

export function Activities({ all, named }: { all: Activity[]; named?: boolean }) {
  if (!all.length) {
    return <Empty title="Nothing happened yet">Every change is written down here: who, when, from what to what.</Empty>;
  }
  return (
    <ol className="timeline">
      {all.map((one) => (
        <li key={one.id} data-id={one.id}>
          <span className="timeline-dot" aria-hidden="true" />
          <p>
            <strong>{one.by}</strong> <span className="verb">{one.action}</span>{" "}
            {named && one.application && <Link href={`/applications/${one.application}`}>{one.application}</Link>} <span className="mono">{one.target}</span>
          </p>
          <Change before={one.before} after={one.after} />
          <span className="faint timeline-when">
            <Time at={one.at} />
          </span>
        </li>
      ))}
    </ol>
  );
}

function Change({ before, after }: { before: unknown; after: unknown }) {
  const [from, to] = [say(before), say(after)];
  if (!from && !to) return null;
  return (
    <p className="faint change">
      {from && <span>from {from}</span>} {to && <span>to {to}</span>}
    </p>
  );
}

/** `{release: 3, version: "1.0.2"}` as "release 3, version 1.0.2". */
function say(value: unknown): string {
  if (value === null || value === undefined || value === "") return "";
  if (typeof value !== "object" || Array.isArray(value)) return brief(value);
  return Object.entries(value)
    .filter(([, part]) => part !== null && part !== "")
    .map(([key, part]) => `${key} ${isMoment(key, part) ? moment(part) : brief(part, 60)}`)
    .join(", ");
}

/** Times are written down in seconds since the epoch. */
function isMoment(key: string, part: unknown): part is number {
  return (key === "until" || key.endsWith("_at")) && typeof part === "number" && part > 1e9;
}

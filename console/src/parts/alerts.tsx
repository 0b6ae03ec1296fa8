/** Alerts in words: what is bad, since when, and why; the same for what would have been one. */
import { Link } from "wouter";
import { type Alert, type Firing, titleOf } from "../api/alerts";
import { count, moment, span } from "./format";
import { Stack, State, Tag } from "./state";
import { Time } from "./time";

export function AlertList({ all, label, named = true }: { all: Alert[]; label: string; named?: boolean }) {
  return (
    <ol className="alerts" aria-label={label}>
      {all.map((one) => (
        <li key={one.id} className="card alert" data-id={one.id}>
          <div className="alert-head">
            <h3>
              <Link href={`/alerts/${one.id}`}>{titleOf(one)}</Link>
            </h3>
            <AlertState of={one} />
          </div>
          <p className="alert-why">{one.reason}</p>
          <p className="facts faint">
            <Whose of={one} named={named} />
            <span>
              {one.state === "firing" ? "since " : "began "}
              <Time at={one.began} />
            </span>
          </p>
          <Silenced of={one} />
        </li>
      ))}
    </ol>
  );
}

const SHOWN = 50;

/** What would have fired, the newest first; there is nothing to open. */
export function FiringList({ all }: { all: Firing[] }) {
  if (!all.length) return null;
  return (
    <>
      <ol className="alerts" aria-label="Would have fired">
        {all
          .toReversed()
          .slice(0, SHOWN)
          .map((one) => (
            <li key={`${one.rule} ${one.application} ${one.stack} ${one.endpoint} ${one.began}`} className="card alert">
              <div className="alert-head">
                <h3>{titleOf(one)}</h3>
                <span className="faint">{one.ended ? `for ${span(one.ended - one.began)}` : "it would fire still"}</span>
              </div>
              <p className="alert-why">{one.reason}</p>
              <p className="facts faint">
                <Whose of={one} />
                <span>{moment(one.began)}</span>
              </p>
            </li>
          ))}
      </ol>
      {all.length > SHOWN && <p className="faint">These are the newest {SHOWN}; the command has all.</p>}
    </>
  );
}

export function AlertState({ of: { state, began, ended } }: { of: Alert }) {
  if (state === "firing") return <State word="firing" tone="bad" />;
  return <State word={`ended after ${span(Math.max(1, ended - began))}`} tone="off" />;
}

/** Whose it is, and how often it came. */
export function Whose({ of, named = true }: { of: Firing & { version?: string }; named?: boolean }) {
  return (
    <>
      {named && of.application && <Link href={`/applications/${of.application}`}>{of.application}</Link>}
      {(of.version || of.stack) && (
        <span>
          {of.version && <span className="mono">{of.version} </span>}
          {of.stack && <Stack name={of.stack} />}
        </span>
      )}
      {of.times > 1 && <span>fired {count(of.times, "time")}, each soon after the one before</span>}
    </>
  );
}

/** That nobody is told, and why; of what has ended nobody would be. */
export function Silenced({ of: { silenced, state } }: { of: Alert }) {
  if (!silenced || state !== "firing") return null;
  return (
    <p className="silenced">
      <Tag tone="busy">silenced</Tag> by {silenced}
    </p>
  );
}

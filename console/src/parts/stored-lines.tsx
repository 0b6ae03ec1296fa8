/** Log lines that were searched for; each opens with its fields, and with the lines around it. */
import { useQuery } from "@tanstack/react-query";
import { memo, useCallback, useState } from "react";
import { Link } from "wouter";
import type { StoredLine } from "../api/records";
import { around } from "../api/telemetry";
import { clock, moment } from "./format";
import { Loaded } from "./loaded";

const FIRST = 100;

/** `plain`: of one request, so that whose they are need not be said. */
export function StoredLines({ lines, plain = false }: { lines: StoredLine[]; plain?: boolean }) {
  const keys = numbered(lines);
  const [most, setMost] = useState(FIRST);
  return (
    <>
      <ol className="stored" aria-label="Log lines">
        {lines.slice(0, most).map((one) => (
          <Line key={keys.get(one)} one={one} plain={plain} />
        ))}
      </ol>
      {lines.length > most && (
        <button type="button" className="button more" onClick={() => setMost(most + FIRST)}>
          Show more of {lines.length.toLocaleString("en")}
        </button>
      )}
    </>
  );
}

/** The same line has the same key when others come: what stands twice is told apart by its turn, the oldest first. */
function numbered(lines: StoredLine[]): Map<StoredLine, string> {
  const turns = new Map<string, number>();
  const found = new Map<StoredLine, string>();
  for (const one of lines.toReversed()) {
    const key = `${one.at} ${one.instance} ${one.message}`;
    const turn = turns.get(key) ?? 0;
    turns.set(key, turn + 1);
    found.set(one, `${key} ${turn}`);
  }
  return found;
}

function parsed(fields: string | undefined): [string, unknown][] {
  try {
    return Object.entries(JSON.parse(fields || "{}") as { [name: string]: unknown });
  } catch {
    return [["fields", fields]];
  }
}

const Line = memo(function Line({ one, plain }: { one: StoredLine; plain: boolean }) {
  const [open, setOpen] = useState(false);
  const [context, setContext] = useState(false);
  const level = one.level || "print";
  return (
    <li className={`stored-line log-${level}`}>
      <div className="stored-head">
        <button type="button" className="stored-open" aria-expanded={open} onClick={() => setOpen(!open)}>
          <span className="mono faint" title={moment(one.at)}>
            {clock(one.at)}
          </span>
          <span className="log-level">{level}</span>
          <span className="stored-message mono">{one.message || "(empty)"}</span>
        </button>
        {!plain && (
          <span className="stored-whose">
            {one.application && <Link href={`/applications/${one.application}`}>{one.application}</Link>}
            <span className="mono faint">{one.instance}</span>
            {one.request && (
              <Link className="mono" href={`/traces/${one.request}`} aria-label={`Trace of request ${one.request}`}>
                {one.request.slice(0, 8)}
              </Link>
            )}
          </span>
        )}
      </div>
      {open && (
        <div className="stored-more">
          <Fields of={one} />
          {one.application && one.instance && (
            <button type="button" className="button" aria-expanded={context} onClick={() => setContext(!context)}>
              {context ? "Without the lines around it" : "Show the lines around it"}
            </button>
          )}
          {context && <Around of={one} />}
        </div>
      )}
    </li>
  );
});

function Fields({ of }: { of: StoredLine }) {
  const fields = parsed(of.fields);
  if (!fields.length) return <p className="faint">It has no fields.</p>;
  return (
    <dl className="stored-fields">
      {fields.map(([name, value]) => (
        <div key={name}>
          <dt>{name}</dt>
          <dd className="mono">{typeof value === "string" ? value : JSON.stringify(value)}</dd>
        </div>
      ))}
    </dl>
  );
}

function Around({ of }: { of: StoredLine }) {
  const query = useQuery(around(of.application!, of.instance!, of.at));
  const show = useCallback((here: HTMLElement | null) => {
    const frame = here?.parentElement;
    if (here && frame) frame.scrollTop = here.offsetTop - frame.offsetTop - frame.clientHeight / 2;
  }, []);
  const isHere = (one: StoredLine) => one.at === of.at && one.message === of.message;
  return (
    <Loaded query={query}>
      {(lines) => (
        <div className="log short" role="group" aria-label="Lines around it" tabIndex={0}>
          {lines.map((one, at) => (
            <p key={at} ref={isHere(one) ? show : undefined} className={`log-line log-${one.level ?? "print"}${isHere(one) ? " log-here" : ""}`}>
              <span className="faint">{clock(one.at)}</span> <span className="log-level">{one.level || "print"}</span> {one.message}
            </p>
          ))}
        </div>
      )}
    </Loaded>
  );
}

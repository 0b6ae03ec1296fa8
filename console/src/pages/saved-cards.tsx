/** Saved queries as charts, each with what it is and what can be done with it. */
import { useQuery } from "@tanstack/react-query";
import { type RefObject, useEffect, useRef, useState } from "react";
import { Link } from "wouter";
import { alerts } from "../api/alerts";
import { everyOf, figuresOf } from "../api/figures";
import { placeOf, RECORDS, type SavedQuery } from "../api/saved";
import { mayChange, useSession } from "../api/session";
import { SavedChart } from "../parts/saved-chart";
import { useSpan, useSpanWithin, useUntil } from "../parts/span-choice";
import { State } from "../parts/state";
import { Time } from "../parts/time";
import { RemoveSaved, SaveQuery, TestSaved } from "./saved-actions";

/** As many as Insight shows: it makes none longer. */
const MOST_WINDOWS = 5000;

export function SavedCards({ all, named = true }: { all: SavedQuery[]; named?: boolean }) {
  return (
    <ul className="saved" aria-label="Saved queries">
      {all.map((one) => (
        <li key={one.name} data-name={one.name}>
          <header className="section-head">
            <h3>
              <Link href={`/saved/${one.name}`}>{one.name}</Link>
            </h3>
            <div className="section-actions">
              <SavedActions of={one} />
            </div>
          </header>
          <p className="facts faint">
            <SavedFacts of={one} named={named} />
          </p>
          <SavedBody of={one} />
        </li>
      ))}
    </ul>
  );
}

/** `gone`: what to do once it is removed. */
export function SavedActions({ of, gone }: { of: SavedQuery; gone?: () => void }) {
  const session = useSession();
  const since = useSpanWithin(everyOf(of.query) * MOST_WINDOWS);
  const [asked, setAsked] = useState<"" | "test" | "change" | "remove">("");
  const { to, text } = placeOf(of, since);
  const close = () => setAsked("");
  const isOpen = useRef(false);
  isOpen.current = asked !== "";
  // When it goes with its dialog open, there is no button left that the focus could go back to.
  useEffect(() => () => void (isOpen.current && document.querySelector<HTMLElement>("main h1")?.focus()), []);
  return (
    <>
      <Link className="button" href={to} aria-label={`Open ${of.name} in ${text}`}>
        {text}
      </Link>
      {of.bound && (
        <button type="button" className="button" onClick={() => setAsked("test")} aria-label={`Test ${of.name}`} title="How often would it have fired?">
          Test
        </button>
      )}
      {mayChange(session, of.team) && (
        <>
          <button type="button" className="button" onClick={() => setAsked("change")} aria-label={`Change ${of.name}`}>
            Change
          </button>
          <button type="button" className="button danger-text" onClick={() => setAsked("remove")} aria-label={`Remove ${of.name}`}>
            Remove
          </button>
        </>
      )}
      {asked === "test" && <TestSaved of={of} onClose={close} />}
      {asked === "change" && <SaveQuery known={of} kind={of.kind} query={of.query} onClose={close} />}
      {asked === "remove" && <RemoveSaved of={of} onClose={close} {...(gone && { gone })} />}
    </>
  );
}

export function SavedFacts({ of, named = true }: { of: SavedQuery; named?: boolean }) {
  const firing = useQuery(alerts("", "firing")).data?.find((one) => one.rule === "saved" && one.endpoint === of.name);
  return (
    <>
      {named && (of.application ? <Link href={`/applications/${of.application}/charts`}>{of.application}</Link> : <span>all applications</span>)}
      <span>{RECORDS[of.kind] ?? of.kind}</span>
      <span>
        {of.bound ? (
          <>
            alert when{" "}
            <span className="mono">
              {figuresOf(of.query)[0]} {of.bound}
            </span>
          </>
        ) : (
          "no alert"
        )}
      </span>
      {firing && (
        <Link href={`/alerts/${firing.id}`}>
          <State word="firing" tone="bad">
            its alert fires
          </State>
        </Link>
      )}
      <span>
        saved by {of.saved_by}, <Time at={of.saved_at} />
      </span>
    </>
  );
}

export function SavedBody({ of }: { of: SavedQuery }) {
  const frame = useRef<HTMLDivElement>(null);
  const near = useNear(frame);
  const [seconds, until] = [useSpan(), useUntil()];
  return (
    <div ref={frame} className="saved-body">
      <p>
        <code>{of.query}</code>
      </p>
      {near ? <SavedChart of={of} seconds={seconds} until={until} /> : <div className="saved-room" />}
    </div>
  );
}

/** Whether it came near the screen: what is far down is not asked for. */
function useNear(of: RefObject<HTMLElement | null>): boolean {
  const [near, setNear] = useState(false);
  useEffect(() => {
    const watcher = new IntersectionObserver((seen) => seen.some((one) => one.isIntersecting) && setNear(true), { rootMargin: "400px" });
    watcher.observe(of.current!);
    return () => watcher.disconnect();
  }, [of]);
  return near;
}

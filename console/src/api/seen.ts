/** Watching what arrives: records or windows that pass a query, put in place a few times a second. */
import { useEffect, useRef, useState } from "react";
import { Failure } from "./client";
import { pause } from "./lines";
import { events } from "./sse";
import type { Kind, Window } from "./telemetry";

type Told<T> = { seen: number; matched: number; missed: number; records?: T[]; windows?: Window[] };
export type Numbered<T> = { number: number; one: T };
export type Counts = { seen: number; matched: number; missed: number };
export type Seen<T> = {
  /** The newest first. */
  records: Numbered<T>[];
  windows: Window[];
  isWindows: boolean;
  counts: Counts;
  state: "connecting" | "live" | "away";
  failure: Failure | null;
  paused: boolean;
  waiting: number;
  setPaused: (paused: boolean) => void;
};

const EVERY = 100;
const MOST = 300;
const MOST_WINDOWS = 60;
const LONGEST = 8000;
const NONE: Counts = { seen: 0, matched: 0, missed: 0 };

/** Nothing is asked for while `on` is false. */
export function useSeen<T>(query: string, kind: Kind, on = true): Seen<T> {
  const [records, setRecords] = useState<Numbered<T>[]>([]);
  const [windows, setWindows] = useState<Window[]>([]);
  const [isWindows, setIsWindows] = useState(false);
  const [counts, setCounts] = useState(NONE);
  const [state, setState] = useState<Seen<T>["state"]>("connecting");
  const [failure, setFailure] = useState<Failure | null>(null);
  const [paused, setPaused] = useState(false);
  const [waiting, setWaiting] = useState(0);
  const held = useRef(false);
  held.current = paused;

  useEffect(() => {
    if (!on) return;
    const over = new AbortController();
    let number = 0;
    let pending: Numbered<T>[] = [];
    let closed: Window[] = [];
    let now = NONE;
    let base = NONE;
    setRecords([]);
    setWindows([]);
    setCounts(NONE);
    setFailure(null);
    setState("connecting");
    const timer = setInterval(() => {
      setWaiting(held.current ? pending.length + closed.length : 0);
      setCounts(now);
      if (held.current) return;
      const [come, ended] = [pending, closed];
      pending = [];
      closed = [];
      if (come.length) setRecords((all) => [...come.toReversed(), ...all].slice(0, MOST));
      if (ended.length) setWindows((all) => [...all, ...ended].slice(-MOST_WINDOWS));
    }, EVERY);
    const hear = (told: Told<T>) => {
      setState("live");
      setIsWindows(told.windows !== undefined);
      now = { seen: base.seen + told.seen, matched: base.matched + told.matched, missed: base.missed + told.missed };
      for (const one of told.records ?? []) pending.push({ number: number++, one });
      pending = pending.slice(-MOST);
      closed = [...closed, ...(told.windows ?? [])].slice(-MOST_WINDOWS);
    };
    void stay(query, kind, over.signal, {
      hear,
      away: () => {
        base = now;
        setState("away");
      },
      refused: setFailure,
    });
    return () => {
      over.abort();
      clearInterval(timer);
    };
  }, [query, kind, on]);

  return { records, windows, isWindows, counts, state, failure, paused, waiting, setPaused };
}

type Hearing<T> = { hear: (told: Told<T>) => void; away: () => void; refused: (failure: Failure) => void };

/** Listens until the signal aborts; a query that is refused is not asked again. */
async function stay<T>(query: string, kind: Kind, signal: AbortSignal, { hear, away, refused }: Hearing<T>): Promise<void> {
  let wait = 250;
  while (!signal.aborted) {
    let ended = null as Failure | null;
    try {
      await events(`/v1/insight?${new URLSearchParams({ query, kind })}`, signal, ({ event, data }) => {
        wait = 250;
        if (event === "seen") hear(data as Told<T>);
        // Asked again, the same filter would end again.
        if (event === "ended") ended = failed(data as { code: string; message: string; hint: string });
      });
      if (ended) return refused(ended);
    } catch (error) {
      if (signal.aborted) return;
      if (error instanceof Failure && error.status >= 400 && error.status < 500) return refused(error);
    }
    if (signal.aborted) return;
    away();
    await pause(wait, signal);
    wait = Math.min(wait * 2, LONGEST);
  }
}

const failed = ({ code, message, hint }: { code: string; message: string; hint: string }) => new Failure(413, code, message, hint);

/** Lines as they come: put in place a few times a second at most, held back while paused. */
import { useEffect, useRef, useState } from "react";
import { Failure } from "../api/client";
import { follow } from "../api/lines";

const EVERY = 50;

export type Lines<T> = {
  lines: T[];
  state: "connecting" | "live" | "away";
  failure: Failure | null;
  paused: boolean;
  waiting: number;
  setPaused: (paused: boolean) => void;
};

/** The newest `most` lines of `path`, the oldest first. After a break they begin anew. */
export function useLines<T>(path: string, most: number): Lines<T> {
  const [lines, setLines] = useState<T[]>([]);
  const [state, setState] = useState<Lines<T>["state"]>("connecting");
  const [failure, setFailure] = useState<Failure | null>(null);
  const [paused, setPaused] = useState(false);
  const [waiting, setWaiting] = useState(0);
  const held = useRef(false);
  held.current = paused;

  useEffect(() => {
    const over = new AbortController();
    let pending: T[] = [];
    let anew = true;
    setLines([]);
    setFailure(null);
    setState("connecting");
    const timer = setInterval(() => {
      setWaiting(held.current ? pending.length : 0);
      if (held.current || !pending.length) return;
      const come = pending;
      const replace = anew;
      pending = [];
      anew = false;
      setLines((before) => [...(replace ? [] : before), ...come].slice(-most));
    }, EVERY);
    follow<T>(path, over.signal, {
      line: (one) => {
        pending.push(one);
        if (pending.length > most) pending = pending.slice(-most);
      },
      state: setState,
      began: () => {
        pending = [];
        anew = true;
      },
    }).catch((error: unknown) => error instanceof Failure && setFailure(error));
    return () => {
      over.abort();
      clearInterval(timer);
    };
  }, [path, most]);

  return { lines, state, failure, paused, waiting, setPaused };
}

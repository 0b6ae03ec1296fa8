/** One operation, step by step, as it goes. */
import { useEffect, useState } from "react";
import { Failure, type Schemas } from "./client";
import { pause } from "./lines";
import { events } from "./sse";

export type Operation = Schemas.Operation;
export type Step = {
  seq: number;
  at: number;
  name: string;
  state: string;
  text: string;
  seconds: number;
  /** Of a start: the seconds of each of its phases. */
  data?: { phases?: { [name: string]: number } };
};
export type Course = { steps: Step[]; ended: Operation | null };

/** Steps by name, the newest state of each, and the operation itself once it ended. */
export function useOperation(number: number): Course {
  const [course, setCourse] = useState<Course>({ steps: [], ended: null });
  useEffect(() => {
    const over = new AbortController();
    setCourse({ steps: [], ended: null });
    void watch(number, over.signal, setCourse);
    return () => over.abort();
  }, [number]);
  return course;
}

type Set = (next: (before: Course) => Course) => void;

async function watch(number: number, signal: AbortSignal, set: Set): Promise<void> {
  let after = 0;
  let over = false;
  while (!signal.aborted && !over) {
    try {
      await events(`/v1/operations/${number}/events?after=${after}`, signal, ({ event, data }) => {
        if (event === "end") {
          over = true;
          set((before) => ({ ...before, ended: data as Operation }));
          return;
        }
        const step = data as Step;
        after = step.seq;
        set((before) => ({ ...before, steps: put(before.steps, step) }));
      });
    } catch (error) {
      if (error instanceof Failure && error.status >= 400 && error.status < 500) return;
    }
    if (!over) await pause(500, signal);
  }
}

function put(steps: Step[], step: Step): Step[] {
  const known = steps.findIndex((one) => one.name === step.name);
  return known < 0 ? [...steps, step] : steps.map((one, at) => (at === known ? step : one));
}

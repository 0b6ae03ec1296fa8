/** Recordings: what is asked of them, what one of them holds, and runs of it. */
import { queryOptions } from "@tanstack/react-query";
import { ask, control, type Schemas } from "./client";

export type Kept = Schemas.Kept;
export type Replay = Schemas.ReplayView;
export type Failures = Schemas.FailureReport;
export type Trial = Schemas.FailureTrial;

/** What filters a list, as the API and the address name it; empty ones do not count. */
export type Sought = { application: string; stack: string; version: string; endpoint: string; device: string; reason: string; replayable: string };

/** Why a recording is kept. */
export const REASONS = ["flagged", "error", "degraded", "retried", "slow", "canary", "share"];

/** How a call is made to fail. */
export const FAULTS: { [kind: string]: string } = {
  delay: "no answer in time",
  error: "an error, 503",
  empty: "an empty body",
  malformed: "a body that is no JSON",
  cut: "an answer cut in the middle",
};

/** The part of HAR 1.2 that the platform writes; times of `_stagedoor` are microseconds since the request began. */
export type Message = { headers: { name: string; value: string }[] };
export type Content = { text?: string; encoding?: string; _encoding?: string; mimeType: string };
type Entry = { request: Message & { method: string; url: string; postData?: Content }; response: Message & { status: number; content: Content } };
export type Whole = Entry & { _stagedoor: { target: string; began: number; took: number } };
export type Call = Entry & {
  _stagedoor: { service: string; target: string; at: number; ended: number; status: number; error: string; instant: boolean };
};
export type Held = {
  whole: Whole;
  calls: Call[];
  /** How many values were read, by kind. */
  readings: { [kind: string]: number };
  causes: string[];
  lacking: string[];
  /** Calls its instance made before its first request. */
  births: number;
};
type Log = {
  entries: [Whole, ...Call[]];
  _stagedoor: { readings: { [kind: string]: unknown[] }; causes: string[]; lacking: string[]; birth: { calls: unknown[] } };
};
export type Recording = { kept: Kept; har: { log: Log } };

export const recordings = (sought: Sought, limit: number) =>
  queryOptions({
    queryKey: ["recordings", "list", sought, limit],
    staleTime: 0,
    queryFn: ({ signal }) => {
      const { replayable, ...rest } = sought;
      const wanted = Object.fromEntries(Object.entries(rest).filter(([, value]) => value));
      return ask(control.listRecordings({ query: { ...wanted, ...(replayable && { replayable: true }), limit }, signal }));
    },
  });

export const recording = (id: string) =>
  queryOptions({
    queryKey: ["recordings", "one", id],
    queryFn: async ({ signal }) => (await ask(control.getRecording({ path: { id }, signal }))) as unknown as Recording,
  });

export function heldIn({ har: { log } }: Recording): Held {
  const {
    entries: [whole, ...calls],
    _stagedoor: known,
  } = log;
  const readings = Object.fromEntries(Object.entries(known.readings).map(([kind, values]) => [kind, values.length]));
  return { whole, calls, readings, causes: known.causes, lacking: known.lacking, births: known.birth.calls.length };
}

/** As `discovery GET /rows?limit=3`. */
export function nameOf({ request, _stagedoor: { service, target } }: Call): string {
  return `${service} ${request.method} ${target}`;
}

/** `faults`: how calls fail this time, by their place among the calls. */
export const replay = (id: string, against: string, faults: { [place: number]: string }) =>
  ask(control.replayRecording({ path: { id }, body: { against, faults } }));

export const failEach = (id: string, against: string) => ask(control.failRecording({ path: { id }, body: { against, kinds: [] } }));

/** What the edge writes down of each request, and of each call to a service. What is empty is left out. */
export type Record = {
  id: string;
  /** Seconds since the epoch; durations are microseconds. */
  at: number;
  kind: "request" | "call";
  stack: string;
  application?: string;
  version?: string;
  line?: string;
  release?: number;
  region?: string;
  cohort?: string;
  instance?: string;
  service?: string;
  /** The method's name in the catalogue, of a call. */
  name?: string;
  door?: string;
  device?: string;
  device_type?: string;
  member?: string;
  method: string;
  path: string;
  endpoint?: string;
  status: number;
  duration: number;
  queue?: number;
  answer?: number;
  ended?: string;
  retries?: number;
  degraded?: string;
  refused?: string;
  bytes_in: number;
  bytes_out: number;
  /** Why it is there, and how many requests it stands for: of what is stored. */
  kept?: string;
  weight?: number;
};

export type LogLine = {
  instance: string;
  at?: number;
  level?: string;
  message?: string;
  line?: string;
  traceback?: string;
  [field: string]: unknown;
};

/** A log line as it is searched for; `fields` is JSON. */
export type StoredLine = {
  at: number;
  application?: string;
  instance?: string;
  level?: string;
  message?: string;
  request?: string;
  fields?: string;
};

/** The address of records that have these fields; empty ones do not count. */
export function recordsAt(fields: { [name: string]: string }, limit: number, following: boolean): string {
  const query = new URLSearchParams({ limit: String(limit), follow: String(following) });
  for (const [name, value] of Object.entries(fields)) if (value) query.set(name, value);
  return `/v1/requests?${query}`;
}

const KEPT: { [reason: string]: string } = {
  flagged: "its device is flagged",
  error: "it failed",
  degraded: "a fallback stood in",
  retried: "the edge tried again",
  refused: "it was refused",
  canary: "a canary answered",
  slow: "it was slow",
  share: "one of the rest",
  held: "not decided yet",
};

/** Why a record was kept, in words. */
export function keptFor(reason: string | undefined): string {
  return KEPT[reason ?? ""] ?? reason ?? "not decided yet";
}

/** What the edge writes down of each request, and of each call to a service. */
export type Record = {
  id: string;
  at: number;
  kind: "request" | "call";
  stack: string;
  application?: string;
  version?: string;
  release?: number;
  instance?: string;
  service?: string;
  device?: string;
  member?: string;
  method: string;
  path: string;
  status: number;
  ended: string;
  retries: string;
  in: number;
  out: number;
  queue_ms: number;
  connect_ms: number;
  answer_ms: number;
  total_ms: number;
  worker: number;
  seq: number;
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

/** The address of records that have these fields; empty ones do not count. */
export function recordsAt(fields: { [name: string]: string }, limit: number, following: boolean): string {
  const query = new URLSearchParams({ limit: String(limit), follow: String(following) });
  for (const [name, value] of Object.entries(fields)) if (value) query.set(name, value);
  return `/v1/requests?${query}`;
}

/** The one way to the control API: typed by its document, with the session's word on every change. */
import { client } from "./generated/client.gen";
import type * as Schemas from "./generated/types.gen";

export * as control from "./generated/sdk.gen";
export type { Schemas };
export type Session = Schemas.SessionView;

/** What went wrong, in the API's own words. */
export class Failure extends Error {
  constructor(
    readonly status: number,
    readonly code: string,
    message: string,
    readonly hint: string,
    readonly details: Record<string, unknown> = {},
  ) {
    super(message);
  }
}

let word = "";
let ended = () => {};

declare global {
  interface Window {
    early?: Map<string, Promise<Response>>;
  }
}

/** As the browser's, but takes what public/start.js asked for already; each once. */
function take(request: Request): Promise<Response> {
  const { pathname, search } = new URL(request.url);
  const early = request.method === "GET" ? window.early?.get(pathname + search) : undefined;
  window.early?.delete(pathname + search);
  return early ?? fetch(request);
}

client.setConfig({ baseUrl: location.origin, fetch: (request) => take(request as Request) });

client.interceptors.request.use((request) => {
  if (request.method !== "GET" && word) request.headers.set("stagedoor-change", word);
  return request;
});

/** Remembers the word that goes with changes; in memory alone. */
export function keepWord(change: string): void {
  word = change;
}

/** What to do when the API says that nobody is signed in any more. */
export function whenEnded(act: () => void): void {
  ended = act;
}

// Without a response nobody answered.
type Answered<T> = { data?: T | undefined; error?: unknown; response?: Response | undefined };

/** The answer's content. Throws a Failure that can be shown. */
export async function ask<T>(call: Promise<Answered<T>>): Promise<T> {
  let answer: Answered<T>;
  try {
    answer = await call;
  } catch {
    throw away();
  }
  if (!answer.response) throw away();
  if (answer.response.ok) return answer.data as T;
  const failure = describe(answer.response.status, answer.error);
  if (failure.status === 401) ended();
  throw failure;
}

/** A stream's answer. Throws a Failure as `ask` does. */
export async function open(path: string, signal: AbortSignal): Promise<Response> {
  let answer: Response;
  try {
    answer = await fetch(path, { signal, cache: "no-store" });
  } catch (error) {
    if (signal.aborted) throw error;
    throw away();
  }
  if (answer.ok) return answer;
  const failure = describe(answer.status, await answer.json().catch(() => null));
  if (failure.status === 401) ended();
  throw failure;
}

function away(): Failure {
  return new Failure(0, "away", "control does not answer", "traffic is served on; this page tries again by itself");
}

function describe(status: number, body: unknown): Failure {
  const error = (body as { error?: Record<string, unknown> } | null)?.error;
  if (error) {
    const { code, message, hint, ...details } = error;
    return new Failure(status, String(code), String(message), String(hint ?? ""), details);
  }
  const detail = (body as Schemas.HttpValidationError | null)?.detail?.[0];
  if (detail) return new Failure(status, "invalid", `${detail.loc.at(-1)}: ${detail.msg}`, "", { field: detail.loc.at(-1) });
  return new Failure(status, "unknown", `control answered ${status}`, "`stagedoor status` shows the programs");
}

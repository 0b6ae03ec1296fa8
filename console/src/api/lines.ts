/** Streams of JSON lines (requests, logs): read as they come, taken up again after a break. */
import { Failure, open } from "./client";

export type Listener<T> = { line: (one: T) => void; state: (state: "live" | "away") => void; began?: () => void };

const LONGEST = 8000;

/** Follows `path` until the signal aborts; after a break it begins anew, and says so by `began`. */
export async function follow<T>(path: string, signal: AbortSignal, listener: Listener<T>): Promise<void> {
  let wait = 250;
  while (!signal.aborted) {
    try {
      const answer = await open(path, signal);
      listener.began?.();
      listener.state("live");
      wait = 250;
      await read(answer, listener.line);
    } catch (error) {
      if (signal.aborted) return;
      if (error instanceof Failure && error.status >= 400 && error.status < 500) throw error;
    }
    if (signal.aborted) return;
    listener.state("away");
    await pause(wait, signal);
    wait = Math.min(wait * 2, LONGEST);
  }
}

async function read<T>(answer: Response, line: (one: T) => void): Promise<void> {
  const reader = answer.body!.pipeThrough(new TextDecoderStream()).getReader();
  let rest = "";
  for (;;) {
    const { done, value } = await reader.read();
    if (done) return;
    const lines = (rest + value).split("\n");
    rest = lines.pop()!;
    for (const one of lines) if (one) line(JSON.parse(one) as T);
  }
}

/** Resolves after a while, or at once when the signal aborts. */
export function pause(milliseconds: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const timer = setTimeout(resolve, milliseconds);
    signal.addEventListener("abort", () => (clearTimeout(timer), resolve()), { once: true });
  });
}

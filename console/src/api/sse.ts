/** Server-sent events by fetch, so that an ended session is noticed; the browser's own EventSource hides the status. */
import { open } from "./client";

export type Told = { event: string; data: unknown };

/** Reads events until the stream ends or the signal aborts. */
export async function events(path: string, signal: AbortSignal, tell: (one: Told) => void): Promise<void> {
  const answer = await open(path, signal);
  const reader = answer.body!.pipeThrough(new TextDecoderStream()).getReader();
  let rest = "";
  for (;;) {
    const { done, value } = await reader.read();
    if (done) return;
    const blocks = (rest + value).split("\n\n");
    rest = blocks.pop()!;
    for (const block of blocks) {
      const told = parse(block);
      if (told) tell(told);
    }
  }
}

function parse(block: string): Told | null {
  let event = "message";
  let data = "";
  for (const line of block.split("\n")) {
    if (line.startsWith("event: ")) event = line.slice(7);
    else if (line.startsWith("data: ")) data += line.slice(6);
  }
  return data ? { event, data: JSON.parse(data) as unknown } : null;
}

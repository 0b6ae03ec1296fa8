import { afterEach, describe, expect, test, vi } from "vitest";

vi.stubGlobal("location", { origin: "http://127.0.0.1:7070" });
vi.stubGlobal("window", {});
const { events } = await import("../src/api/sse");
const { follow, pause } = await import("../src/api/lines");
const { Failure } = await import("../src/api/client");

/** A response whose body arrives in these pieces. */
function arriving(pieces: (string | Uint8Array)[], status = 200): Response {
  const encoder = new TextEncoder();
  const body = new ReadableStream<Uint8Array>({
    start(controller) {
      for (const piece of pieces) controller.enqueue(typeof piece === "string" ? encoder.encode(piece) : piece);
      controller.close();
    },
  });
  return new Response(body, { status });
}

afterEach(() => void vi.restoreAllMocks());

describe("server-sent events", () => {
  test.each([
    ["whole", ['event: seen\ndata: {"n":1}\n\ndata: {"n":2}\n\n']],
    ["in pieces", ["event: se", "en\nda", 'ta: {"n"', ":1}\n", '\ndata: {"n":2}\n\n']],
  ])("arrive %s", async (_, pieces) => {
    vi.spyOn(globalThis, "fetch").mockResolvedValue(arriving(pieces));
    const heard: unknown[] = [];
    await events("/v1/events", new AbortController().signal, (one) => heard.push(one));
    expect(heard).toEqual([
      { event: "seen", data: { n: 1 } },
      { event: "message", data: { n: 2 } },
    ]);
  });

  test("keep a letter that is cut between two pieces", async () => {
    const bytes = new TextEncoder().encode('data: "é"\n\n');
    vi.spyOn(globalThis, "fetch").mockResolvedValue(arriving([bytes.slice(0, 8), bytes.slice(8)]));
    const heard: unknown[] = [];
    await events("/v1/events", new AbortController().signal, (one) => heard.push(one.data));
    expect(heard).toEqual(["é"]);
  });

  test("leave out what has no data, and what never ended", async () => {
    vi.spyOn(globalThis, "fetch").mockResolvedValue(arriving([": comment\n\n", "event: x\n\n", 'data: {"cut":']));
    const heard: unknown[] = [];
    await events("/v1/events", new AbortController().signal, (one) => heard.push(one));
    expect(heard).toEqual([]);
  });
});

describe("a stream of lines", () => {
  test("begins again after a break, and says so", async () => {
    vi.useFakeTimers();
    const over = new AbortController();
    const said: string[] = [];
    vi.spyOn(globalThis, "fetch")
      .mockResolvedValueOnce(arriving(['{"n":1}\n{"n"', ":2}\n"]))
      .mockResolvedValueOnce(arriving(['{"n":3}\n']));
    const following = follow<{ n: number }>("/v1/requests", over.signal, {
      line: ({ n }) => (said.push(`line ${n}`), n === 3 && over.abort()),
      state: (state) => said.push(state),
      began: () => said.push("began"),
    });
    await vi.runAllTimersAsync();
    await following;
    vi.useRealTimers();
    expect(said).toEqual(["began", "live", "line 1", "line 2", "away", "began", "live", "line 3"]);
  });

  test("ends when the API refuses it", async () => {
    const refusal = new Response(JSON.stringify({ error: { code: "forbidden", message: "not yours", hint: "" } }), { status: 403 });
    vi.spyOn(globalThis, "fetch").mockResolvedValue(refusal);
    const listener = { line: () => {}, state: () => {} };
    await expect(follow("/v1/requests", new AbortController().signal, listener)).rejects.toThrow(Failure);
  });
});

test("a pause ends at once when it is aborted", async () => {
  const over = new AbortController();
  const waiting = pause(60_000, over.signal);
  over.abort();
  await waiting;
});

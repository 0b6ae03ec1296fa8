import { afterEach, describe, expect, test, vi } from "vitest";

vi.stubGlobal("location", { origin: "http://127.0.0.1:7070" });
vi.stubGlobal("window", {});
const { ask, control, keepWord, whenEnded } = await import("../src/api/client");

function answer(status: number, body: unknown): void {
  vi.spyOn(globalThis, "fetch").mockResolvedValue(new Response(JSON.stringify(body), { status, headers: { "content-type": "application/json" } }));
}

afterEach(() => void vi.restoreAllMocks());

describe("a call of the control API", () => {
  test("returns what was answered", async () => {
    answer(200, [{ name: "tv-home" }]);
    expect(await ask(control.listApplications())).toEqual([{ name: "tv-home" }]);
    expect((vi.mocked(fetch).mock.calls[0]![0] as Request).url).toBe("http://127.0.0.1:7070/v1/applications");
  });

  test("puts names into the path so that they stay one segment", async () => {
    answer(200, {});
    await ask(control.getApplication({ path: { application: "../tokens?x" } }));
    expect((vi.mocked(fetch).mock.calls[0]![0] as Request).url).toBe("http://127.0.0.1:7070/v1/applications/..%2Ftokens%3Fx");
  });

  test("throws the API's own words", async () => {
    answer(409, { error: { code: "conflict", message: "taken", hint: "wait", who: "ada" } });
    await expect(ask(control.listApplications())).rejects.toMatchObject({
      status: 409,
      code: "conflict",
      message: "taken",
      hint: "wait",
      details: { who: "ada" },
    });
  });

  test("names the field that is wrong", async () => {
    answer(422, { detail: [{ loc: ["body", "role"], msg: "unknown role", type: "enum" }] });
    await expect(ask(control.listApplications())).rejects.toMatchObject({ code: "invalid", message: "role: unknown role", details: { field: "role" } });
  });

  test("says that control is away when nobody answers", async () => {
    vi.spyOn(globalThis, "fetch").mockRejectedValue(new TypeError("Failed to fetch"));
    await expect(ask(control.listApplications())).rejects.toMatchObject({ status: 0, code: "away" });
  });

  test("tells when the session has ended", async () => {
    const ended = vi.fn();
    whenEnded(ended);
    answer(401, { error: { code: "unauthenticated", message: "no session", hint: "" } });
    await expect(ask(control.listApplications())).rejects.toMatchObject({ status: 401 });
    expect(ended).toHaveBeenCalledOnce();
  });

  test("carries the session's word on changes alone", async () => {
    keepWord("abc");
    answer(200, {});
    await ask(control.listApplications());
    expect((vi.mocked(fetch).mock.calls[0]![0] as Request).headers.get("stagedoor-change")).toBeNull();
    answer(200, {});
    await ask(control.signOut());
    expect((vi.mocked(fetch).mock.calls.at(-1)![0] as Request).headers.get("stagedoor-change")).toBe("abc");
  });
});

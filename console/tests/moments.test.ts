import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { readMoment, readTime } from "../src/api/moments";

describe("a time as the command line takes it", () => {
  test.each([
    ["30s", 30],
    ["10m", 600],
    ["1h", 3600],
    ["2d", 172_800],
    [" 5m ", 300],
  ])("%s is %d seconds", (text, seconds) => expect(readTime(text)).toBe(seconds));

  test.each(["", "5", "m", "-5m", "1.5h", "5 m", "5w", "1h30m"])("%j is none", (text) => expect(readTime(text)).toBe(0));
});

describe("a moment", () => {
  beforeEach(() => void vi.useFakeTimers({ now: new Date("2026-11-23T12:00:00Z") }));
  afterEach(() => void vi.useRealTimers());

  test("counts back from now", () => expect(readMoment("1h")).toBe(Date.parse("2026-11-23T11:00:00Z") / 1000));
  test("is a local day from its midnight", () => expect(readMoment("2026-11-20")).toBe(new Date(2026, 10, 20).getTime() / 1000));
  test("is a local date with a time", () => expect(readMoment("2026-11-20T12:30")).toBe(new Date(2026, 10, 20, 12, 30).getTime() / 1000));
  test.each(["", "yesterday", "2026-13-01", "2026-11-20T99:00"])("%j is none", (text) => expect(readMoment(text)).toBe(0));
});

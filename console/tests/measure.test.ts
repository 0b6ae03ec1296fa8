import { describe, expect, test } from "vitest";
import { effectOf, factor, isUnknown, measured } from "../src/parts/measure";

describe("a figure of the judge", () => {
  test.each([
    [0, "us", "0 ms"],
    [Number.NaN, "us", "–"],
    [Number.POSITIVE_INFINITY, "share", "–"],
    [512, "bytes", "512 bytes"],
    [1, "calls", "1 call"],
  ])("%d %s is %s", (value, unit, text) => expect(measured(value, unit)).toBe(text));

  test("below zero has a minus", () => expect(measured(-512, "bytes")).toBe("−512 bytes"));
});

describe("a factor", () => {
  test.each([
    [1, "0%"],
    [1.004, "+0.4%"],
    [1.12, "+12%"],
    [0.5, "−50%"],
    [3.44, "3.4 times"],
    [1000, "more than 1,000 times"],
  ])("of %d is %s", (value, text) => expect(factor(value)).toBe(text));

  test("of calls is what comes on top", () => expect(effectOf("calls", "calls", 2)).toBe("+2 calls"));
  test("whose bounds leave everything open is unknown", () => {
    expect(isUnknown({ low: 0, high: 1000 })).toBe(true);
    expect(isUnknown({ low: 0.5, high: 1000 })).toBe(false);
  });
});

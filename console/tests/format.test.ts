import { expect, test } from "vitest";
import { ago, isMoment, isoMoment, moment, plain } from "../src/parts/format";

test("times that no calendar has are shown as they are", () => {
  for (const at of [1e308, -1e308, Number.NaN, Number.POSITIVE_INFINITY, 9e15]) {
    expect(isMoment(at)).toBe(false);
    expect(isoMoment(at)).toBeUndefined();
    expect(moment(at)).toBe(String(at));
    expect(typeof ago(at, 1_800_000_000)).toBe("string");
  }
  expect(isoMoment(1_800_000_000)).toBe("2027-01-15T08:00:00.000Z");
});

test("a title holds nothing that steers its display", () => {
  expect(plain("a\u202eb\u0007\u009b\u2066c")).toBe("a\ufffdb\ufffd\ufffd\ufffdc");
  expect(plain("日本 é")).toBe("日本 é");
});

/** What a comparison found, in words and with units. */
import { bytes, mean, micros, percent } from "./format";
import type { Tone } from "./state";

export const FOUND: { [verdict: string]: { text: string; tone: Tone } } = {
  harm: { text: "harm", tone: "bad" },
  notice: { text: "worth knowing", tone: "accent" },
  open: { text: "not known yet", tone: "off" },
  fine: { text: "fine", tone: "good" },
};

const ORDER = Object.keys(FOUND);

/** What matters most comes first. */
export function byWeight(one: { verdict: string }, other: { verdict: string }): number {
  return ORDER.indexOf(one.verdict) - ORDER.indexOf(other.verdict);
}

/** Of a whole cell. */
export const COMPARED: { [verdict: string]: { text: string; tone: Tone } } = {
  watching: { text: "No harm so far", tone: "busy" },
  pass: { text: "As good as the first cell", tone: "good" },
  fail: { text: "Harm was seen", tone: "bad" },
  inconclusive: { text: "Nobody can say", tone: "off" },
};

/** A figure in the judge's unit: "us", "share", "bytes", "calls". */
export function figure(value: number, unit: string): string {
  if (unit === "us") return value > 0 ? micros(value) : "0 ms";
  if (unit === "share") return percent(value);
  if (unit === "bytes") return value < 1000 ? `${Math.round(value)} bytes` : bytes(value);
  if (unit === "calls") return `${mean(value)} ${value === 1 ? "call" : "calls"}`;
  return `${mean(value)} ${unit}`.trim();
}

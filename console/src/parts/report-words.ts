/** Reports of replays and shadows, in words. */
import type { Paired } from "../api/replays";
import { mean, percent } from "./format";
import type { Tone } from "./state";

export const VERDICTS: { [verdict: string]: { text: string; tone: Tone } } = {
  pass: { text: "No new difference", tone: "good" },
  fail: { text: "Differs, or does harm", tone: "bad" },
  inconclusive: { text: "It cannot be told", tone: "accent" },
};

export const METRICS: { [metric: string]: string } = { errors: "Errors", "own time": "Own time", calls: "Calls" };

/** With its sign, as in "+38%"; calls as how many more a request makes. */
export function effectOf(metric: string, value: number): string {
  const size = metric === "calls" ? mean(Math.abs(value)) : percent(Math.abs(value));
  return value > 0 ? `+${size}` : value < 0 ? `−${size}` : size;
}

/** The chance of so much harm without any. */
export function chance({ pairs, p }: Paired): string {
  if (!pairs) return "–";
  return p < 0.0001 ? "<0.0001" : String(Number(p.toPrecision(2)));
}

/** Figures of a judge, with their unit: also those that are nothing, or below it. */
import { bytes, mean, micros, percent } from "./format";

/** The judge's "us", "share", "bytes", "bytes/min", "calls". */
export function measured(value: number, unit: string): string {
  if (!Number.isFinite(value)) return "–";
  if (value < 0) return `−${measured(-value, unit)}`;
  switch (unit) {
    case "us":
      return value ? micros(value) : "0 ms";
    case "share":
      return percent(value);
    case "bytes":
      return size(value);
    case "bytes/min":
      return `${value < 1000 ? `${Number((value / 1000).toFixed(1))} KB` : bytes(value)}/min`;
    case "calls":
      return `${mean(value)} ${value === 1 ? "call" : "calls"}`;
    default:
      return `${mean(value)} ${unit}`.trim();
  }
}

function size(value: number): string {
  return value < 1000 ? `${Math.round(value)} bytes` : bytes(value);
}

/** A ratio that is not known is said as this by the judge. */
const MOST = 1000;

/** Whether an effect is what the baseline's is multiplied by; else it is what comes on top. */
export function isRatio(metric: string): boolean {
  return metric !== "calls" && metric !== "memory";
}

/** An effect of a metric, as in "+12%" or "3.4 times" or "+0.5 calls". */
export function effectOf(metric: string, unit: string, value: number): string {
  return isRatio(metric) ? factor(value) : more(unit, value);
}

/** A ratio whose bounds leave everything open. */
export function isUnknown({ low, high }: { low: number; high: number }): boolean {
  return low <= 0 && high >= MOST;
}

export function more(unit: string, value: number): string {
  return value > 0 ? `+${measured(value, unit)}` : measured(value, unit);
}

export function factor(value: number): string {
  if (value >= MOST) return "more than 1,000 times";
  if (value >= 3) return `${Number(value.toPrecision(value < 100 ? 2 : 3))} times`;
  const more = Math.round((value - 1) * 1000) / 10;
  const shown = Math.abs(more) < 10 ? more : Math.round(more);
  return `${shown > 0 ? "+" : shown < 0 ? "−" : ""}${Math.abs(shown)}%`;
}

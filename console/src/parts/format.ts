/** Numbers and times as people read them. */

export function seconds(value: number): string {
  if (value <= 0) return "–";
  if (value < 1) return `${Math.round(value * 1000)} ms`;
  return value < 60 ? `${value.toFixed(1)} s` : `${Math.floor(value / 60)} min ${Math.round(value % 60)} s`;
}

/** A time that is longer than a start, as in "3 min" or "2 h 5 min". */
export function span(value: number): string {
  if (value < 60) return `${Math.round(value)} s`;
  const minutes = Math.round(value / 60);
  if (minutes < 60) return `${minutes} min`;
  if (minutes < 48 * 60) return `${Math.floor(minutes / 60)} h${minutes % 60 ? ` ${minutes % 60} min` : ""}`;
  return `${Math.round(minutes / 1440)} days`;
}

export function bytes(value: number): string {
  if (value <= 0) return "–";
  if (value < 1e6) return `${(value / 1e3).toFixed(value < 1e4 ? 1 : 0)} KB`;
  return value < 1e9 ? `${(value / 1e6).toFixed(value < 1e8 ? 1 : 0)} MB` : `${(value / 1e9).toFixed(1)} GB`;
}

export function rate(value: number): string {
  return value >= 100 ? String(Math.round(value)) : value.toFixed(value && value < 10 ? 1 : 0);
}

/** A call's time, as in "0.4 ms": services answer within less than one. */
export function latency(value: number): string {
  return value > 0 && value < 0.01 ? `${(value * 1000).toFixed(1)} ms` : seconds(value);
}

/** Microseconds, as in "3.2 ms". */
export function micros(value: number): string {
  return value > 0 && value < 1000 ? `${(value / 1000).toFixed(2)} ms` : latency(value / 1e6);
}

/** A share from 0 to 1, as in "1.2%". */
export function percent(value: number): string {
  const parts = value * 100;
  if (parts > 0 && parts < 0.1) return "<0.1%";
  return `${Number(parts.toFixed(parts < 10 ? 1 : 0))}%`;
}

/** A mean, as in "2.5"; one that is small is not said to be none. */
export function mean(value: number): string {
  if (value > 0 && value < 0.01) return "<0.01";
  return String(Number(value.toFixed(value < 10 ? 2 : 0)));
}

/** CPU cores, as in "0.25". */
export function cores(value: number): string {
  return value >= 10 ? value.toFixed(0) : String(Number(value.toFixed(2)));
}

const STEPS: [number, Intl.RelativeTimeFormatUnit][] = [
  [60, "second"],
  [3600, "minute"],
  [86400, "hour"],
  [86400 * 30, "day"],
  [86400 * 365, "month"],
  [Infinity, "year"],
];
const UNIT = { second: 1, minute: 60, hour: 3600, day: 86400, month: 86400 * 30, year: 86400 * 365 } as const;
const words = new Intl.RelativeTimeFormat("en", { numeric: "auto", style: "short" });

/** As in "3 min. ago"; anything within five seconds is now. */
export function ago(at: number, now: number): string {
  if (!isMoment(at)) return String(at);
  const gone = at - now;
  if (Math.abs(gone) < 5) return "now";
  const [, unit] = STEPS.find(([limit]) => Math.abs(gone) < limit)!;
  return words.format(Math.trunc(gone / UNIT[unit as keyof typeof UNIT]), unit);
}

/** Whether a calendar has it: what a trace or a log line says of time may be any number. */
export function isMoment(at: unknown): at is number {
  return typeof at === "number" && Number.isFinite(new Date(at * 1000).getTime());
}

/** In the form that machines read, or nothing for what no calendar has. */
export function isoMoment(at: unknown): string | undefined {
  return isMoment(at) ? new Date(at * 1000).toISOString() : undefined;
}

// Control characters, and those that turn the direction of the text around them or cannot be seen.
// biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is looked for.
const STEERING = /[\u0000-\u001f\u007f-\u009f\u061c\u200e\u200f\u2028-\u202e\u2060-\u206f\ufeff\ufff9-\ufffb]/g;

/** A text without what steers its display, for places that no style reaches, as the title of the window. */
export function plain(text: string): string {
  return text.replace(STEERING, "\ufffd");
}

const whole = new Intl.DateTimeFormat("en-GB", { dateStyle: "medium", timeStyle: "medium" });

export function moment(at: number): string {
  return isMoment(at) ? whole.format(at * 1000) : String(at);
}

/** The time of day with milliseconds. */
export function clock(at: number): string {
  if (!isMoment(at)) return String(at);
  const date = new Date(at * 1000);
  const two = (value: number) => String(value).padStart(2, "0");
  return `${two(date.getHours())}:${two(date.getMinutes())}:${two(date.getSeconds())}.${String(date.getMilliseconds()).padStart(3, "0")}`;
}

export function count(value: number, one: string, many = `${one}s`): string {
  return `${value.toLocaleString("en")} ${value === 1 ? one : many}`;
}

/** JSON in one line, shortened. */
export function brief(value: unknown, longest = 120): string {
  const text = typeof value === "string" ? value : JSON.stringify(value);
  return text.length > longest ? `${text.slice(0, longest - 1)}…` : text;
}

/** JSON in many lines; other text as it is. */
export function pretty(text: string): string {
  try {
    return JSON.stringify(JSON.parse(text), null, 2);
  } catch {
    return text;
  }
}

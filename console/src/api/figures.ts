/** What a query with figures says, as `model/filters/windows.py` reads it. */

/** The figures that a query asks for, as in ["count()", "p99(duration)"]. */
export function figuresOf(query: string): string[] {
  return query.match(/\b(count|rate|sum|avg|min|max|p50|p90|p99|p999)\(\s*[\w.]*\s*\)(?=[^"]*$)/g) ?? [];
}

export function isTime(figure: string): boolean {
  return /\(\s*(duration|queue)\s*\)/.test(figure);
}

/** As charts name units. */
export function unitOf(figure: string): string {
  if (isTime(figure)) return "us";
  if (figure.includes("bytes")) return "bytes";
  return figure.startsWith("rate") ? "1/s" : "count";
}

/** Where the bar before the figures stands; -1 without one. */
function bar(query: string): number {
  const hidden = (one: string) => " ".repeat(one.length);
  return query.replace(/"(\\.|[^"\\])*"|'(\\.|[^'\\])*'|\|\|/g, hidden).indexOf("|");
}

const BEGINS_WITH_FIGURE = /^\s*(count|rate|sum|avg|min|max|p50|p90|p99|p999)\(/;

export function hasFigures(query: string): boolean {
  return bar(query) >= 0 || BEGINS_WITH_FIGURE.test(query);
}

/** What stands before the figures; all of it where there are none. */
export function filterOf(query: string): string {
  const at = bar(query);
  if (at >= 0) return query.slice(0, at).trim();
  return BEGINS_WITH_FIGURE.test(query) ? "" : query.trim();
}

const SECONDS: { [unit: string]: number } = { us: 1e-6, ms: 1e-3, s: 1, m: 60, h: 3600, d: 86_400 };

/** Seconds of a duration as in 200ms or 1.5s; NaN for what is none. */
function secondsOf(text: string): number {
  const [, number, unit] = /^(\d+(?:\.\d+)?)(us|ms|s|m|h|d)$/.exec(text) ?? [];
  return unit ? Number(number) * SECONDS[unit]! : NaN;
}

/** The length of its windows in seconds. */
export function everyOf(query: string): number {
  const figures = query.slice(bar(query) + 1);
  return secondsOf(/\bevery\s+([\d.]+[a-z]+)/.exec(figures)?.[1] ?? "5s");
}

/** The same of one application alone. */
export function within(query: string, application: string): string {
  if (!application || applicationOf(query) === application) return query;
  const named = `application == ${JSON.stringify(application)}`;
  const filter = filterOf(query);
  const figures = query.slice(bar(query) + 1).trim();
  return `${named}${filter && ` && (${filter})`} | ${figures}`;
}

/** The one application that a filter asks for; none where it may ask for others as well. */
export function applicationOf(query: string): string {
  const filter = filterOf(query);
  const named = /(?:^|&&)\s*application\s*==\s*(?:"([\w-]+)"|'([\w-]+)')\s*(?=&&|$)/.exec(filter);
  return named && !filter.includes("||") ? (named[1] ?? named[2] ?? "") : "";
}

export type Bound = { above: boolean; limit: number };

/** A bound as it is saved, in the figure's own unit (microseconds for durations); null for what is none. */
export function readBound(bound: string, figure: string): Bound | null {
  const text = bound.slice(1).trim();
  const limit = isTime(figure) ? secondsOf(text) * 1e6 : Number(text);
  return text && /^[<>]/.test(bound) && Number.isFinite(limit) ? { above: bound[0] === ">", limit } : null;
}

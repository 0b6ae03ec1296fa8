/** The fields that a filter can ask for, suggested while one types: as `model/filters/fields.py` has them. */
import type { Kind } from "./telemetry";

export type Hint = { text: string; about: string };

const SHARED: Hint[] = [
  { text: "status", about: "of the answer; -1 when none came" },
  { text: "duration", about: "as in duration > 200ms" },
  { text: "application", about: "its name" },
  { text: "version", about: "of the application" },
  { text: "stack", about: "test or prod" },
  { text: "instance", about: "its id" },
  { text: "method", about: "GET, POST …" },
  { text: "path", about: "without what follows a question mark" },
  { text: "id", about: "the request's id" },
  { text: "bytes.in", about: "asked" },
  { text: "bytes.out", about: "answered" },
];

const FIELDS: { [kind in Kind]: Hint[] } = {
  request: [
    ...SHARED,
    { text: "device", about: "as the device says it" },
    { text: "device.type", about: "the letters it begins with, as tv" },
    { text: "member", about: "the member's id" },
    { text: "endpoint", about: "as in GET /film/{id}" },
    { text: "line", about: "as in tv-home/v5" },
    { text: "release", about: "its number" },
    { text: "region", about: "where it ran" },
    { text: "cohort", about: "canary, baseline or a cell" },
    { text: "queue", about: "waiting for an instance" },
    { text: "retries", about: "of the edge" },
    { text: "degraded", about: "parts that are fallbacks" },
    { text: "ended", about: "how it ended, in two letters" },
    { text: "door", about: "the server at the edge" },
  ],
  call: [
    ...SHARED,
    { text: "service", about: "that was called" },
    { text: "name", about: "the method's name in the catalogue" },
    { text: "refused", about: "why the egress refused it" },
    { text: "fault", about: "what was made to fail" },
    { text: "attempt", about: "0 for the first" },
  ],
  log: [
    { text: "level", about: "debug, info, warning, error, print, platform" },
    { text: "message", about: "the line" },
    { text: "application", about: "who wrote it" },
    { text: "instance", about: "that wrote it" },
    { text: "request", about: "the request's id" },
    { text: "fields", about: "all other fields, as JSON" },
  ],
};

const FUNCTIONS: Hint[] = [
  { text: "contains(", about: 'path.contains("film")' },
  { text: "startsWith(", about: 'path.startsWith("/a")' },
  { text: "endsWith(", about: 'path.endsWith("/b")' },
  { text: "matches(", about: "a regular expression" },
  { text: "in", about: "status in [500, 503]" },
];

const FIGURES: Hint[] = [
  { text: "count()", about: "how many" },
  { text: "rate()", about: "how many a second" },
  { text: "avg(", about: "avg(duration)" },
  { text: "p50(", about: "p50(duration)" },
  { text: "p90(", about: "p90(duration)" },
  { text: "p99(", about: "p99(duration)" },
  { text: "max(", about: "max(duration)" },
  { text: "sum(", about: "sum(bytes.out)" },
  { text: "by", about: "by path, by application" },
  { text: "every", about: "every 5s" },
];

const MOST = 8;

/** Where the word before the caret begins, and what it may become; nothing within quotes. */
export function suggest(kind: Kind, before: string): { from: number; hints: Hint[] } {
  const word = /[A-Za-z][\w.]*$/.exec(before)?.[0] ?? "";
  const from = before.length - word.length;
  const bare = before.replace(/"(\\.|[^"\\])*"|'(\\.|[^'\\])*'/g, "");
  if (!word || /["']/.test(bare)) return { from, hints: [] };
  const isFigures = bare.replaceAll("||", "").includes("|");
  const dot = word.lastIndexOf(".");
  const fields = FIELDS[kind].filter((one) => one.text.startsWith(word) && one.text !== word);
  const known = dot > 0 && FIELDS[kind].some((one) => one.text === word.slice(0, dot));
  if (known && !fields.length) {
    const begun = FUNCTIONS.filter((one) => one.text.endsWith("(") && one.text.startsWith(word.slice(dot + 1)));
    return { from: from + dot + 1, hints: begun };
  }
  const others = (isFigures ? FIGURES : FUNCTIONS).filter((one) => one.text.startsWith(word) && one.text !== word);
  return { from, hints: [...fields, ...others].slice(0, MOST) };
}

const KEY = "stagedoor-queries";
const REMEMBERED = 20;

/** Queries that were used before, the newest first. They stay in this browser. */
export function remembered(kind: Kind): string[] {
  try {
    const all = JSON.parse(localStorage.getItem(`${KEY}-${kind}`) ?? "[]") as unknown;
    return Array.isArray(all) ? all.filter((one) => typeof one === "string") : [];
  } catch {
    return [];
  }
}

export function remember(kind: Kind, query: string): void {
  if (!query) return;
  const all = [query, ...remembered(kind).filter((one) => one !== query)].slice(0, REMEMBERED);
  localStorage.setItem(`${KEY}-${kind}`, JSON.stringify(all));
}

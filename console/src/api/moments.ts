/** Times as the command line takes them. */
const UNITS: { [unit: string]: number } = { s: 1, m: 60, h: 3600, d: 86_400 };

/** Seconds of a time as in 30s, 10m, 1h or 2d; 0 for what is none. */
export function readTime(text: string): number {
  const [, number, unit] = /^(\d+)([smhd])$/.exec(text.trim()) ?? [];
  return unit ? Number(number) * UNITS[unit]! : 0;
}

/** Seconds since the epoch of a time ago, as in 7d, or of a local date, as in 2026-11-23 or 2026-11-23T12:30; 0 for none. */
export function readMoment(text: string): number {
  const back = readTime(text);
  if (back) return Math.floor(Date.now() / 1000) - back;
  const at = new Date(/^\d{4}-\d\d-\d\d$/.test(text) ? `${text}T00:00` : text).getTime();
  return Number.isFinite(at) ? Math.floor(at / 1000) : 0;
}

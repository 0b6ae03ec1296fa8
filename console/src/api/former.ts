/** Which release a line goes back to when none is named: the platform's own rule, to be told before it happens. */
import type { Schemas } from "./client";

type Release = Schemas.ReleaseView;

/** The one before that runs something else; a release that restored an earlier one stands for it. */
export function former(known: Release[]): Release | undefined {
  const byNumber = new Map(known.map((one) => [one.number, one]));
  const current = known.at(-1);
  let start = current;
  while (start && byNumber.has(start.restores)) start = byNumber.get(start.restores);
  return known.findLast((one) => one.number < start!.number && what(one) !== what(current!));
}

function what(one: Release): string {
  return JSON.stringify([one.version, sorted(one.config), sorted(one.secrets)]);
}

function sorted(values: object): [string, unknown][] {
  return Object.entries(values).sort(([one], [other]) => (one < other ? -1 : 1));
}

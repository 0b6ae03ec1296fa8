/** Saved queries: what is asked of them, and where their records are looked at. */
import { queryOptions } from "@tanstack/react-query";
import { ask, control, type Schemas } from "./client";
import { filterOf, within } from "./figures";
import { queries } from "./queries";
import { before } from "./telemetry";

export type SavedQuery = Schemas.SavedQuery;
type Test = Schemas.SavedTestView;

export const savedQueries = () => queryOptions({ queryKey: ["saved"], queryFn: () => ask(control.listSaved()) });

/** `end`: in seconds since the epoch; 0 for now. */
export const savedWindows = ({ name, kind, query, application }: SavedQuery, seconds: number, end = 0) =>
  queryOptions({
    queryKey: ["telemetry", "saved", name, kind, query, application, seconds, end],
    staleTime: 0,
    queryFn: async ({ signal }) => {
      const until = end || before(0);
      const since = until - seconds;
      const windows = await ask(control.chartSaved({ path: { name }, query: { since, until }, signal }));
      return { windows, since, until };
    },
  });

/** How often it would have fired; asked for anew each time that it is looked at. */
export const savedTest = ({ name, saved_at }: SavedQuery, days: number) =>
  queryOptions({
    queryKey: ["saved-test", name, saved_at, days],
    staleTime: 0,
    gcTime: 0,
    queryFn: ({ signal }): Promise<Test> => ask(control.testSaved({ path: { name }, query: { days }, signal })),
  });

export async function save({ name, ...body }: Pick<SavedQuery, "name" | "kind" | "query" | "application" | "bound">): Promise<SavedQuery> {
  const made = await ask(control.save({ path: { name }, body }));
  await queries.invalidateQueries({ queryKey: ["saved"] });
  return made;
}

export async function remove(name: string): Promise<void> {
  await ask(control.removeSaved({ path: { name } }));
  await queries.invalidateQueries({ queryKey: ["saved"] });
}

/** What it is of, in words. */
export const RECORDS: { [kind: string]: string } = { request: "requests", call: "calls", log: "log lines" };

/** The page that has its records, over the same stretch of time; `since` as in the address. */
export function placeOf({ kind, query, application }: SavedQuery, since: string): { to: string; text: string } {
  const whole = within(query, application);
  const wish = kind === "log" ? { query: filterOf(whole) } : { query: whole, show: "history", ...(kind === "call" && { kind }) };
  const address = new URLSearchParams({ ...wish, ...(since && { since }) });
  return kind === "log" ? { to: `/logs?${address}`, text: "Logs" } : { to: `/insight?${address}`, text: "Insight" };
}

/** Pipelines: what is ahead of a version, and what somebody answers to one that waits. */
import { queryOptions } from "@tanstack/react-query";
import { ask, control, type Schemas } from "./client";
import { queries } from "./queries";

export type Publication = Schemas.PublicationView;
export type Stage = Schemas.StageView;
export type Answer = "approve" | "reject";

/** Of the newest version; it is another one once something is published. */
export const explained = (application: string, stack: string) =>
  queryOptions({
    queryKey: ["publications", "explained", application, stack],
    queryFn: () => ask(control.explainPipeline({ path: { application }, query: { stack } })),
  });

export async function answer(number: number, what: Answer, why: string): Promise<void> {
  const wish = { path: { number }, body: { why } };
  if (what === "approve") await ask(control.approvePipeline(wish));
  else await ask(control.rejectPipeline(wish));
  await queries.invalidateQueries({ queryKey: ["publications"] });
}

/** The whole address of a new hook. */
export async function makeHook(application: string): Promise<string> {
  const made = await ask(control.makeHook({ path: { application } }));
  return location.origin + made.path;
}

export function removeHook(application: string): Promise<unknown> {
  return ask(control.dropHook({ path: { application } }));
}

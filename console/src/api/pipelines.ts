/** Pipelines: what is ahead of a version, and what somebody answers to one that waits. */
import { queryOptions } from "@tanstack/react-query";
import { api, ask, type Schemas } from "./client";
import { queries } from "./queries";

export type Publication = Schemas["PublicationView"];
export type Stage = Schemas["StageView"];
export type Answer = "approve" | "reject";

/** Of the newest version; it is another one once something is published. */
export const explained = (application: string, stack: string) =>
  queryOptions({
    queryKey: ["publications", "explained", application, stack],
    queryFn: () => ask(api.GET("/v1/applications/{application}/pipeline", { params: { path: { application }, query: { stack } } })),
  });

export async function answer(number: number, what: Answer, why: string): Promise<void> {
  const wish = { params: { path: { number } }, body: { why } };
  if (what === "approve") await ask(api.POST("/v1/pipelines/{number}/approve", wish));
  else await ask(api.POST("/v1/pipelines/{number}/reject", wish));
  await queries.invalidateQueries({ queryKey: ["publications"] });
}

/** The whole address of a new hook. */
export async function makeHook(application: string): Promise<string> {
  const made = await ask(api.POST("/v1/applications/{application}/hook", { params: { path: { application } } }));
  return location.origin + made.path;
}

export function removeHook(application: string): Promise<unknown> {
  return ask(api.DELETE("/v1/applications/{application}/hook", { params: { path: { application } } }));
}

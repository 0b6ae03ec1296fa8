/** What is asked of rollouts, and one of them as it goes. */
import { queryOptions, useQuery } from "@tanstack/react-query";
import { useEffect } from "react";
import { ask, control, Failure, type Schemas } from "./client";
import { pause } from "./lines";
import { whileSeen } from "./live";
import { queries } from "./queries";
import { events } from "./sse";

export type Rollout = Schemas.Rollout;
export type Judgement = Schemas.Judgement;
export type Finding = Schemas.Finding;
export type Distribution = Schemas.Distribution;
export type Glance = Schemas.Glance;
export type Wish = "pause" | "resume" | "abort";

const FEW = 30;
const MOST = 200;
const LONGEST = 8000;
const ENDED = ["done", "rolled back", "aborted", "failed"];

const listed = async (application: string, limit: number) => (await ask(control.listRollouts({ query: { application, limit } }))) as Rollout[];

/** Those of an application, the newest first; those before the newest them are asked for once, since they change no more. */
export function useRollouts(application: string): Rollout[] {
  const newest = useQuery({ queryKey: ["rollouts", "list", application], queryFn: () => listed(application, FEW) }).data ?? [];
  const last = newest.at(-1)?.id ?? 0;
  const older = useQuery({
    queryKey: ["older rollouts", application],
    queryFn: () => listed(application, MOST),
    enabled: newest.length === FEW,
  });
  return [...newest, ...(older.data ?? []).filter((one) => one.id < last)];
}

export const rollout = (number: number) =>
  queryOptions({
    queryKey: ["rollouts", "one", number],
    queryFn: async () => (await ask(control.getRollout({ path: { number } }))) as Rollout,
  });

/** One, again and again for as long as it is under way. */
export function useRollout(number: number) {
  const query = useQuery(rollout(number));
  const goesOn = query.data !== undefined && !isEnded(query.data);
  useEffect(() => {
    if (!goesOn) return;
    return whileSeen((signal) => void follow(number, signal));
  }, [number, goesOn]);
  return query;
}

/** By its events; where they break off, the news of the topic say when to ask. */
async function follow(number: number, signal: AbortSignal): Promise<void> {
  const { queryKey } = rollout(number);
  let wait = 250;
  while (!signal.aborted) {
    try {
      await events(`/v1/rollouts/${number}/events`, signal, ({ event, data }) => {
        wait = 250;
        if (event !== "rollout" && event !== "end") return;
        queries.setQueryData(queryKey, data as Rollout);
      });
    } catch (error) {
      if (signal.aborted || (error instanceof Failure && error.status >= 400 && error.status < 500)) return;
    }
    await pause(wait, signal);
    wait = Math.min(wait * 2, LONGEST);
  }
}

export const wish = (number: number, what: Wish) => ask(control.askRollout({ path: { number, wish: what } }));

export function isEnded({ state }: Rollout): boolean {
  return ENDED.includes(state);
}

/** Whether a part of the traffic goes first: what is a line's first release has nothing beside it. */
export function proves({ strategy, former }: Rollout): boolean {
  return strategy.kind !== "direct" && former > 0;
}

/** The arm with the new version. */
export function armOf({ strategy }: Rollout): "canary" | "new" {
  return strategy.kind === "canary" ? "canary" : "new";
}

/** Of both arms together. */
export function seen({ judgement }: Rollout): number {
  return judgement ? judgement.requests[0] + judgement.requests[1] : 0;
}

/** Requests from which on it can pass: what was planned, as corrected by what was measured. */
export function needed({ plan, judgement }: Rollout): number {
  const counted = (judgement?.findings ?? []).filter((one) => one.metric !== "cpu" && one.metric !== "memory");
  return Math.max(plan?.requests ?? 0, ...counted.map((one) => one.needed));
}

/** Since when both arms serve; 0 before that. */
export function servedSince({ events: all }: Rollout): number {
  return all.find((one) => one.state === "judging" || one.state === "moving")?.at ?? 0;
}

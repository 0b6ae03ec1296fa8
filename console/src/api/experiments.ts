/** Experiments: members in cells, each cell by a version of its own. */
import { queryOptions } from "@tanstack/react-query";
import { ask, control, type Schemas } from "./client";
import type { Operation } from "./operation";
import { queries } from "./queries";

export type Judgement = Omit<Schemas.Judgement, "requests" | "units"> & { requests: number[]; units: number[] };
export type Experiment = Omit<Schemas.Experiment, "judgements"> & { judgements: { [cell: string]: Judgement } };
export type Finding = Schemas.Finding;
export type Wish = Schemas.ExperimentWish;

// News of them are told as of rollouts.
const KEY = ["rollouts", "experiments"];

export const experiments = (application: string) =>
  queryOptions({
    queryKey: [...KEY, application],
    queryFn: () => ask(control.listExperiments({ query: { application } })),
  });

export function begin(application: string, wish: Wish): Promise<Operation> {
  return ask(control.beginExperiment({ path: { application }, body: wish }));
}

export async function end(name: string): Promise<void> {
  await ask(control.endExperiment({ path: { name } }));
  await queries.invalidateQueries({ queryKey: KEY });
}

export function lineOf({ major, stack }: { major: number; stack: string }): string {
  return `^${major} in ${stack}`;
}

export function sayVersion(version: string): string {
  return version || "what the line runs";
}

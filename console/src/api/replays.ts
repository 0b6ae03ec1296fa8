/** Reports that compare versions, differences that are wanted, and shadows. */
import { queryOptions } from "@tanstack/react-query";
import { ask, control, type Schemas } from "./client";
import { queries } from "./queries";

export type Report = Schemas.ReportView;
export type Group = Schemas.Group;
export type Paired = Schemas.Paired;
export type Accepted = Schemas.Accepted;
export type Shadow = Schemas.Shadow;

/** So many reports of an application are kept. */
export const MOST = 50;

export const reports = (application: string) =>
  queryOptions({
    queryKey: ["replays", "list", application],
    queryFn: () => ask(control.listReplays({ query: { application, limit: MOST } })),
  });

export const report = (number: number) =>
  queryOptions({
    queryKey: ["replays", "one", number],
    queryFn: () => ask(control.getReplay({ path: { number } })),
  });

export const shadows = () => queryOptions({ queryKey: ["replays", "shadows"], queryFn: () => ask(control.listShadows()) });

export const accepted = (application: string) =>
  queryOptions({
    queryKey: ["replays", "accepted", application],
    queryFn: () => ask(control.listAccepted({ path: { application } })),
  });

/** Has all of it asked for again; returns the same. */
async function changed<T>(call: Promise<T>): Promise<T> {
  const made = await call;
  await queries.invalidateQueries({ queryKey: ["replays"] });
  return made;
}

export type CompareWish = Required<Schemas.CompareWish>;

export const compareVersions = (application: string, body: CompareWish) => changed(ask(control.compareVersions({ path: { application }, body })));

export type Spot = Pick<Group, "endpoint" | "place" | "kind">;

export const accept = (application: string, { endpoint, place, kind }: Spot, why: string) =>
  changed(ask(control.acceptDifference({ path: { application }, body: { endpoint, place, kind, why } })));

export const retract = (application: string, { endpoint, place, kind }: Spot) =>
  changed(ask(control.retractDifference({ path: { application }, body: { endpoint, place, kind, why: "" } })));

export type ShadowWish = Required<Schemas.ShadowWish>;

export const beginShadow = (application: string, body: ShadowWish) => changed(ask(control.beginShadow({ path: { application }, body })));

export const endShadow = ({ application, stack }: Shadow) => changed(ask(control.endShadow({ path: { application }, query: { stack } })));

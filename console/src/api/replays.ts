/** Reports that compare versions, differences that are wanted, and shadows. */
import { queryOptions } from "@tanstack/react-query";
import { api, ask, type Schemas } from "./client";
import { queries } from "./queries";

export type Report = Schemas["ReportView"];
export type Group = Schemas["Group"];
export type Paired = Schemas["Paired"];
export type Accepted = Schemas["Accepted"];
export type Shadow = Schemas["Shadow"];

/** So many reports of an application are kept. */
export const MOST = 50;

export const reports = (application: string) =>
  queryOptions({
    queryKey: ["replays", "list", application],
    queryFn: () => ask(api.GET("/v1/replays", { params: { query: { application, limit: MOST } } })),
  });

export const report = (number: number) =>
  queryOptions({
    queryKey: ["replays", "one", number],
    queryFn: () => ask(api.GET("/v1/replays/{number}", { params: { path: { number } } })),
  });

export const shadows = () => queryOptions({ queryKey: ["replays", "shadows"], queryFn: () => ask(api.GET("/v1/shadows")) });

export const accepted = (application: string) =>
  queryOptions({
    queryKey: ["replays", "accepted", application],
    queryFn: () => ask(api.GET("/v1/applications/{application}/differences", { params: { path: { application } } })),
  });

/** Has all of it asked for again; returns the same. */
async function changed<T>(call: Promise<T>): Promise<T> {
  const made = await call;
  await queries.invalidateQueries({ queryKey: ["replays"] });
  return made;
}

export type CompareWish = Required<Schemas["CompareWish"]>;

export const compareVersions = (application: string, body: CompareWish) =>
  changed(ask(api.POST("/v1/applications/{application}/replays", { params: { path: { application } }, body })));

export type Spot = Pick<Group, "endpoint" | "place" | "kind">;

export const accept = (application: string, { endpoint, place, kind }: Spot, why: string) =>
  changed(ask(api.PUT("/v1/applications/{application}/differences", { params: { path: { application } }, body: { endpoint, place, kind, why } })));

export const retract = (application: string, { endpoint, place, kind }: Spot) =>
  changed(ask(api.POST("/v1/applications/{application}/differences/retract", { params: { path: { application } }, body: { endpoint, place, kind, why: "" } })));

export type ShadowWish = Required<Schemas["ShadowWish"]>;

export const beginShadow = (application: string, body: ShadowWish) =>
  changed(ask(api.PUT("/v1/applications/{application}/shadow", { params: { path: { application } }, body })));

export const endShadow = ({ application, stack }: Shadow) =>
  changed(ask(api.DELETE("/v1/applications/{application}/shadow", { params: { path: { application }, query: { stack } } })));

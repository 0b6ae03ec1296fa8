/** What is asked of the API, by name. The first part of a key is the word that news is told with. */
import { QueryClient, queryOptions } from "@tanstack/react-query";
import { api, ask, Failure } from "./client";
import { readMoment } from "./moments";

export const queries = new QueryClient({
  defaultOptions: {
    queries: {
      staleTime: Infinity, // News say when to ask again.
      gcTime: 5 * 60_000,
      refetchOnWindowFocus: false,
      networkMode: "always",
      retry: (count, error) => count < 3 && !(error instanceof Failure && error.status >= 400 && error.status < 500),
    },
    mutations: { networkMode: "always" },
  },
});

export const applications = () =>
  queryOptions({ queryKey: ["applications"], queryFn: () => ask(api.GET("/v1/applications")) });

export const application = (name: string) =>
  queryOptions({
    queryKey: ["applications", name],
    queryFn: () => ask(api.GET("/v1/applications/{application}", { params: { path: { application: name } } })),
  });

export const versions = (name: string) =>
  queryOptions({
    queryKey: ["versions", name],
    queryFn: () => ask(api.GET("/v1/applications/{application}/versions", { params: { path: { application: name } } })),
  });

export const deployments = (name = "", stack = "") =>
  queryOptions({
    queryKey: ["deployments", name, stack],
    queryFn: () => ask(api.GET("/v1/deployments", { params: { query: { application: name, stack } } })),
  });

export const releases = (name: string, line: number, stack: string) =>
  queryOptions({
    queryKey: ["releases", name, line, stack],
    queryFn: () =>
      ask(
        api.GET("/v1/applications/{application}/releases", {
          params: { path: { application: name }, query: { line, stack } },
        }),
      ),
  });

export const publications = (name = "", limit = 50) =>
  queryOptions({
    queryKey: ["publications", name, limit],
    queryFn: () => ask(api.GET("/v1/publications", { params: { query: { application: name, limit } } })),
  });

export type Search = { application?: string; by?: string; action?: string; text?: string; since?: string; until?: string };

/** As the API wants it: times are told when it is asked, so that "of the last day" moves on. */
export function wanted({ since = "", until = "", ...rest }: Search) {
  const times = { since: readMoment(since), until: readMoment(until) };
  return Object.fromEntries(Object.entries({ ...rest, ...times }).filter(([, value]) => value)) as { [name: string]: string | number };
}

export const activities = (search: Search = {}, limit = 50) =>
  queryOptions({
    queryKey: ["activities", search, limit],
    queryFn: () => ask(api.GET("/v1/activities", { params: { query: { ...wanted(search), limit } } })),
  });

/** Reads the whole chain, so it is asked when somebody looks and not at each change. `head`: a hash noted earlier. */
export const verification = (head: string) =>
  queryOptions({
    queryKey: ["verification", head],
    queryFn: () => ask(api.GET("/v1/activities/verification", { params: { query: { head } } })),
    gcTime: 0,
  });

export const instances = (name = "") =>
  queryOptions({
    queryKey: ["instances", "all", name],
    queryFn: () => ask(api.GET("/v1/instances", { params: { query: { application: name } } })),
  });

export const instance = (id: string) =>
  queryOptions({
    queryKey: ["instances", "one", id],
    queryFn: () => ask(api.GET("/v1/instances/{instance}", { params: { path: { instance: id } } })),
  });

export const ends = () =>
  queryOptions({
    queryKey: ["instances", "ends"],
    queryFn: () => ask(api.GET("/v1/ends", { params: { query: { limit: 500 } } })),
  });

export const capacity = () => queryOptions({ queryKey: ["instances", "capacity"], queryFn: () => ask(api.GET("/v1/capacity")) });

export const scaling = (name: string, stack: string) =>
  queryOptions({
    queryKey: ["instances", "scaling", name, stack],
    queryFn: () =>
      ask(
        api.GET("/v1/applications/{application}/scaling", {
          params: { path: { application: name }, query: { stack, limit: 50 } },
        }),
      ),
  });

/** With the figures of the last seconds. */
export const services = (seconds = 60) =>
  queryOptions({
    queryKey: ["services", "all", seconds],
    queryFn: () => ask(api.GET("/v1/services", { params: { query: { seconds } } })),
  });

export const service = (name: string, seconds: number) =>
  queryOptions({
    queryKey: ["services", "one", name, seconds],
    queryFn: () => ask(api.GET("/v1/services/{name}", { params: { path: { name }, query: { seconds } } })),
  });

/** Which endpoints would be without a method; asked anew each time, since it is about to happen. */
export const dependents = (name: string, method: string) =>
  queryOptions({
    queryKey: ["services", "dependents", name, method],
    staleTime: 0,
    gcTime: 0,
    queryFn: () =>
      ask(api.GET("/v1/services/{name}/methods/{method}/dependents", { params: { path: { name, method } } })),
  });

export const fanout = (name: string) =>
  queryOptions({
    queryKey: ["services", "fanout", name],
    queryFn: () => ask(api.GET("/v1/applications/{application}/fanout", { params: { path: { application: name } } })),
  });

export const status = () => queryOptions({ queryKey: ["status"], queryFn: () => ask(api.GET("/v1/status")) });

export const health = () => queryOptions({ queryKey: ["health"], queryFn: () => ask(api.GET("/v1/health")) });

export const values = (name: string, stack: string) =>
  queryOptions({
    queryKey: ["values", name, stack],
    queryFn: () =>
      ask(api.GET("/v1/applications/{application}/values", { params: { path: { application: name }, query: { stack } } })),
  });

export const tokens = () => queryOptions({ queryKey: ["access", "tokens"], queryFn: () => ask(api.GET("/v1/tokens")) });

export const users = () => queryOptions({ queryKey: ["access", "users"], queryFn: () => ask(api.GET("/v1/users")) });

export const teams = () => queryOptions({ queryKey: ["access", "teams"], queryFn: () => ask(api.GET("/v1/teams")) });

export const feedback = () =>
  queryOptions({
    queryKey: ["feedback"],
    queryFn: () => ask(api.GET("/v1/feedback", { params: { query: { limit: 100 } } })),
  });

export const retention = () => queryOptions({ queryKey: ["versions", "retention"], queryFn: () => ask(api.GET("/v1/retention")) });

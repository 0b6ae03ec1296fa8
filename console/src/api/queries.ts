/** What is asked of the API, by name. The first part of a key is the word that news is told with. */
import { QueryClient, queryOptions } from "@tanstack/react-query";
import { ask, control, Failure } from "./client";
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

export const applications = () => queryOptions({ queryKey: ["applications"], queryFn: () => ask(control.listApplications()) });

export const application = (name: string) =>
  queryOptions({
    queryKey: ["applications", name],
    queryFn: () => ask(control.getApplication({ path: { application: name } })),
  });

export const versions = (name: string) =>
  queryOptions({
    queryKey: ["versions", name],
    queryFn: () => ask(control.listVersions({ path: { application: name } })),
  });

export const deployments = (name = "", stack = "") =>
  queryOptions({
    queryKey: ["deployments", name, stack],
    queryFn: () => ask(control.listDeployments({ query: { application: name, stack } })),
  });

export const releases = (name: string, line: number, stack: string) =>
  queryOptions({
    queryKey: ["releases", name, line, stack],
    queryFn: () =>
      ask(
        control.listReleases({
          path: { application: name },
          query: { line, stack },
        }),
      ),
  });

export const publications = (name = "", limit = 50) =>
  queryOptions({
    queryKey: ["publications", name, limit],
    queryFn: () => ask(control.listPublications({ query: { application: name, limit } })),
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
    queryFn: () => ask(control.activities({ query: { ...wanted(search), limit } })),
  });

/** Reads the whole chain, so it is asked when somebody looks and not at each change. `head`: a hash noted earlier. */
export const verification = (head: string) =>
  queryOptions({
    queryKey: ["verification", head],
    queryFn: () => ask(control.verify({ query: { head } })),
    gcTime: 0,
  });

export const instances = (name = "") =>
  queryOptions({
    queryKey: ["instances", "all", name],
    queryFn: () => ask(control.listInstances({ query: { application: name } })),
  });

export const instance = (id: string) =>
  queryOptions({
    queryKey: ["instances", "one", id],
    queryFn: () => ask(control.getInstance({ path: { instance: id } })),
  });

export const ends = () =>
  queryOptions({
    queryKey: ["instances", "ends"],
    queryFn: () => ask(control.listEnds({ query: { limit: 500 } })),
  });

export const capacity = () => queryOptions({ queryKey: ["instances", "capacity"], queryFn: () => ask(control.getCapacity()) });

export const scaling = (name: string, stack: string) =>
  queryOptions({
    queryKey: ["instances", "scaling", name, stack],
    queryFn: () =>
      ask(
        control.getScaling({
          path: { application: name },
          query: { stack, limit: 50 },
        }),
      ),
  });

/** With the figures of the last seconds. */
export const services = (seconds = 60) =>
  queryOptions({
    queryKey: ["services", "all", seconds],
    queryFn: () => ask(control.listServices({ query: { seconds } })),
  });

export const service = (name: string, seconds: number) =>
  queryOptions({
    queryKey: ["services", "one", name, seconds],
    queryFn: () => ask(control.showService({ path: { name }, query: { seconds } })),
  });

/** Which endpoints would be without a method; asked anew each time, since it is about to happen. */
export const dependents = (name: string, method: string) =>
  queryOptions({
    queryKey: ["services", "dependents", name, method],
    staleTime: 0,
    gcTime: 0,
    queryFn: () => ask(control.listDependents({ path: { name, method } })),
  });

export const fanout = (name: string) =>
  queryOptions({
    queryKey: ["services", "fanout", name],
    queryFn: () => ask(control.showFanout({ path: { application: name } })),
  });

export const status = () => queryOptions({ queryKey: ["status"], queryFn: () => ask(control.getStatus()) });

export const health = () => queryOptions({ queryKey: ["health"], queryFn: () => ask(control.health()) });

export const values = (name: string, stack: string) =>
  queryOptions({
    queryKey: ["values", name, stack],
    queryFn: () => ask(control.listValues({ path: { application: name }, query: { stack } })),
  });

export const tokens = () => queryOptions({ queryKey: ["access", "tokens"], queryFn: () => ask(control.listTokens()) });

export const users = () => queryOptions({ queryKey: ["access", "users"], queryFn: () => ask(control.listUsers()) });

export const teams = () => queryOptions({ queryKey: ["access", "teams"], queryFn: () => ask(control.listTeams()) });

export const feedback = () =>
  queryOptions({
    queryKey: ["feedback"],
    queryFn: () => ask(control.listFeedback({ query: { limit: 100 } })),
  });

export const retention = () => queryOptions({ queryKey: ["versions", "retention"], queryFn: () => ask(control.getRetention()) });

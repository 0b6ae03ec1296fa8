/** What is asked of telemetry: what is stored, traces, charts, usage, queries. */
import { queryOptions } from "@tanstack/react-query";
import { ask, control, Failure, type Schemas } from "./client";
import type { Record, StoredLine } from "./records";

export type Kind = "request" | "call" | "log";
export type Window = Schemas.Window;
export type History = { records: Record[]; windows: Window[] };
export type Trace = Schemas.TraceView;
export type Span = Schemas.SpanView;
/** Points are times and values. */
export type Chart = Omit<Schemas.ChartView, "series"> & {
  series: (Omit<Schemas.SeriesView, "points"> & { points: [number, number][] })[];
  since: number;
  until: number;
};
export type Logs = { lines: StoredLine[]; histogram: [number, number, number][] };

const DAY = 86_400;

/** The time that a look back begins at, in whole seconds. */
export function before(seconds: number): number {
  return Math.floor(Date.now() / 1000) - seconds;
}

type HistoryWish = { query: string; kind?: "request" | "call"; seconds?: number; order?: string; limit?: number };

export const history = ({ query, kind = "request", seconds = DAY, order = "newest", limit = 200 }: HistoryWish) =>
  queryOptions({
    queryKey: ["telemetry", "history", query, kind, seconds, order, limit],
    staleTime: 0,
    queryFn: async ({ signal }) => {
      const since = before(seconds);
      const wanted = { query, kind, since, order: order === "slowest" ? ("slowest" as const) : ("newest" as const), limit };
      const found = await ask(control.readInsightHistory({ query: wanted, signal }));
      return { records: (found.records ?? []) as Record[], windows: found.windows ?? [] };
    },
  });

export const recipes = () => queryOptions({ queryKey: ["telemetry", "recipes"], queryFn: () => ask(control.listRecipes()) });

const TRIES = 4;

/** What just ended may not be stored yet, so that one that is missing is asked for again. */
export const trace = (id: string) =>
  queryOptions({
    queryKey: ["telemetry", "trace", id],
    staleTime: 0,
    retry: (count, error) => count < TRIES && !(error instanceof Failure && error.status >= 400 && error.status !== 404),
    retryDelay: 500,
    queryFn: ({ signal }) => ask(control.trace({ path: { identifier: id }, signal })),
  });

export const compare = (left: string, right: string, application: string) =>
  queryOptions({
    queryKey: ["telemetry", "compare", left, right, application],
    staleTime: 0,
    queryFn: ({ signal }) => ask(control.compare({ query: { left, right, application }, signal })),
  });

export const logs = (query: string, seconds: number) =>
  queryOptions({
    queryKey: ["telemetry", "logs", query, seconds],
    staleTime: 0,
    queryFn: async ({ signal }) => {
      const found = await ask(control.searchLogs({ query: { query, since: before(seconds), limit: 500 }, signal }));
      return found as unknown as Logs;
    },
  });

export const around = (application: string, instance: string, at: number) =>
  queryOptions({
    queryKey: ["telemetry", "context", application, instance, at],
    queryFn: async ({ signal }) => {
      const found = await ask(control.context({ query: { application, instance, at }, signal }));
      return found as unknown as StoredLine[];
    },
  });

export type Only = { application?: string; version?: string; stack?: string; endpoint?: string; service?: string };

/** `end`: in seconds since the epoch; 0 for now. */
export const chart = (of: "requests" | "calls" | "usage", only: Only, seconds: number, end = 0) =>
  queryOptions({
    queryKey: ["telemetry", "chart", of, only, seconds, end],
    staleTime: 0,
    queryFn: async ({ signal }) => {
      const until = end || before(0);
      const since = until - seconds;
      const found = await ask(control.chart({ query: { of, ...only, since, until }, signal }));
      return { ...found, since, until } as unknown as Chart;
    },
  });

export const usage = (fields: string, query: string, seconds: number) =>
  queryOptions({
    queryKey: ["telemetry", "usage", fields, query, seconds],
    staleTime: 0,
    queryFn: ({ signal }) => ask(control.usage({ query: { fields, query, since: before(seconds) }, signal })),
  });

export const tables = () => queryOptions({ queryKey: ["telemetry", "tables"], queryFn: () => ask(control.tables()) });

export const losses = () => queryOptions({ queryKey: ["telemetry", "losses"], queryFn: () => ask(control.getTelemetryHealth()) });

/** What changes, as it changes: topics make their queries ask again; rates are kept for a minute. */
import type { QueryClient } from "@tanstack/react-query";
import { useSyncExternalStore } from "react";
import { Failure, type Schemas } from "./client";
import { pause } from "./lines";
import { events } from "./sse";

export type Connection = "connecting" | "live" | "away";
type Rate = Schemas.Rate;
type Live = { connection: Connection; outdated: boolean };

const KEPT = 60;
const LONGEST = 5000;
const HIDDEN_FOR = 60_000;

// What a topic's news means for what is shown.
const CONCERNS: Record<string, string[]> = {
  applications: ["applications", "versions", "values", "releases"],
  deployments: ["deployments", "applications", "versions", "releases"],
  instances: ["instances", "applications", "deployments"],
  operations: ["operations", "publications", "versions", "releases", "values"],
  activities: ["activities"],
  alerts: ["alerts", "saved"],
  rollouts: ["rollouts", "replays"],
  services: ["services"],
  status: ["status"],
  access: ["access"],
};

let live: Live = { connection: "connecting", outdated: false };
let rates = new Map<string, Rate[]>();
let release = "";
const watchers = new Set<() => void>();

function change(next: Partial<Live>): void {
  live = { ...live, ...next };
  for (const wake of watchers) wake();
}

/** Says that the files of this page are gone: a new version is served. */
export function markOutdated(): void {
  change({ outdated: true });
}

function subscribe(wake: () => void): () => void {
  watchers.add(wake);
  return () => watchers.delete(wake);
}

export function useLive(): Live {
  return useSyncExternalStore(subscribe, () => live);
}

const NONE: Rate[] = [];

/** The last minute of a deployment, a sample each second; the newest at the end. */
export function useRates(deployment: string): Rate[] {
  return useSyncExternalStore(subscribe, () => rates.get(deployment) ?? NONE);
}

/** Keeps listening for as long as somebody is signed in. Returns what ends it. */
export function listen(queries: QueryClient): () => void {
  return whileSeen((signal) => void stay(queries, signal));
}

/** A page nobody looks at gives its connection back: browsers allow few to one place. Returns what ends it. */
export function whileSeen(begin: (signal: AbortSignal) => void): () => void {
  let over = new AbortController();
  let hiding: ReturnType<typeof setTimeout> | undefined;
  const start = () => begin(over.signal);
  const seen = () => {
    clearTimeout(hiding);
    if (document.hidden) hiding = setTimeout(() => over.abort(), HIDDEN_FOR);
    else if (over.signal.aborted) {
      over = new AbortController();
      start();
    }
  };
  document.addEventListener("visibilitychange", seen);
  start();
  return () => {
    document.removeEventListener("visibilitychange", seen);
    clearTimeout(hiding);
    over.abort();
  };
}

async function stay(queries: QueryClient, signal: AbortSignal): Promise<void> {
  let wait = 200;
  while (!signal.aborted) {
    try {
      await events("/v1/events", signal, (one) => {
        if (one.event === "hello") wait = 200;
        hear(queries, one.event, one.data);
      });
    } catch (error) {
      if (error instanceof Failure && error.status === 401) return;
    }
    if (signal.aborted) return;
    change({ connection: "away" });
    await pause(wait, signal);
    wait = Math.min(wait * 2, LONGEST);
  }
}

function hear(queries: QueryClient, event: string, data: unknown): void {
  if (event === "hello") welcome(queries, (data as { version: string }).version);
  if (event === "changed") refresh(queries, (data as { topics: string[] }).topics);
  if (event === "rates") keep((data as { rates: Rate[] }).rates);
}

function welcome(queries: QueryClient, version: string): void {
  const again = live.connection === "away";
  const outdated = live.outdated || (release !== "" && release !== version);
  release ||= version;
  change({ connection: "live", outdated });
  if (again) void queries.invalidateQueries();
}

function refresh(queries: QueryClient, topics: string[]): void {
  const keys = new Set(topics.flatMap((topic) => CONCERNS[topic] ?? [topic]));
  for (const key of keys) void queries.invalidateQueries({ queryKey: [key] });
}

function keep(now: Rate[]): void {
  const next = new Map<string, Rate[]>();
  for (const one of now) next.set(one.deployment, [...(rates.get(one.deployment) ?? []), one].slice(-KEPT));
  rates = next;
  for (const wake of watchers) wake();
}

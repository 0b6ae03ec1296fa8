/** What is asked of alerts, and what they are called. */
import { queryOptions } from "@tanstack/react-query";
import { ask, control, type Schemas } from "./client";

export type Alert = Omit<Schemas.AlertView, "evidence"> & { evidence: Evidence };
export type Firing = Schemas.FiringView;
export type Silence = Schemas.Silence;
export type Backtest = Schemas.BacktestView;
/** What was known when it fired; of some rules a part is empty. */
export type Evidence = {
  figures?: { [name: string]: unknown };
  requests?: string[];
  releases?: { line: string; stack: string; release: number; version: string; by: string; at: number }[];
  activities?: { id: number; at: number; by: string; action: string; target: string }[];
};

/** More than are counted. */
export const MANY = 100;

export const alerts = (application = "", state = "", limit = MANY) =>
  queryOptions({
    queryKey: ["alerts", "list", application, state, limit],
    queryFn: async () => (await ask(control.listAlerts({ query: { application, state, limit } }))) as Alert[],
  });

export const alert = (number: number) =>
  queryOptions({
    queryKey: ["alerts", "one", number],
    queryFn: async () => (await ask(control.showAlert({ path: { number } }))) as Alert,
  });

export const rules = () => queryOptions({ queryKey: ["rules"], queryFn: () => ask(control.listRules()) });

export const silences = () => queryOptions({ queryKey: ["alerts", "silences"], queryFn: () => ask(control.listSilences()) });

export const backtest = (application: string, days: number, signal: AbortSignal) => ask(control.testRules({ query: { application, days }, signal }));

const NAMES: { [rule: string]: string } = {
  errors: "Errors",
  latency: "Latency",
  traffic: "Traffic",
  burn: "Error budget",
  "crash-loop": "Crash loop",
  memory: "Memory",
  breaker: "Breaker",
  certificate: "Certificate",
  saved: "Saved query",
};

/** As in "Errors". */
export function ruleName(rule: string): string {
  return NAMES[rule] ?? rule;
}

type Subject = { rule: string; application: string; endpoint: string };

/** As in "Errors of GET /rows". */
export function titleOf({ rule, application, endpoint }: Subject): string {
  return `${ruleName(rule)} of ${endpoint || application || "the platform"}`;
}

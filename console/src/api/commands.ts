/** What the command line would be told to do the same: shown with every action. */

/** A word as a shell reads it. */
export function quote(text: string): string {
  return /^[A-Za-z0-9_./:@%+=,^-]+$/.test(text) ? text : `'${text.replaceAll("'", "'\\''")}'`;
}

function command(...words: (string | number)[]): string {
  return ["stagedoor", ...words.map((one) => quote(String(one)))].join(" ");
}

export function major(line: string): number {
  return Number(line.replace("^", ""));
}

export const rollback = (application: string, stack: string, line: string, to?: number) =>
  command("rollback", application, "--stack", stack, "--line", major(line), ...(to ? ["--to", to] : []));

export const release = (application: string, version: string, stack: string, makeDefault: boolean) =>
  command("release", version, "--stack", stack, ...(makeDefault ? ["--default"] : []), "--application", application);

export const deleteLine = (application: string, line: string, stack: string, confirm: string) =>
  command("delete", application, "--line", major(line), "--stack", stack, ...(confirm ? ["--confirm", confirm] : []));

export const explainPipeline = (application: string, stack: string) =>
  command("pipeline", "explain", application, ...(stack === "prod" ? [] : ["--stack", stack]));

export const answerPipeline = (action: string, number: number, why: string) => command("pipeline", action, number, ...(why ? ["--why", why] : []));

export const makeHook = (application: string) => command("pipeline", "hook", application);

export const removeHook = (application: string) => command("pipeline", "hook", application, "--remove");

type CellSaid = { name: string; version: string; share: string };

export const startExperiment = (name: string, cells: CellSaid[], days: string, application: string, stack: string, line: number) =>
  command(
    "experiment",
    "start",
    name || "NAME",
    ...cells.flatMap((one) => ["--cell", `${one.name || "CELL"}${one.version && `=${one.version}`}:${one.share || "SHARE"}`]),
    "--days",
    days || "DAYS",
    ...(stack === "prod" ? [] : ["--stack", stack]),
    ...(line < 0 ? [] : ["--line", line]),
    "--application",
    application,
  );

export const listExperiments = (application: string) => command("experiment", "list", "--application", application);

export const showExperiment = (name: string) => command("experiment", "show", name);

export const endExperiment = (name: string) => command("experiment", "end", name);

export const logs = (application: string, instance = "") => command("logs", application, "-f", ...(instance ? ["--instance", instance] : []));

export const requests = (application: string, stack: string, status: string) =>
  command("requests", ...(application ? [application] : []), "-f", ...(stack ? ["--stack", stack] : []), ...(status ? ["--status", status] : []));

export const setValue = (application: string, stack: string, name: string, value: string) =>
  command("config", "set", name || "NAME", value || "VALUE", "--application", application, "--stack", stack);

export const removeValue = (application: string, stack: string, name: string) =>
  command("config", "remove", name, "--application", application, "--stack", stack);

/** The value comes on standard input: it is no part of the command. */
export const setSecret = (application: string, stack: string, name: string, rotate: boolean) =>
  command("secret", rotate ? "rotate" : "set", name || "NAME", "--application", application, "--stack", stack);

export const removeSecret = (application: string, stack: string, name: string) =>
  command("secret", "remove", name, "--application", application, "--stack", stack);

export const createToken = (name: string, role: string, team: string, expires: string) =>
  command("token", "create", name || "NAME", "--role", role, ...(team ? ["--team", team] : []), ...(expires ? ["--expires", expires] : []));

export const revokeToken = (id: string) => command("token", "revoke", id);

export const addUser = (name: string, role: string, team: string) => command("user", "add", name || "NAME", "--role", role, ...(team ? ["--team", team] : []));

export const removeUser = (name: string) => command("user", "remove", name);

export const addTeam = (name: string, contact: string) => command("team", "add", name || "NAME", ...(contact ? ["--contact", contact] : []));

export const removeTeam = (name: string) => command("team", "remove", name);

export const oneRequest = (id: string) => command("requests", "--id", id, "--calls");

/** `since` as in 6h: of what is stored; else as it comes. */
export const insight = (query: string, kind: string, since = "") =>
  command("insight", ...(query ? [query] : []), ...(kind === "request" ? [] : ["--kind", kind]), ...(since ? ["--since", since] : []));

export const slowest = (query: string, kind: string, since: string) =>
  command("insight", ...(query ? [query] : []), ...(kind === "request" ? [] : ["--kind", kind]), "--since", since, "--slowest");

export const trace = (id: string) => command("trace", id);

export const compare = (left: string, right: string, application: string) =>
  command("trace", "--compare", left || "LEFT", right || "RIGHT", ...(application ? ["--application", application] : []));

export const usage = (by: string, where: string, since: string) => command("usage", "--by", by, ...(where ? ["--where", where] : []), "--since", since);

export const query = (sql: string) => command("query", sql.replace(/\s+/g, " ").trim());

export const oneInstance = (id: string) => command("instances", id);

export const profile = (id: string, seconds: number) => command("profile", "--instance", id, "--seconds", seconds);

export const memory = (id: string, seconds: number) => command("profile", "--instance", id, "--memory", ...(seconds ? ["--seconds", seconds] : []));

export const waiting = (id: string) => command("profile", "--instance", id, "--waiting");

export const whyScaled = (application: string, stack: string) => command("scale", "why", application, ...(stack ? ["--stack", stack] : []));

export const fixScale = (application: string, stack: string, line: number, instances: string) =>
  command("scale", "set", application, instances || "N", "--stack", stack, "--line", line);

export const freeScale = (application: string, stack: string, line: number) => command("scale", "auto", application, "--stack", stack, "--line", line);

export const calls = (application: string) => command("calls", application);

export const addService = (name: string, urls: string[], document: string, team: string) =>
  command(
    "service",
    "add",
    name || "NAME",
    ...(urls.length ? urls : ["URL"]).flatMap((url) => ["--url", url]),
    ...(document ? ["--openapi", document] : []),
    ...(team ? ["--team", team] : []),
  );

export const removeService = (name: string) => command("service", "remove", name);

export const setPolicies = (name: string) => command("service", "policy", name, "--set", "FILE");

export const switchOff = (name: string, method: string, reason: string) => command("service", "off", name, method, ...(reason ? ["--reason", reason] : []));

export const switchOn = (name: string, method: string) => command("service", "on", name, method);

type Fault = { kind: string; value: number; share: string; application: string; device: string; budget: string; time: string };

export const addFault = (name: string, method: string, { kind, value, share, application, device, budget, time }: Fault) =>
  command(
    "service",
    "fault",
    name,
    method,
    "--kind",
    kind,
    ...(value ? ["--value", value] : []),
    "--share",
    `${share}%`,
    "--for",
    time,
    ...(application ? ["--application", application] : []),
    ...(device ? ["--device", device] : []),
    "--budget",
    `${budget}%`,
  );

export const endFault = (name: string, id: string) => command("service", "end-fault", name, id);

export const alerts = (application: string, state: string) =>
  command("alerts", "list", ...(application ? [application] : []), ...(state ? ["--state", state] : []));

export const oneAlert = (number: number) => command("alerts", "show", number);

export const listSaved = () => command("saved", "list");

export const showSaved = (name: string, since = "") => command("saved", "show", name, ...(since ? ["--since", since] : []));

export const addSaved = (name: string, query: string, kind: string, application: string, bound: string) =>
  command(
    "saved",
    "add",
    name || "NAME",
    query || "QUERY",
    ...(kind === "request" ? [] : ["--kind", kind]),
    ...(application ? ["--application", application] : []),
    ...(bound ? ["--alert", bound] : []),
  );

export const testSaved = (name: string, days: number) => command("saved", "test", name, "--days", days);

export const removeSaved = (name: string) => command("saved", "remove", name);

export const testAlerts = (application: string, days: number) => command("alerts", "test", ...(application ? [application] : []), "--days", days);

type Hush = { rule: string; application: string; stack: string; endpoint: string; time: string; why: string };

export const silence = ({ rule, application, stack, endpoint, time, why }: Hush) =>
  command(
    "alerts",
    "silence",
    rule && application ? `${rule}/${application}` : rule || application,
    ...(stack ? ["--stack", stack] : []),
    ...(endpoint ? ["--endpoint", endpoint] : []),
    "--for",
    time || "TIME",
    "--why",
    why || "REASON",
  );

export const endSilence = (number: number) => command("alerts", "end-silence", number);

/** Filters by the names of their options; what is empty is no filter. */
export const activity = (application: string, filters: { [name: string]: string }) =>
  command("activity", ...(application ? [application] : []), ...Object.entries(filters).flatMap(([name, value]) => (value ? [`--${name}`, value] : [])));

export const verifyActivities = (head: string) => command("activity", "verify", ...(head ? ["--head", head] : []));

export const wishRollout = (what: string, number: number) => command("rollout", what, number);

export const oneRollout = (number: number, goesOn: boolean) => command("rollout", goesOn ? "watch" : "show", number);

export const listRollouts = (application: string, stack: string) =>
  command("rollout", "list", "--application", application, ...(stack ? ["--stack", stack] : []));

type Recorded = { application: string; stack: string; version: string; endpoint: string; device: string; reason: string; replayable: string };

export const recordings = ({ application, replayable, ...filters }: Recorded) =>
  command(
    "recordings",
    ...(application ? [application] : []),
    ...Object.entries(filters).flatMap(([name, value]) => (value ? [`--${name}`, value] : [])),
    ...(replayable ? ["--replayable"] : []),
  );

export const saveRecording = (id: string) => command("recordings", "--har", id);

const withVersion = (against: string) => (against ? ["--against", against] : []);

export const replay = (id: string, against: string) => command("replay", id, ...withVersion(against));

/** `call` as people count them, from 1. */
export const failCall = (id: string, against: string, call: number, kind: string) =>
  command("replay", id, ...withVersion(against), "--fail", `${call || "CALL"}=${kind}`);

export const failEach = (id: string, against: string) => command("replay", id, ...withVersion(against), "--failures");

export const debug = (id: string, against: string) => command("replay", id, ...withVersion(against), "--debug");

type Compared = { application: string; against: string; version: string; stack: string; time: string; endpoint: string; limit: string };

export const compareVersions = ({ application, against, version, stack, time, endpoint, limit }: Compared) =>
  command(
    "replay",
    "--last",
    time || "TIME",
    "--against",
    against || "VERSION",
    "--application",
    application || "APPLICATION",
    ...(version ? ["--version", version] : []),
    ...(stack === "prod" ? [] : ["--stack", stack]),
    ...(endpoint ? ["--endpoint", endpoint] : []),
    ...(limit === "100" ? [] : ["--limit", limit || "LIMIT"]),
  );

export const listReports = (application: string) => command("replay", "--list", ...(application ? ["--application", application] : []));

export const oneReport = (number: number) => command("replay", "--report", number);

export const beginShadow = (application: string, version: string, stack: string, share: string, time: string, live: boolean) =>
  command(
    "shadow",
    "start",
    version || "VERSION",
    "--application",
    application || "APPLICATION",
    ...(stack === "prod" ? [] : ["--stack", stack]),
    "--share",
    share || "SHARE",
    "--time",
    time || "TIME",
    ...(live ? ["--live"] : []),
  );

export const endShadow = (application: string, stack: string) =>
  command("shadow", "end", "--application", application, ...(stack === "prod" ? [] : ["--stack", stack]));

type Spot = { endpoint: string; place: string; kind: string };

const spot = ({ endpoint, place, kind }: Spot) => [endpoint, place, ...(kind === "changed" ? [] : ["--kind", kind])];

export const acceptDifference = (application: string, of: Spot, why: string) =>
  command("difference", "accept", ...spot(of), "--why", why || "REASON", "--application", application);

export const retractDifference = (application: string, of: Spot) => command("difference", "retract", ...spot(of), "--application", application);

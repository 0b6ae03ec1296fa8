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

export const logs = (application: string, instance = "") =>
  command("logs", application, "-f", ...(instance ? ["--instance", instance] : []));

export const requests = (application: string, stack: string, status: string) =>
  command(
    "requests",
    ...(application ? [application] : []),
    "-f",
    ...(stack ? ["--stack", stack] : []),
    ...(status ? ["--status", status] : []),
  );

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
  command(
    "token", "create", name || "NAME", "--role", role,
    ...(team ? ["--team", team] : []),
    ...(expires ? ["--expires", expires] : []),
  );

export const revokeToken = (id: string) => command("token", "revoke", id);

export const addUser = (name: string, role: string, team: string) =>
  command("user", "add", name || "NAME", "--role", role, ...(team ? ["--team", team] : []));

export const removeUser = (name: string) => command("user", "remove", name);

export const addTeam = (name: string, contact: string) =>
  command("team", "add", name || "NAME", ...(contact ? ["--contact", contact] : []));

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

export const usage = (by: string, where: string, since: string) =>
  command("usage", "--by", by, ...(where ? ["--where", where] : []), "--since", since);

export const query = (sql: string) => command("query", sql.replace(/\s+/g, " ").trim());

export const oneInstance = (id: string) => command("instances", id);

export const profile = (id: string, seconds: number) => command("profile", "--instance", id, "--seconds", seconds);

export const memory = (id: string, seconds: number) =>
  command("profile", "--instance", id, "--memory", ...(seconds ? ["--seconds", seconds] : []));

export const waiting = (id: string) => command("profile", "--instance", id, "--waiting");

export const whyScaled = (application: string, stack: string) =>
  command("scale", "why", application, ...(stack ? ["--stack", stack] : []));

export const fixScale = (application: string, stack: string, line: number, instances: string) =>
  command("scale", "set", application, instances || "N", "--stack", stack, "--line", line);

export const freeScale = (application: string, stack: string, line: number) =>
  command("scale", "auto", application, "--stack", stack, "--line", line);

export const calls = (application: string) => command("calls", application);

export const addService = (name: string, urls: string[], document: string, team: string) =>
  command(
    "service", "add", name || "NAME",
    ...(urls.length ? urls : ["URL"]).flatMap((url) => ["--url", url]),
    ...(document ? ["--openapi", document] : []),
    ...(team ? ["--team", team] : []),
  );

export const removeService = (name: string) => command("service", "remove", name);

export const setPolicies = (name: string) => command("service", "policy", name, "--set", "FILE");

export const switchOff = (name: string, method: string, reason: string) =>
  command("service", "off", name, method, ...(reason ? ["--reason", reason] : []));

export const switchOn = (name: string, method: string) => command("service", "on", name, method);

type Fault = { kind: string; value: number; share: string; application: string; device: string; budget: string; time: string };

export const addFault = (name: string, method: string, { kind, value, share, application, device, budget, time }: Fault) =>
  command(
    "service", "fault", name, method, "--kind", kind,
    ...(value ? ["--value", value] : []),
    "--share", `${share}%`, "--for", time,
    ...(application ? ["--application", application] : []),
    ...(device ? ["--device", device] : []),
    "--budget", `${budget}%`,
  );

export const endFault = (name: string, id: string) => command("service", "end-fault", name, id);

export const alerts = (application: string, state: string) =>
  command("alerts", "list", ...(application ? [application] : []), ...(state ? ["--state", state] : []));

export const oneAlert = (number: number) => command("alerts", "show", number);

export const listSaved = () => command("saved", "list");

export const showSaved = (name: string, since = "") => command("saved", "show", name, ...(since ? ["--since", since] : []));

export const addSaved = (name: string, query: string, kind: string, application: string, bound: string) =>
  command(
    "saved", "add", name || "NAME", query || "QUERY",
    ...(kind === "request" ? [] : ["--kind", kind]),
    ...(application ? ["--application", application] : []),
    ...(bound ? ["--alert", bound] : []),
  );

export const testSaved = (name: string, days: number) => command("saved", "test", name, "--days", days);

export const removeSaved = (name: string) => command("saved", "remove", name);

export const testAlerts = (application: string, days: number) =>
  command("alerts", "test", ...(application ? [application] : []), "--days", days);

type Hush = { rule: string; application: string; stack: string; endpoint: string; time: string; why: string };

export const silence = ({ rule, application, stack, endpoint, time, why }: Hush) =>
  command(
    "alerts", "silence", rule && application ? `${rule}/${application}` : rule || application,
    ...(stack ? ["--stack", stack] : []),
    ...(endpoint ? ["--endpoint", endpoint] : []),
    "--for", time || "TIME", "--why", why || "REASON",
  );

export const endSilence = (number: number) => command("alerts", "end-silence", number);

/** Filters by the names of their options; what is empty is no filter. */
export const activity = (application: string, filters: { [name: string]: string }) =>
  command(
    "activity",
    ...(application ? [application] : []),
    ...Object.entries(filters).flatMap(([name, value]) => (value ? [`--${name}`, value] : [])),
  );

export const verifyActivities = (head: string) => command("activity", "verify", ...(head ? ["--head", head] : []));

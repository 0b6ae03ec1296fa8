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

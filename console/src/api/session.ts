/** Who is signed in. The secret is a cookie that no script can read; what is kept here is who, and until when. */
import { useSyncExternalStore } from "react";
import { ask, control, Failure, keepWord, type Session, whenEnded } from "./client";
import { listen } from "./live";
import { queries } from "./queries";

export type Sign = { state: "asking" | "in" | "out" | "ended" | "away"; session: Session | null; failure: Failure | null };

const LONGEST = 2 ** 31 - 1; // What a browser's timer can hold.

let sign: Sign = { state: "asking", session: null, failure: null };
let stop = () => {};
const watchers = new Set<() => void>();

function change(next: Sign): void {
  sign = next;
  for (const wake of watchers) wake();
}

export function useSign(): Sign {
  return useSyncExternalStore(
    (wake) => (watchers.add(wake), () => void watchers.delete(wake)),
    () => sign,
  );
}

/** The session; only where somebody is signed in. */
export function useSession(): Session {
  const { session } = useSign();
  if (!session) throw new Error("nobody is signed in");
  return session;
}

/** Whether who is signed in may change what a team owns, as the API will say; without a team it is an operator's. */
export function mayChange({ role, team }: Session, owner: string): boolean {
  return role === "operator" || (role === "developer" && owner !== "" && team === owner);
}

/** Asks who is signed in, and begins to listen. */
export async function begin(): Promise<void> {
  try {
    const session = await ask(control.session());
    keepWord(session.change);
    stop();
    const quiet = listen(queries);
    const timer = setTimeout(() => leave("ended"), Math.min(session.expires_at * 1000 - Date.now(), LONGEST));
    stop = () => (quiet(), clearTimeout(timer));
    change({ state: "in", session, failure: null });
  } catch (error) {
    if (!(error instanceof Failure)) throw error;
    if (error.status === 401 || error.status === 403) change({ state: "out", session: null, failure: null });
    else change({ state: "away", session: null, failure: error });
  }
}

/** Signs in with the code of a link. Throws a Failure for one that was used, or is too old. */
export async function redeem(code: string): Promise<void> {
  await ask(control.signIn({ body: { code } }));
  await begin();
}

export async function signOut(): Promise<void> {
  await ask(control.signOut());
  leave("out");
}

function leave(state: "out" | "ended"): void {
  if (sign.state !== "in") return;
  stop();
  keepWord("");
  change({ state, session: null, failure: null });
  queries.clear();
}

whenEnded(() => leave("ended"));

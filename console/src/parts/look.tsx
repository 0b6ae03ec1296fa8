/** What takes a while to be looked at: asked for by a click, given up when one leaves the page. */
import { type ReactNode, useEffect, useRef, useState } from "react";
import { Failure } from "../api/client";
import { useSession } from "../api/session";
import { Command } from "./command";
import { Problem, Skeleton } from "./trouble";

type Props<T> = {
  button: string;
  busy: string;
  command: string;
  /** Fields before the button. */
  fields?: ReactNode;
  ready?: boolean;
  /** Any role may look; else what is looked at is a live instance, which viewers leave alone. */
  anybody?: boolean;
  ask: (signal: AbortSignal) => Promise<T>;
  children: (found: T) => ReactNode;
};

export function Look<T>({ button, busy, command, fields, ready = true, anybody = false, ask, children }: Props<T>) {
  const { name, role } = useSession();
  const barred = role === "viewer" && !anybody;
  const [asking, setAsking] = useState(false);
  const [found, setFound] = useState<T | null>(null);
  const [failure, setFailure] = useState<Failure | null>(null);
  const abort = useRef<AbortController>(null);
  useEffect(() => () => abort.current?.abort(), []);

  async function go() {
    const own = (abort.current = new AbortController());
    setAsking(true);
    setFailure(null);
    try {
      const told = await ask(own.signal);
      if (!own.signal.aborted) setFound(told);
    } catch (error) {
      if (own.signal.aborted) return;
      if (!(error instanceof Failure)) throw error;
      setFailure(error);
    } finally {
      if (!own.signal.aborted) setAsking(false);
    }
  }

  return (
    <>
      <form
        className="look-form"
        onSubmit={(event) => {
          event.preventDefault();
          void go();
        }}
      >
        {fields}
        <button type="submit" className="button primary" disabled={asking || !ready || barred}>
          {asking ? busy : button}
        </button>
        <Command text={command} />
      </form>
      {barred && <p className="faint">{name} is a viewer; its team and operators may look into an instance.</p>}
      {failure && <Problem error={failure} />}
      {asking && <Skeleton rows={3} />}
      {found && !asking && <div className="look-found">{children(found)}</div>}
    </>
  );
}

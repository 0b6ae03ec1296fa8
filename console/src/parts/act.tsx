/** A change: what it does, the command that does the same, then its steps as they go. */
import { type ReactNode, useState } from "react";
import { Failure } from "../api/client";
import type { Operation } from "../api/operation";
import { useSession } from "../api/session";
import { Command } from "./command";
import { Dialog } from "./dialog";
import { Steps } from "./steps";
import { toast } from "./toasts";
import { Problem } from "./trouble";

type Props = {
  title: string;
  command: string;
  button: string;
  danger?: boolean;
  ready?: boolean;
  children?: ReactNode;
  /** Makes the change; returns the operations that carry it out, if there are any. */
  run: () => Promise<Operation[]>;
  /** What to say once it is done. */
  done: string;
  /** The one who asked closes by itself, since there is something to read. */
  keepOpen?: boolean;
  /** Returns true when it shows the failure itself. */
  onFailure?: (failure: Failure) => unknown;
  onClose: () => void;
};

export function Act({ title, command, button, danger, ready = true, children, run, done, keepOpen, onFailure, onClose }: Props) {
  const { name, role } = useSession();
  const [operations, setOperations] = useState<Operation[] | null>(null);
  const [ended, setEnded] = useState(0);
  const [failure, setFailure] = useState<Failure | null>(null);
  const [busy, setBusy] = useState(false);

  async function go() {
    setBusy(true);
    setFailure(null);
    try {
      const begun = await run();
      if (begun.length) return setOperations(begun);
      toast(done);
      if (!keepOpen) onClose();
    } catch (error) {
      if (!(error instanceof Failure)) throw error;
      if (!onFailure?.(error)) setFailure(error);
    } finally {
      setBusy(false);
    }
  }

  function end(operation: Operation) {
    setEnded((before) => before + 1);
    if (operation.state === "done") toast(done);
  }

  return (
    <Dialog title={title} onClose={onClose}>
      <form
        className="act"
        onSubmit={(event) => {
          event.preventDefault();
          void go();
        }}
      >
        {!operations && <div className="act-what">{children}</div>}
        <Command text={command} />
        {role === "viewer" && <p className="faint">{name} is a viewer and may change nothing; an operator can give you another role.</p>}
        {failure && <Problem error={failure} />}
        {operations?.map((one) => (
          <Steps key={one.id} operation={one} onEnd={end} />
        ))}
        <footer className="dialog-foot">
          <button type="button" className="button" onClick={onClose}>
            {operations ? (ended === operations.length ? "Close" : "Close; it goes on") : "Cancel"}
          </button>
          {!operations && (
            <button type="submit" className={danger ? "button danger" : "button primary"} disabled={busy || !ready || role === "viewer"}>
              {busy ? "Asking …" : button}
            </button>
          )}
        </footer>
      </form>
    </Dialog>
  );
}

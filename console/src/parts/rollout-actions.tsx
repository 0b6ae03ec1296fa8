/** What people ask of a rollout: to stay as it is, to go on, to go back. */
import { useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { Failure } from "../api/client";
import * as commands from "../api/commands";
import { application } from "../api/queries";
import { isEnded, type Rollout, type Wish, wish } from "../api/rollouts";
import { mayChange, useSession } from "../api/session";
import { Act } from "./act";
import { RollBack } from "./line-actions";
import { Stack } from "./state";

export function RolloutActions({ of }: { of: Rollout }) {
  const session = useSession();
  const known = useQuery(application(of.application)).data;
  const [asked, setAsked] = useState<Wish | "back" | null>(null);
  if (!known || !mayChange(session, known.team)) return null;
  const line = known.lines.find((one) => one.stack === of.stack && commands.major(one.line) === of.major);
  const isCurrent = of.state === "done" && of.former > 0 && line?.release === of.release;
  const onClose = () => setAsked(null);
  return (
    <div className="rollout-actions">
      {!isEnded(of) && <Wishes of={of} ask={setAsked} />}
      {isCurrent && (
        <button type="button" className="button" onClick={() => setAsked("back")}>
          Roll back
        </button>
      )}
      {asked === "back" && <RollBack application={of.application} line={`^${of.major}`} stack={of.stack} onClose={onClose} />}
      {asked && asked !== "back" && <Confirm of={of} what={asked} onClose={onClose} />}
    </div>
  );
}

function Wishes({ of, ask }: { of: Rollout; ask: (what: Wish) => void }) {
  const name = `rollout ${of.id}`;
  const resumes = of.paused_at > 0 || of.state === "asking";
  const pauses = !of.paused_at && !["asking", "finishing", "going back"].includes(of.state);
  return (
    <>
      {resumes && (
        <button type="button" className="button primary" onClick={() => ask("resume")} aria-label={`Resume ${name}`}>
          Resume
        </button>
      )}
      {pauses && (
        <button type="button" className="button" onClick={() => ask("pause")} aria-label={`Pause ${name}`}>
          Pause
        </button>
      )}
      {of.state !== "going back" && (
        <button type="button" className="button danger-text" onClick={() => ask("abort")} aria-label={`Abort ${name}`}>
          Abort
        </button>
      )}
    </>
  );
}

const BUTTONS = { pause: "Pause", resume: "Resume", abort: "Abort" };
const DONE = { pause: "pauses", resume: "goes on", abort: "goes back" };

function Confirm({ of, what, onClose }: { of: Rollout; what: Wish; onClose: () => void }) {
  return (
    <Act
      title={`${BUTTONS[what]} rollout ${of.id} of ${of.application} ^${of.major}`}
      command={commands.wishRollout(what, of.id)}
      button={BUTTONS[what]}
      danger={what === "abort"}
      done={`Rollout ${of.id} ${DONE[what]}`}
      onClose={onClose}
      run={async () => {
        const { done, said } = await wish(of.id, what);
        if (!done) throw new Failure(409, "nothing", said, "");
        return [];
      }}
    >
      <Effect of={of} what={what} />
    </Act>
  );
}

function Effect({ of, what }: { of: Rollout; what: Wish }) {
  const fresh = <strong className="mono">{of.version}</strong>;
  if (what === "pause") return <p>The traffic stays as it is and nothing moves on. Harm that is seen still sends it back.</p>;
  if (what === "abort") {
    return (
      <p>
        {of.former_version ? <strong className="mono">{of.former_version}</strong> : "What ran before"} serves everybody in <Stack name={of.stack} /> again, and
        the instances of {fresh} end. No request is lost.
      </p>
    );
  }
  if (of.state === "asking") {
    return (
      <p>
        The judge could not say whether {fresh} does harm. When it goes on, it gets all traffic in <Stack name={of.stack} />, and the timeline says that you
        decided so.
      </p>
    );
  }
  return <p>It goes on from where it was paused.</p>;
}

/** Letting a pipeline go on or ending it; the hook that starts one from outside. */
import { useState } from "react";
import * as commands from "../api/commands";
import { type Answer, answer, makeHook, type Publication, removeHook } from "../api/pipelines";
import { useSession } from "../api/session";
import { Act } from "../parts/act";
import { Command, Copy } from "../parts/command";
import { Dialog } from "../parts/dialog";
import { Field } from "../parts/field";
import { Stack } from "../parts/state";

type Close = { onClose: () => void };

export function AnswerPipeline({ of, what, onClose }: Close & { of: Publication; what: Answer }) {
  const { name } = useSession();
  const [why, setWhy] = useState("");
  const title = `${of.application} ${of.version}`;
  const approves = what === "approve";
  return (
    <Act
      title={`${approves ? "Approve" : "Reject"} ${title}`}
      command={commands.answerPipeline(what, of.operation, why)}
      button={approves ? "Approve" : "Reject"}
      danger={!approves}
      done={approves ? `${title} goes on` : `The pipeline of ${title} ends`}
      onClose={onClose}
      run={async () => {
        await answer(of.operation, what, why);
        return [];
      }}
    >
      <p>
        {approves ? "It goes on to " : "Its pipeline ends, and nothing changes in "}
        <Stack name={of.stack} />. {of.by} began it.
      </p>
      {approves && of.by === name && <p className="warning">You began it, so somebody else has to approve it.</p>}
      <Field label="Why" hint="Others find it among the activities, with your name">
        {(ids) => <input {...ids} className="input" value={why} onChange={(event) => setWhy(event.target.value)} autoComplete="off" />}
      </Field>
    </Act>
  );
}

export function MakeHook({ of, onClose }: Close & { of: string }) {
  const [made, setMade] = useState("");
  if (made) return <Made address={made} of={of} onClose={onClose} />;
  return (
    <Act
      title={`Make a hook of ${of}`}
      command={commands.makeHook(of)}
      button="Make"
      done={`The hook of ${of} is made`}
      keepOpen
      onClose={onClose}
      run={async () => {
        setMade(await makeHook(of));
        return [];
      }}
    >
      <p>A secret address: a POST to it starts the pipeline of the newest version, for a webhook or another machine. One that was made before ends.</p>
    </Act>
  );
}

/** The only time that the address is seen. */
function Made({ address, of, onClose }: Close & { address: string; of: string }) {
  return (
    <Dialog title={`The hook of ${of}`} onClose={onClose}>
      <p>It is shown this once. Whoever has it may start the pipeline, so keep it where secrets are kept.</p>
      <div className="command">
        <code>{address}</code>
        <Copy text={address} what="address" />
      </div>
      <Command text={`curl -X POST ${commands.quote(address)}`} label="What starts it" />
      <footer className="dialog-foot">
        <button type="button" className="button primary" onClick={onClose}>
          I have it
        </button>
      </footer>
    </Dialog>
  );
}

export function RemoveHook({ of, onClose }: Close & { of: string }) {
  return (
    <Act
      title={`Remove the hook of ${of}`}
      command={commands.removeHook(of)}
      button="Remove"
      danger
      done={`${of} has no hook`}
      onClose={onClose}
      run={async () => {
        await removeHook(of);
        return [];
      }}
    >
      <p>Its address starts nothing from now on. Where there is none, nothing happens.</p>
    </Act>
  );
}

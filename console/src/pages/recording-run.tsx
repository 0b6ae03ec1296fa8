/** Running a recording again: as it was, with another version, with a call that fails, with each of them failing, or at home. */
import { type FormEvent, type ReactNode, useState } from "react";
import { Failure } from "../api/client";
import * as commands from "../api/commands";
import { type Call, FAULTS, type Failures, failEach, type Kept, nameOf, type Replay, replay } from "../api/recordings";
import { Choices } from "../parts/choice";
import { Command } from "../parts/command";
import { Field } from "../parts/field";
import { Section } from "../parts/page";
import { Problem } from "../parts/trouble";
import { VersionField } from "../parts/version-fields";
import { FailuresTold } from "./recording-failures";
import { ReplayTold } from "./recording-replay";

type Way = "" | "call" | "each" | "debug";

const WAYS: { value: Way; text: string }[] = [
  { value: "", text: "Replay" },
  { value: "call", text: "Fail a call" },
  { value: "each", text: "Fail every call" },
  { value: "debug", text: "Debug on your laptop" },
];
const WORDS: { [way in Way]: ReactNode } = {
  "": "Every answer, and what it read of clock and chance, comes from the recording: no service is asked, nothing is written.",
  call: "One call fails; the others are answered as recorded. Does the answer do without it?",
  each: "Each call fails in each way, in turn, to find where a fallback is missing.",
  debug: "This command fetches the recording and the version's source, runs it on your machine and waits for your debugger on port 5678.",
};

type Told = { replay: Replay; fault: string } | { failures: Failures };

export function RunAgain({ of, calls, lacking }: { of: Kept; calls: Call[]; lacking: string[] }) {
  return (
    <Section title="Run it again">
      {lacking.length ? (
        <p className="faint">It cannot be run again: {lacking.join("; ")}. The one before or after it may be.</p>
      ) : (
        <Run of={of} calls={calls} />
      )}
    </Section>
  );
}

function Run({ of, calls }: { of: Kept; calls: Call[] }) {
  const [way, setWay] = useState<Way>("");
  const [against, setAgainst] = useState("");
  const [call, setCall] = useState(0);
  const [kind, setKind] = useState("error");
  const [told, setTold] = useState<Told | null>(null);
  const [failure, setFailure] = useState<Failure | null>(null);
  const [busy, setBusy] = useState(false);
  const isReady = way !== "call" || call > 0;

  async function run(event: FormEvent) {
    event.preventDefault();
    setBusy(true);
    setFailure(null);
    setTold(null);
    try {
      if (way === "each") return setTold({ failures: await failEach(of.id, against) });
      const faults = way === "call" ? { [call - 1]: kind } : {};
      const fault = way === "call" ? `${nameOf(calls[call - 1]!)}: ${FAULTS[kind]}` : "";
      setTold({ replay: await replay(of.id, against, faults), fault });
    } catch (error) {
      if (!(error instanceof Failure)) throw error;
      setFailure(error);
    } finally {
      setBusy(false);
    }
  }

  return (
    <form className="card run-again" onSubmit={(event) => void run(event)}>
      <Choices
        label="What to do"
        options={calls.length ? WAYS : WAYS.filter(({ value }) => value === "" || value === "debug")}
        value={way}
        set={(next) => setWay(next as Way)}
      />
      <p className="faint">{WORDS[way]}</p>
      <div className="run-fields">
        <VersionField
          label="Version"
          application={of.application}
          none={`${of.version}, which served it`}
          without={of.version}
          value={against}
          set={setAgainst}
        />
        {way === "call" && <FailingCall calls={calls} call={call} setCall={setCall} kind={kind} setKind={setKind} />}
      </div>
      <div className="run-foot">
        {way !== "debug" && (
          <button type="submit" className="button primary" disabled={busy || !isReady}>
            {busy ? "Running …" : sayButton(way, against)}
          </button>
        )}
        <Command text={commandOf(way, of.id, against, call, kind)} />
      </div>
      <div role="status" className="run-told">
        {failure && <Problem error={failure} />}
        {told && ("failures" in told ? <FailuresTold of={told.failures} calls={calls} /> : <ReplayTold of={told.replay} fault={told.fault} />)}
      </div>
    </form>
  );
}

function sayButton(way: Way, against: string): string {
  const what = { "": "Replay", call: "Let it fail", each: "Let each fail", debug: "" }[way];
  return against ? `${what} with ${against}` : what;
}

function commandOf(way: Way, id: string, against: string, call: number, kind: string): string {
  if (way === "call") return commands.failCall(id, against, call, kind);
  if (way === "each") return commands.failEach(id, against);
  return way === "debug" ? commands.debug(id, against) : commands.replay(id, against);
}

type FailingProps = { calls: Call[]; call: number; setCall: (call: number) => void; kind: string; setKind: (kind: string) => void };

function FailingCall({ calls, call, setCall, kind, setKind }: FailingProps) {
  return (
    <>
      <Field label="Call">
        {(ids) => (
          <select {...ids} className="input" value={call} onChange={(event) => setCall(Number(event.target.value))}>
            <option value={0}>Choose a call …</option>
            {calls.map((one, at) => (
              <option key={at} value={at + 1}>
                {at + 1} {nameOf(one)}
              </option>
            ))}
          </select>
        )}
      </Field>
      <Field label="How it fails">
        {(ids) => (
          <select {...ids} className="input" value={kind} onChange={(event) => setKind(event.target.value)}>
            {Object.entries(FAULTS).map(([name, text]) => (
              <option key={name} value={name}>
                {name}: {text}
              </option>
            ))}
          </select>
        )}
      </Field>
    </>
  );
}

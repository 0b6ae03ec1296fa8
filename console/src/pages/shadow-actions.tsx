/** A shadow's start, and its end before its time. */
import { useState } from "react";
import * as commands from "../api/commands";
import { readTime } from "../api/moments";
import { beginShadow, endShadow, type Shadow } from "../api/replays";
import { Act } from "../parts/act";
import { Field } from "../parts/field";
import { moment } from "../parts/format";
import { Stack } from "../parts/state";
import { ApplicationField, StackField, VersionField } from "../parts/version-fields";

const LONGEST = 7 * 86_400;

export function BeginShadow({ application: first, onClose }: { application: string; onClose: () => void }) {
  const [application, setApplication] = useState(first);
  const [version, setVersion] = useState("");
  const [stack, setStack] = useState("prod");
  const [share, setShare] = useState("100");
  const [time, setTime] = useState("1h");
  const [live, setLive] = useState(false);
  const seconds = readTime(time);
  const fits = seconds > 0 && seconds <= LONGEST;
  const isShare = /^\d+(\.\d+)?$/.test(share) && Number(share) > 0 && Number(share) <= 100;
  return (
    <Act
      title="Start a shadow"
      command={commands.beginShadow(application, version, stack, share, time, live)}
      button="Start"
      ready={application !== "" && version !== "" && fits && isShare}
      done={`${application} ${version} shadows ${stack}`}
      onClose={onClose}
      run={async () => {
        await beginShadow(application, { version, stack, share: Number(share) / 100, seconds, live });
        return [];
      }}
    >
      <p>
        It answers recorded requests again, after their answers are out: nobody waits for it, and what it writes goes nowhere. A stack has one shadow of an
        application at a time.
      </p>
      <div className="pairs even">
        <ApplicationField value={application} set={(next) => (setApplication(next), setVersion(""))} />
        <VersionField label="Version" application={application} none="Choose one …" value={version} set={setVersion} />
        <StackField label="What is recorded in" value={stack} set={setStack} />
        <Field label="Share, %">
          {(ids) => (
            <input
              {...ids}
              className="input"
              inputMode="decimal"
              aria-invalid={!isShare}
              value={share}
              onChange={(event) => setShare(event.target.value.trim())}
              autoComplete="off"
            />
          )}
        </Field>
        <Field label="For" hint={fits ? `Until ${moment(Date.now() / 1000 + seconds)}` : "As in 30m, 2h or 3d; at most 7d"}>
          {(ids) => (
            <input {...ids} className="input" aria-invalid={!fits} value={time} onChange={(event) => setTime(event.target.value.trim())} autoComplete="off" />
          )}
        </Field>
      </div>
      <label className="check">
        <input type="checkbox" checked={live} onChange={(event) => setLive(event.target.checked)} />
        Ask services anew for what has no effect
      </label>
    </Act>
  );
}

export function EndShadow({ one, onClose }: { one: Shadow; onClose: () => void }) {
  return (
    <Act
      title={`End the shadow of ${one.application}`}
      command={commands.endShadow(one.application, one.stack)}
      button="End it"
      done={`The shadow of ${one.application} in ${one.stack} ended`}
      onClose={onClose}
      run={async () => {
        await endShadow(one);
        return [];
      }}
    >
      <p>
        <strong className="mono">{one.version}</strong> answers no more of what is recorded in <Stack name={one.stack} />.{" "}
        {one.report ? "Its report stays." : "It has no report yet, so nothing of it stays."}
      </p>
    </Act>
  );
}

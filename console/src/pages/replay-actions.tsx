/** Comparing a version with what served recorded requests. */
import { useState } from "react";
import { useLocation } from "wouter";
import * as commands from "../api/commands";
import { readTime } from "../api/moments";
import { compareVersions } from "../api/replays";
import { Act } from "../parts/act";
import { Field } from "../parts/field";
import { ApplicationField, StackField, VersionField } from "../parts/version-fields";

const MOST = 1000;

export function Compare({ application: first, onClose }: { application: string; onClose: () => void }) {
  const [, go] = useLocation();
  const [application, setApplication] = useState(first);
  const [against, setAgainst] = useState("");
  const [version, setVersion] = useState("");
  const [stack, setStack] = useState("prod");
  const [time, setTime] = useState("1h");
  const [endpoint, setEndpoint] = useState("");
  const [limit, setLimit] = useState("100");
  const seconds = readTime(time);
  const isFew = /^\d+$/.test(limit) && Number(limit) > 0 && Number(limit) <= MOST;

  return (
    <Act
      title="Compare a version"
      command={commands.compareVersions({ application, against, version, stack, time, endpoint, limit })}
      button="Compare"
      ready={application !== "" && against !== "" && seconds > 0 && isFew}
      done={`${application} ${against} is compared`}
      keepOpen
      onClose={onClose}
      run={async () => {
        const made = await compareVersions(application, { against, version, stack, seconds, endpoint: endpoint.trim(), limit: Number(limit) });
        onClose();
        go(`/replays/${made.id}`);
        return [];
      }}
    >
      <p>Recorded requests are run with it, and twice with the version that served them: what those two differ in is noise. No service is asked.</p>
      <div className="pairs even">
        <ApplicationField value={application} set={(next) => (setApplication(next), setAgainst(""), setVersion(""))} />
        <VersionField label="Version" application={application} none="Choose one …" value={against} set={setAgainst} />
        <VersionField label="Beside" application={application} none="the one that served lately" value={version} set={setVersion} />
        <StackField label="Recorded in" value={stack} set={setStack} />
        <Field label="Of the last" hint="As in 10m, 1h or 2d">
          {(ids) => (
            <input
              {...ids}
              className="input"
              aria-invalid={!seconds}
              value={time}
              onChange={(event) => setTime(event.target.value.trim())}
              autoComplete="off"
            />
          )}
        </Field>
        <Field label="Recordings" hint={`At most ${MOST.toLocaleString("en")}`}>
          {(ids) => (
            <input
              {...ids}
              className="input"
              inputMode="numeric"
              aria-invalid={!isFew}
              value={limit}
              onChange={(event) => setLimit(event.target.value.trim())}
              autoComplete="off"
            />
          )}
        </Field>
      </div>
      <Field label="Endpoint" hint="As in GET /rows; empty: all">
        {(ids) => (
          <input {...ids} className="input mono" maxLength={400} value={endpoint} onChange={(event) => setEndpoint(event.target.value)} autoComplete="off" />
        )}
      </Field>
    </Act>
  );
}

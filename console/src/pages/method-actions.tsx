/** What an owner does to a method while it serves: off for all, on again, and failing on purpose. */
import { useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { ask, control, type Schemas } from "../api/client";
import * as commands from "../api/commands";
import { readTime } from "../api/moments";
import { applications, dependents } from "../api/queries";
import { Act } from "../parts/act";
import { Field } from "../parts/field";
import { count, percent } from "../parts/format";
import { Loaded } from "../parts/loaded";
import { Stack } from "../parts/state";
import { withCode } from "../parts/trouble";
import { changed } from "./service-actions";

type Target = { service: string; method: string; onClose: () => void };

export function SwitchOff({ service, method, onClose }: Target) {
  const [reason, setReason] = useState("");
  const query = useQuery(dependents(service, method));
  return (
    <Act
      title={`Switch off ${service}.${method}`}
      command={commands.switchOff(service, method, reason)}
      button="Switch off for all"
      danger
      // Where nothing is known it can be switched off still: that is when it is wanted most.
      ready={!query.isPending}
      done={`${service}.${method} is switched off`}
      onClose={onClose}
      run={() => changed(ask(control.switchOff({ path: { name: service, method }, body: { reason } })))}
    >
      <Loaded query={query} rows={2}>
        {(all) => <Dependents all={all} />}
      </Loaded>
      <Field label="Reason" hint="Others see it at the method, with your name">
        {(ids) => <input {...ids} className="input" value={reason} onChange={(event) => setReason(event.target.value)} autoComplete="off" />}
      </Field>
    </Act>
  );
}

function Dependents({ all }: { all: Schemas.Dependent[] }) {
  if (!all.length) return <p>Nobody called it within the last hour.</p>;
  return (
    <>
      <p>Within the last hour {count(all.length, "endpoint")} called it. From now on every call is refused at once, and each does without:</p>
      <ul className="dependents" aria-label="Endpoints that call it">
        {all.map((one) => (
          <li key={`${one.application} ${one.version} ${one.stack} ${one.endpoint}`}>
            <p>
              <strong className="mono">{one.endpoint}</strong> <span>of {one.application}</span> <span className="mono">{one.version}</span>{" "}
              <Stack name={one.stack} />
            </p>
            <p className="faint">
              {percent(Math.min(1, one.share))} of {count(one.requests, "request")} call it. Without it: {withCode(one.fallback)}
            </p>
          </li>
        ))}
      </ul>
    </>
  );
}

export function SwitchOn({ service, method, onClose }: Target) {
  return (
    <Act
      title={`Switch on ${service}.${method}`}
      command={commands.switchOn(service, method)}
      button="Switch on"
      done={`${service}.${method} is switched on`}
      onClose={onClose}
      run={() => changed(ask(control.switchOn({ path: { name: service, method } })))}
    >
      <p>Calls reach the service again, as far as its policies allow.</p>
    </Act>
  );
}

const KINDS = {
  delay: "the answer comes later",
  error: "the answer is an error",
  empty: "the answer has no body",
  malformed: "the answer is no JSON",
  cut: "the answer breaks off",
};
/** What a kind needs beside its name. */
const VALUES: { [kind: string]: { label: string; first: string; max: number } } = {
  delay: { label: "Milliseconds", first: "500", max: 60_000 },
  error: { label: "Status", first: "503", max: 599 },
};

export function AddFault({ service, method, onClose }: Target) {
  const [kind, setKind] = useState<keyof typeof KINDS>("error");
  const [value, setValue] = useState("503");
  const [share, setShare] = useState("10");
  const [time, setTime] = useState("10m");
  const [application, setApplication] = useState("");
  const [device, setDevice] = useState("");
  const [budget, setBudget] = useState("1");
  const known = useQuery(applications()).data ?? [];
  const needs = VALUES[kind];
  const number = needs ? Number(value) : 0;
  const seconds = readTime(time);

  function choose(next: keyof typeof KINDS) {
    setKind(next);
    setValue(VALUES[next]?.first ?? "");
  }

  return (
    <Act
      title={`Let ${service}.${method} fail`}
      command={commands.addFault(service, method, { kind, value: number, share, application, device, budget, time })}
      button="Let it fail"
      danger
      ready={seconds > 0 && Number(share) > 0 && Number(budget) > 0 && (!needs || number > 0)}
      done={`${service}.${method} fails for ${time}`}
      onClose={onClose}
      run={() => {
        const wish = { method, kind, value: number, share: Number(share) / 100, application, device, budget: Number(budget) / 100, seconds };
        return changed(ask(control.addFault({ path: { name: service }, body: wish })));
      }}
    >
      <p>
        To see what scripts make of it before it happens by itself. It ends after its time, and at once when more of an application's requests fail than its
        budget allows.
      </p>
      <div className="pairs">
        <Field label="What happens">
          {(ids) => (
            <select {...ids} className="input" value={kind} onChange={(event) => choose(event.target.value as keyof typeof KINDS)}>
              {Object.entries(KINDS).map(([name, words]) => (
                <option key={name} value={name}>
                  {name}: {words}
                </option>
              ))}
            </select>
          )}
        </Field>
        {needs && <Amount label={needs.label} value={value} set={setValue} max={needs.max} />}
        <Amount label="Share of calls in %" value={share} set={setShare} max={100} />
        <Field label="For" hint="As in 30s, 10m or 1h">
          {(ids) => <input {...ids} className="input" value={time} onChange={(event) => setTime(event.target.value.trim())} autoComplete="off" />}
        </Field>
        <Amount label="Error budget in %" value={budget} set={setBudget} max={100} hint="Of an application's requests" />
        <Field label="Application">
          {(ids) => (
            <select {...ids} className="input" value={application} onChange={(event) => setApplication(event.target.value)}>
              <option value="">all</option>
              {known.map((one) => (
                <option key={one.name}>{one.name}</option>
              ))}
            </select>
          )}
        </Field>
        <Field label="Device" hint="A type, as in tv; empty: all">
          {(ids) => <input {...ids} className="input" value={device} onChange={(event) => setDevice(event.target.value.trim())} autoComplete="off" />}
        </Field>
      </div>
    </Act>
  );
}

type NumberProps = { label: string; value: string; set: (value: string) => void; max: number; hint?: string };

function Amount({ label, value, set, max, hint }: NumberProps) {
  return (
    <Field label={label} hint={hint}>
      {(ids) => <input {...ids} className="input" type="number" min={0} max={max} step="any" value={value} onChange={(event) => set(event.target.value)} />}
    </Field>
  );
}

export function EndFault({ service, fault: { id, method }, onClose }: { service: string; fault: Schemas.Fault; onClose: () => void }) {
  return (
    <Act
      title={`End the fault of ${service}.${method}`}
      command={commands.endFault(service, id)}
      button="End it"
      done={`${service}.${method} fails no more`}
      onClose={onClose}
      run={() => changed(ask(control.endFault({ path: { name: service, fault: id } })))}
    >
      <p>Calls are left alone again, at once.</p>
    </Act>
  );
}

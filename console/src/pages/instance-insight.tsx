/** What a live instance does: where its CPU and its memory go, and what each request in flight waits for. */
import { type KeyboardEvent, type ReactNode, useId, useRef, useState } from "react";
import { ask, control, type Schemas } from "../api/client";
import * as commands from "../api/commands";
import { Field } from "../parts/field";
import { Flame, short } from "../parts/flame";
import { bytes, cores, count, latency, percent } from "../parts/format";
import { Look } from "../parts/look";
import { Section } from "../parts/page";
import { Table } from "../parts/table";
import { Empty } from "../parts/trouble";

const TABS = { cpu: "CPU", memory: "Memory", flight: "In flight" } as const;
type Tab = keyof typeof TABS;
const LONGEST = 60;

export function Insight({ id }: { id: string }) {
  const [tab, setTab] = useState<Tab>("cpu");
  const own = useId();
  const list = useRef<HTMLDivElement>(null);
  const names = Object.keys(TABS) as Tab[];

  function press(event: KeyboardEvent) {
    const step = { ArrowRight: 1, ArrowLeft: -1 }[event.key];
    if (!step) return;
    event.preventDefault();
    const next = names[(names.indexOf(tab) + step + names.length) % names.length]!;
    setTab(next);
    list.current?.querySelector<HTMLElement>(`[data-tab=${next}]`)?.focus();
  }

  return (
    <Section title="Look inside">
      <div className="look card">
        <div className="choice" role="tablist" aria-label="What to look at" ref={list} onKeyDown={press}>
          {names.map((name) => (
            <button
              key={name}
              type="button"
              role="tab"
              data-tab={name}
              id={`${own}${name}`}
              aria-selected={name === tab}
              aria-controls={`${own}panel`}
              tabIndex={name === tab ? 0 : -1}
              onClick={() => setTab(name)}
            >
              {TABS[name]}
            </button>
          ))}
        </div>
        <div role="tabpanel" id={`${own}panel`} aria-labelledby={`${own}${tab}`} className="look-panel">
          {tab === "cpu" && <Cpu id={id} />}
          {tab === "memory" && <Memory id={id} />}
          {tab === "flight" && <Flight id={id} />}
        </div>
      </div>
    </Section>
  );
}

type SecondsProps = { label: string; value: string; least: number; onChange: (value: string) => void };

function Seconds({ label, value, least, onChange }: SecondsProps) {
  return (
    <Field label={label}>
      {(ids) => (
        <input {...ids} className="input" type="number" min={least} max={LONGEST} required value={value} onChange={(event) => onChange(event.target.value)} />
      )}
    </Field>
  );
}

function Cpu({ id }: { id: string }) {
  const [seconds, setSeconds] = useState("10");
  const wanted = Number(seconds);
  const path = { instance: id };
  return (
    <Look
      button="Sample"
      busy={`Sampling for ${wanted} s …`}
      command={commands.profile(id, wanted)}
      fields={<Seconds label="Seconds" value={seconds} least={1} onChange={setSeconds} />}
      ready={wanted >= 1 && wanted <= LONGEST}
      ask={(signal) => ask(control.profile({ path, body: { seconds: wanted }, signal }))}
    >
      {(found) => <Profile found={found} />}
    </Look>
  );
}

function Profile({ found }: { found: Schemas.Profile }) {
  const share = (value: number) => percent(value / found.busy);
  return (
    <>
      <p>
        Busy in {percent(found.samples ? found.busy / found.samples : 0)} of {count(found.samples, "sample")}; {cores(found.cores)} cores used.
      </p>
      {!found.busy && <Empty title="It only waited for events" />}
      {found.busy > 0 && (
        <>
          <Flame key={found.seconds} tree={found.tree} />
          <Table
            label="Hottest functions"
            rows={found.functions.slice(0, 10)}
            id={(one) => `${one.name} ${one.file}`}
            columns={[
              { name: "Function", kind: "main", cell: (one) => <span className="mono">{one.name}</span> },
              { name: "File", cell: (one) => <span className="mono faint">{short(one.file)}</span> },
              { name: "In itself", kind: "number", cell: (one) => share(one.own) },
              { name: "With what it calls", kind: "number", cell: (one) => share(one.total) },
            ]}
          />
        </>
      )}
    </>
  );
}

function Memory({ id }: { id: string }) {
  const [seconds, setSeconds] = useState("0");
  const wanted = Number(seconds);
  const path = { instance: id };
  return (
    <Look
      button="Look"
      busy="Looking …"
      command={commands.memory(id, wanted)}
      fields={<Seconds label="Seconds between two looks; 0 for one" value={seconds} least={0} onChange={setSeconds} />}
      ready={seconds !== "" && wanted >= 0 && wanted <= LONGEST}
      ask={(signal) => ask(control.memory({ path, body: { apart: wanted }, signal }))}
    >
      {(found) => <Objects found={found} />}
    </Look>
  );
}

function Objects({ found }: { found: Schemas.Memory }) {
  const { share } = found;
  const grown = {
    name: `Grown in ${found.apart} s`,
    kind: "number" as const,
    cell: (one: Schemas.Holding) => `${bytes(one.bytes_growth)}, ${one.count_growth}`,
  };
  return (
    <>
      <p>
        {bytes(share.used)} of {bytes(share.limit)} in use: {bytes(share.anonymous)} the program's own, {bytes(share.files)} files, {bytes(share.kernel)} the
        kernel's.
      </p>
      {found.blocked ? <Blocked of={found.blocked} /> : found.reason && <p>{found.reason}</p>}
      {!found.reason && (
        <>
          <p className="faint">{percent(found.tracked ? found.looked / found.tracked : 1)} of the objects looked at.</p>
          {!found.types.length && <Empty title="Nothing grew" />}
          {found.types.length > 0 && (
            <Table
              label="Objects by type"
              rows={found.types}
              id={(one) => one.type}
              columns={[
                { name: "Type", kind: "main", cell: (one) => <span className="mono">{one.type}</span> },
                { name: "Bytes", kind: "number", cell: (one) => bytes(one.bytes) },
                { name: "Objects", kind: "number", cell: (one) => one.count },
                ...(found.apart ? [grown] : []),
              ]}
            />
          )}
        </>
      )}
    </>
  );
}

function Flight({ id }: { id: string }) {
  const path = { instance: id };
  return (
    <Look button="Look" busy="Looking …" command={commands.waiting(id)} ask={(signal) => ask(control.waiting({ path, signal }))}>
      {(found) => (found.blocked ? <Blocked of={found.blocked} /> : <Requests found={found} />)}
    </Look>
  );
}

function Requests({ found }: { found: Schemas.Waiting }) {
  return (
    <>
      {found.requests.length ? <p>{count(found.total, "request")} in flight, the oldest first.</p> : <Empty title="No request is in flight" />}
      {found.requests.length > 0 && <Flights all={found.requests} />}
      {found.others.map((stack, at) => (
        <Stack key={at} frames={stack} name="A task of no request" />
      ))}
    </>
  );
}

function Flights({ all }: { all: Schemas.InFlight[] }) {
  return (
    <ol className="flights" aria-label="Requests in flight">
      {all.map((one, at) => (
        <li key={`${one.id} ${at}`}>
          <p>
            <strong className="mono">
              {one.method} {one.path}
            </strong>{" "}
            for {latency(one.age)} <span className="mono faint">{one.id}</span>
          </p>
          {one.calls.map((call, number) => (
            <p key={number}>
              waits for <span className="mono">{call.method ? `${call.service}.${call.method}` : `${call.service} ${call.verb}`}</span>{" "}
              <span className="mono faint">{call.path}</span> {latency(call.age)} of {latency(call.limit)}
            </p>
          ))}
          {one.stacks.map((stack, number) => (
            <Stack key={number} frames={stack} name={number ? "A task of it" : "Its endpoint"} />
          ))}
        </li>
      ))}
    </ol>
  );
}

function Blocked({ of }: { of: Schemas.Blocked }) {
  return (
    <div className="warning blocked" role="status">
      <p>The script is blocked: {of.reason}. Its threads, as the profiler sees them from outside:</p>
      {of.threads.map((one, at) => (
        <Stack key={at} frames={one.frames} name={one.name} />
      ))}
    </div>
  );
}

/** The innermost last, as in a traceback; what surrounds every script is left out. */
function Stack({ frames, name }: { frames: Schemas.Frame[]; name: ReactNode }) {
  const own = frames.findIndex((one) => one.kind === "script" || one.kind === "dependency");
  return (
    <div className="stack-of">
      <span className="faint">{name}</span>
      <ol className="mono">
        {frames.slice(Math.max(0, own)).map((one, at) => (
          <li key={at} className={one.kind === "script" ? undefined : "faint"}>
            {one.name} <span className="faint">{`${short(one.file)}:${one.line}`}</span>
          </li>
        ))}
      </ol>
    </div>
  );
}

/** What nobody is told of, until when and why; a new one, and its end before its time. */
import { useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { ruleName, rules, type Silence, silences } from "../api/alerts";
import { ask, control } from "../api/client";
import * as commands from "../api/commands";
import { readTime } from "../api/moments";
import { applications, queries } from "../api/queries";
import { mayChange, useSession } from "../api/session";
import { Act } from "../parts/act";
import { Field } from "../parts/field";
import { moment } from "../parts/format";
import { Loaded } from "../parts/loaded";
import { Section } from "../parts/page";
import { Stack } from "../parts/state";
import { type Column, Table } from "../parts/table";
import { Time } from "../parts/time";
import { Empty } from "../parts/trouble";

const EVERY = 15_000;
const LONGEST = 30 * 86_400;

export function Silences() {
  const session = useSession();
  const query = useQuery({ ...silences(), refetchInterval: EVERY });
  const known = useQuery(applications()).data ?? [];
  const [adding, setAdding] = useState(false);
  const [ending, setEnding] = useState<Silence | null>(null);
  const owner = (name: string) => known.find((one) => one.name === name)?.team ?? "";
  const actions: Column<Silence> = {
    name: "Actions",
    kind: "actions",
    cell: (one) =>
      mayChange(session, owner(one.application)) && (
        <span className="row-actions">
          <button type="button" className="button quiet" onClick={() => setEnding(one)} aria-label={`End the silence of ${nameOf(one)}`}>
            End
          </button>
        </span>
      ),
  };
  return (
    <Section
      title="Silences"
      actions={
        session.role !== "viewer" && (
          <button type="button" className="button" onClick={() => setAdding(true)}>
            Silence alerts
          </button>
        )
      }
    >
      <Loaded query={query} rows={1}>
        {(all) =>
          all.length ? (
            <Table label="Silences" rows={all} id={(one) => one.id} columns={[...COLUMNS, actions]} />
          ) : (
            <Empty title="Everything is told">
              {session.role === "viewer"
                ? "A developer silences alerts of the team's own applications, an operator all."
                : "While something is moved or repaired, its alerts can be silenced for a while, with a reason."}
            </Empty>
          )
        }
      </Loaded>
      {adding && <AddSilence onClose={() => setAdding(false)} />}
      {ending && <EndSilence one={ending} onClose={() => setEnding(null)} />}
    </Section>
  );
}

function nameOf({ rule, application, stack, endpoint }: Omit<Silence, "id" | "until" | "by" | "why">): string {
  return [rule, application, stack, endpoint].filter(Boolean).join(" ") || "all alerts";
}

const COLUMNS: Column<Silence>[] = [
  {
    name: "Of",
    kind: "main",
    cell: (one) => (
      <>
        <strong>{one.rule ? ruleName(one.rule) : "All rules"}</strong>
        <span>{one.application || "of all applications"}</span>
        {one.stack && <Stack name={one.stack} />}
        {one.endpoint && <span className="mono">{one.endpoint}</span>}
      </>
    ),
  },
  { name: "Why", cell: (one) => one.why },
  { name: "By", cell: (one) => one.by },
  {
    name: "Ends",
    cell: (one) => (
      <span className="unbroken">
        <Time at={one.until} ahead />
      </span>
    ),
  },
];

/** Runs a change of silences and has alerts asked for again. */
async function changed(call: Promise<unknown>): Promise<[]> {
  await call;
  await queries.invalidateQueries({ queryKey: ["alerts"] });
  return [];
}

type Of = { rule: string; application: string; stack: string; endpoint: string };

export function AddSilence({ of, onClose }: { of?: Of; onClose: () => void }) {
  const session = useSession();
  const known = useQuery(applications()).data ?? [];
  const all = useQuery(rules()).data ?? [];
  const own = known.filter((one) => mayChange(session, one.team)).map((one) => one.name);
  const isOperator = session.role === "operator";
  const [rule, setRule] = useState(of?.rule ?? "");
  const [said, setApplication] = useState(of?.application ?? "");
  const [stack, setStack] = useState(of?.stack ?? "");
  const [endpoint, setEndpoint] = useState(of?.endpoint ?? "");
  const [time, setTime] = useState("1h");
  const [why, setWhy] = useState("");
  const application = said || (isOperator ? "" : (own[0] ?? ""));
  const seconds = readTime(time);
  const fits = seconds > 0 && seconds <= LONGEST;
  const wish = { rule, application, stack, endpoint, why: why.trim() };
  return (
    <Act
      title="Silence alerts"
      command={commands.silence({ ...wish, time })}
      button="Silence"
      ready={fits && wish.why !== "" && (isOperator || application !== "")}
      done={`${nameOf(wish)}: silenced for ${time}`}
      onClose={onClose}
      run={() => changed(ask(control.addSilence({ body: { ...wish, seconds } })))}
    >
      <p>Nobody is told of them meanwhile. They go on, and are listed.</p>
      {!isOperator && !own.length && <p className="faint">Your team {session.team} has no application yet; alerts of others are silenced by their teams.</p>}
      <Field label="Why" hint="For who wonders; it stands in the activities, with your name">
        {(ids) => (
          <input {...ids} className="input" required maxLength={1000} value={why} onChange={(event) => setWhy(event.target.value)} autoComplete="off" />
        )}
      </Field>
      <div className="pairs even">
        <Field label="For" hint={fits ? `Until ${moment(Date.now() / 1000 + seconds)}` : "As in 30m, 2h or 3d; at most 30d"}>
          {(ids) => (
            <input {...ids} className="input" aria-invalid={!fits} value={time} onChange={(event) => setTime(event.target.value.trim())} autoComplete="off" />
          )}
        </Field>
        <Field label="Rule">
          {(ids) => (
            <select {...ids} className="input" value={rule} onChange={(event) => setRule(event.target.value)}>
              <option value="">all rules</option>
              {all.map((one) => (
                <option key={one.name} value={one.name}>
                  {ruleName(one.name)}
                </option>
              ))}
            </select>
          )}
        </Field>
        <Field label="Application">
          {(ids) => (
            <select {...ids} className="input" value={application} onChange={(event) => setApplication(event.target.value)}>
              {isOperator && <option value="">all applications</option>}
              {own.map((one) => (
                <option key={one}>{one}</option>
              ))}
            </select>
          )}
        </Field>
        <Field label="Stack">
          {(ids) => (
            <select {...ids} className="input" value={stack} onChange={(event) => setStack(event.target.value)}>
              <option value="">all stacks</option>
              <option>test</option>
              <option>prod</option>
            </select>
          )}
        </Field>
      </div>
      <Field label="Endpoint" hint="As in GET /rows; empty: all">
        {(ids) => (
          <input {...ids} className="input mono" maxLength={500} value={endpoint} onChange={(event) => setEndpoint(event.target.value)} autoComplete="off" />
        )}
      </Field>
    </Act>
  );
}

function EndSilence({ one, onClose }: { one: Silence; onClose: () => void }) {
  return (
    <Act
      title={`End the silence of ${nameOf(one)}`}
      command={commands.endSilence(one.id)}
      button="End it"
      done={`${nameOf(one)}: told again`}
      onClose={onClose}
      run={() => changed(ask(control.endSilence({ path: { number: one.id } })))}
    >
      <p>
        {one.by} silenced it: {one.why}. What fires from now on is told again; what fires already is not told once more.
      </p>
    </Act>
  );
}

/** The methods of a service: how each fares, what is allowed, what was decided about it and why. */
import { Fragment, type ReactNode } from "react";
import type { Schemas } from "../api/client";
import { Errors, Latency, Limit, MethodState, Refused } from "../parts/call-figures";
import { useParameter } from "../parts/choice";
import { Curve } from "../parts/curve";
import { Fact } from "../parts/fact";
import { count, rate, seconds } from "../parts/format";
import { type Column, Table } from "../parts/table";
import { Time } from "../parts/time";

export type Method = Schemas.MethodView;
export type Act = "off" | "on" | "fail";
type Props = { all: Method[]; limits: { [method: string]: number[][] }; faults: Schemas.Fault[]; act: (act: Act, method: string) => void };

export function MethodTable({ all, limits, faults, act }: Props) {
  // In the address, so that a link shows the same one.
  const [open, setOpen] = useParameter("method");
  const faultsOf = (method: string) => faults.filter((one) => one.method === method).length;
  const columns: Column<Method>[] = [
    { name: "Method", kind: "main", cell: (one) => <Name one={one} open={open === one.name} turn={() => setOpen(open === one.name ? "" : one.name)} /> },
    { name: "State", cell: (one) => <MethodState of={one} faults={faultsOf(one.name)} /> },
    ...FIGURES,
    { name: "Actions", kind: "actions", cell: (one) => <Actions one={one} act={act} /> },
  ];
  return (
    <Table
      label="Methods"
      rows={all}
      id={(one) => one.name}
      columns={columns}
      below={(one) => one.name === open && <Detail one={one} limits={limits[one.name] ?? []} />}
    />
  );
}

function Name({ one, open, turn }: { one: Method; open: boolean; turn: () => void }) {
  return (
    <span className="method">
      <button type="button" className="plain mono" aria-expanded={open} onClick={turn} title={one.summary || undefined}>
        <span>{breakable(one.name)}</span>
      </button>
      <span className="faint mono">{one.verb ? breakable(`${one.verb} ${one.path}`) : "any path"}</span>
    </span>
  );
}

/** A long name goes on in the next line after a part of it. */
function breakable(text: string): ReactNode {
  return text.split(/(?<=[_/])/).map((part, at) => (
    <Fragment key={at}>
      {at > 0 && <wbr />}
      {part}
    </Fragment>
  ));
}

const FIGURES: Column<Method>[] = [
  { name: "Calls/s", kind: "number", cell: (one) => rate(one.figures.rate ?? 0) },
  { name: "p50 / p99", kind: "number", cell: (one) => <Latency of={one.figures} /> },
  { name: "Errors", kind: "number", cell: (one) => <Errors of={one.figures} /> },
  { name: "Refused", kind: "number", cell: (one) => <Refused of={one.figures} /> },
  { name: "Limit", kind: "number", cell: (one) => <Limit of={one.governing} /> },
  { name: "Rules", cell: (one) => <Rules of={one.policy} /> },
];

/** What was said of it; what holds anyway is faint. */
function Rules({ of: { criticality = "normal", personal, timeout = 0, fallback } }: { of: Method["policy"] }) {
  return (
    <span className="lines rules">
      <span className="unbroken">
        {seconds(timeout)}, <Said said={Boolean(fallback)}>{fallback ? "fallback" : "no fallback"}</Said>
      </span>
      <span className="unbroken">
        <Said said={criticality !== "normal"}>{criticality}</Said>, <Said said={!personal}>{personal ? "personal" : "shared"}</Said>
      </span>
    </span>
  );
}

function Said({ said, children }: { said: boolean; children: ReactNode }) {
  return <span className={said ? undefined : "faint"}>{children}</span>;
}

function Actions({ one, act }: { one: Method; act: Props["act"] }) {
  return (
    <span className="row-actions">
      <button type="button" className="button quiet" onClick={() => act("fail", one.name)} aria-label={`Let it fail: ${one.name}`}>
        Let it fail
      </button>
      {one.off ? (
        <button type="button" className="button quiet" onClick={() => act("on", one.name)} aria-label={`Switch on ${one.name}`}>
          Switch on
        </button>
      ) : (
        <button type="button" className="button quiet danger-text" onClick={() => act("off", one.name)} aria-label={`Switch off ${one.name}`}>
          Switch off
        </button>
      )}
    </span>
  );
}

/** All that is known of one: the limit as it moved, who switched it off, and every policy. */
function Detail({ one: { name, summary, safe, off, governing, policy, parameters }, limits }: { one: Method; limits: number[][] }) {
  const known = limits.filter(([, limit = 0]) => limit > 0);
  return (
    <div className="method-detail" role="group" aria-label={`More of ${name}`}>
      {summary && <p>{summary}</p>}
      {off && (
        <p>
          Switched off by <strong>{off.by}</strong> <Time at={off.at} />
          {off.reason && <>: {off.reason}</>}
        </p>
      )}
      {known.length > 1 && <Curve name="Limit of calls in flight" points={known} say={String} least={4} stepped />}
      <dl className="facts-grid">
        <Fact name="Breaker">{policy.breaker ? governing.breaker : "none"}</Fact>
        <Fact name="In flight">{Math.round(governing.in_flight ?? 0)}</Fact>
        <Fact name="Timeout">{seconds(policy.timeout ?? 0)}</Fact>
        <Fact name="Retries">{policy.retries || "none"}</Fact>
        <Fact name="Criticality">{policy.criticality}</Fact>
        <Fact name="Answers">{policy.personal ? "personal, never shared" : policy.cache ? "shared, kept as their headers allow" : "shared, not kept"}</Fact>
        <Fact name="Has an effect">{safe ? "no" : "yes"}</Fact>
        <Fact name="All callers together">{bounds(policy.rate, policy.in_flight)}</Fact>
        <Fact name="One version">{bounds(policy.caller_rate, policy.caller_in_flight)}</Fact>
        <Fact name="Limit" wide>
          {governing.limit || "none"}
          {governing.reason && <span className="faint">: {governing.reason}</span>}
        </Fact>
        <Fact name="Fallback" wide>
          {policy.fallback ? <code className="value">{policy.fallback}</code> : "none in the catalogue"}
        </Fact>
        {parameters.length > 0 && (
          <Fact name="Parameters" wide>
            <code className="value">{parameters.map((each) => `${each.name}${each.required ? "" : "?"}: ${each.type}`).join(", ")}</code>
          </Fact>
        )}
      </dl>
    </div>
  );
}

function bounds(perSecond = 0, inFlight = 0): string {
  const told = [perSecond && `${count(perSecond, "call")} a second`, inFlight && `${inFlight} in flight`].filter(Boolean);
  return told.join(", ") || "no limit";
}

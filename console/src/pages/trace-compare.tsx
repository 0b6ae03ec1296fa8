/** Two requests beside each other, or two versions of an application: which calls were added, gone, slower, faster. */
import { useQuery } from "@tanstack/react-query";
import { type FormEvent, useEffect, useState } from "react";
import { Link, useSearchParams } from "wouter";
import type { Schemas } from "../api/client";
import * as commands from "../api/commands";
import { applications, versions } from "../api/queries";
import { compare } from "../api/telemetry";
import { Command } from "../parts/command";
import { Field } from "../parts/field";
import { count, mean, micros } from "../parts/format";
import { Loaded } from "../parts/loaded";
import { Page, Section } from "../parts/page";
import { Tag, type Tone } from "../parts/state";
import { type Column, Table } from "../parts/table";
import { Empty } from "../parts/trouble";

type Difference = Schemas.DifferenceView;

const TONES: { [verdict: string]: Tone } = { added: "accent", gone: "busy", slower: "bad", faster: "good", same: "off" };

export default function TraceCompare() {
  const [said, setSaid] = useSearchParams();
  const [left, right, application] = [said.get("left") ?? "", said.get("right") ?? "", said.get("application") ?? ""];
  const known = useQuery(applications()).data ?? [];
  const all = useQuery({ ...versions(application), enabled: application !== "" }).data ?? [];
  const [sides, setSides] = useState({ left, right });
  useEffect(() => setSides({ left, right }), [left, right]);

  function put(next: { left: string; right: string; application: string }) {
    setSaid(Object.fromEntries(Object.entries(next).filter(([, value]) => value)), { replace: true });
  }

  const side = (name: "left" | "right", label: string) => (
    <Field label={label}>
      {(ids) =>
        application ? (
          <select {...ids} className="input" value={sides[name]} onChange={(event) => setSides({ ...sides, [name]: event.target.value })}>
            <option value="">Choose a version …</option>
            {all.map((one) => (
              <option key={one.number}>{one.number}</option>
            ))}
          </select>
        ) : (
          <input
            {...ids}
            className="input mono"
            value={sides[name]}
            placeholder="a request's id"
            onChange={(event) => setSides({ ...sides, [name]: event.target.value })}
          />
        )
      }
    </Field>
  );

  return (
    <Page title="Compare" lead="Two requests, or two versions of an application: what each asked of services." above={<Way />}>
      <form
        className="card compare-form"
        onSubmit={(event: FormEvent) => {
          event.preventDefault();
          put({ left: sides.left.trim(), right: sides.right.trim(), application });
        }}
      >
        <Field label="What is compared">
          {(ids) => (
            <select {...ids} className="input" value={application} onChange={(event) => put({ left: "", right: "", application: event.target.value })}>
              <option value="">Two requests</option>
              {known.map((one) => (
                <option key={one.name} value={one.name}>
                  Versions of {one.name}
                </option>
              ))}
            </select>
          )}
        </Field>
        {side("left", "Left, as it was")}
        {side("right", "Right, as it is")}
        <button type="submit" className="button primary" disabled={!sides.left.trim() || !sides.right.trim()}>
          Compare
        </button>
      </form>
      {left && right && <Result left={left} right={right} application={application} />}
      <div className="next">
        <Command text={commands.compare(sides.left.trim(), sides.right.trim(), application)} />
      </div>
    </Page>
  );
}

function Way() {
  return (
    <p className="way">
      <Link href="/traces">Traces</Link>
      <span aria-hidden="true"> / </span>
    </p>
  );
}

function Result({ left, right, application }: { left: string; right: string; application: string }) {
  const query = useQuery(compare(left, right, application));
  return (
    <Section title="Differences">
      <Loaded query={query}>
        {({ differences, requests: [before = 0, after = 0] }) => (
          <>
            {application && (
              <p className="faint note above">
                Of the last day: {count(before, "request")} of {left}, {count(after, "request")} of {right}. Calls are those of one request.
              </p>
            )}
            {differences.length ? (
              <Table label="Differences" rows={differences} id={(one) => `${one.source} ${one.target} ${one.name}`} columns={COLUMNS} />
            ) : (
              <Empty title="Neither called anything" />
            )}
          </>
        )}
      </Loaded>
    </Section>
  );
}

function Pair({ left, right, say }: { left: number; right: number; say: (value: number) => string }) {
  return (
    <span className="unbroken">
      <span className="faint">{left ? say(left) : "–"}</span>{" "}
      <span role="img" aria-label="now">
        →
      </span>{" "}
      {right ? say(right) : "–"}
    </span>
  );
}

const COLUMNS: Column<Difference>[] = [
  {
    name: "Call",
    kind: "main",
    cell: (one) => (
      <>
        <span>
          {one.source}{" "}
          <span role="img" aria-label="to">
            →
          </span>{" "}
          <strong>{one.target}</strong>
        </span>
        <span className="mono">{one.name}</span>
      </>
    ),
  },
  { name: "Verdict", cell: (one) => <Tag tone={TONES[one.verdict] ?? "off"}>{one.verdict}</Tag> },
  { name: "Calls", kind: "number", cell: (one) => <Pair left={one.left_calls} right={one.right_calls} say={mean} /> },
  { name: "Each took", kind: "number", cell: (one) => <Pair left={one.left_us} right={one.right_us} say={micros} /> },
];

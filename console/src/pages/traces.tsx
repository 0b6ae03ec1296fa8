/** Finding a request: by its id, by a ready-made question, or by a filter of one's own. */
import { keepPreviousData, useQuery } from "@tanstack/react-query";
import { type FormEvent, useState } from "react";
import { useLocation, useSearchParams } from "wouter";
import { Failure, type Schemas } from "../api/client";
import * as commands from "../api/commands";
import type { Hint } from "../api/fields";
import { history, recipes } from "../api/telemetry";
import { Choices, useParameter } from "../parts/choice";
import { Command } from "../parts/command";
import { Field } from "../parts/field";
import { FilterField } from "../parts/filter-field";
import { Loaded } from "../parts/loaded";
import { Page, Section } from "../parts/page";
import { RecordTable } from "../parts/record-table";
import { TraceTable } from "../parts/trace-table";
import { Empty } from "../parts/trouble";

type Recipe = Schemas.Recipe;

const DAY = 86_400;
const EXAMPLES: Hint[] = [
  { text: 'application == "tv-home" && status >= 500', about: "what failed" },
  { text: "duration > 500ms", about: "slow ones" },
  { text: 'member == "m1"', about: "of one member" },
];

const KINDS = [
  { value: "", text: "Requests" },
  { value: "call", text: "Calls" },
];
const CALLS: Hint[] = [
  { text: 'refused == "breaker"', about: "those that hit a breaker" },
  { text: 'service == "discovery" && status >= 500', about: "of one service that failed" },
];

export default function Traces() {
  const [, go] = useLocation();
  const [, setAll] = useSearchParams();
  const [query, setQuery] = useParameter("query");
  const [order, setOrder] = useParameter("order");
  const [past, setPast] = useParameter("past");
  const [said] = useParameter("kind");
  const kind = said === "call" ? "call" : "request";
  const seconds = Number(past) || DAY;
  const back = seconds % 3600 ? `${Math.ceil(seconds / 60)}m` : seconds % DAY ? `${seconds / 3600}h` : `${seconds / DAY}d`;
  const found = useQuery({ ...history({ query, kind, seconds, order: order || "newest", limit: 50 }), placeholderData: keepPreviousData });
  const refused = found.error instanceof Failure && found.error.status === 400 ? found.error : null;

  function choose(one: Recipe, text: string) {
    const next = {
      query: text,
      order: one.order === "slowest" ? "slowest" : "",
      past: one.seconds === DAY ? "" : String(one.seconds),
      kind: one.kind === "call" ? "call" : "",
    };
    setAll(Object.fromEntries(Object.entries(next).filter(([, value]) => value)), { replace: true });
  }

  return (
    <Page title="Traces" lead="One request as a whole: its spans in time, who called whom, its log lines.">
      <div className="find-row">
        <Find />
        <Recipes choose={choose} />
      </div>
      <Section
        title={kind === "call" ? "Calls" : "Requests"}
        actions={
          <>
            <Choices label="What" options={KINDS} value={kind === "call" ? "call" : ""} set={(next) => setAll(next ? { kind: next } : {}, { replace: true })} />
            <label className="inline-label">
              Of the last{" "}
              <select className="input" value={String(seconds)} onChange={(event) => setPast(event.target.value === String(DAY) ? "" : event.target.value)}>
                <option value="3600">hour</option>
                <option value={String(DAY)}>day</option>
                <option value={String(7 * DAY)}>7 days</option>
                {![3600, DAY, 7 * DAY].includes(seconds) && <option value={String(seconds)}>{seconds} s</option>}
              </select>
            </label>
            <label className="inline-label">
              Order{" "}
              <select className="input" value={order || "newest"} onChange={(event) => setOrder(event.target.value === "newest" ? "" : event.target.value)}>
                <option value="newest">newest first</option>
                <option value="slowest">slowest first</option>
              </select>
            </label>
          </>
        }
      >
        <FilterField
          label="Filter"
          kind={kind}
          value={query}
          onApply={setQuery}
          failure={refused}
          examples={kind === "call" ? CALLS : EXAMPLES}
          button="Find"
        />
        {!refused && (
          <Loaded query={found}>
            {({ records }) =>
              records.length ? (
                kind === "call" ? (
                  <RecordTable records={records.map((one, number) => ({ number, one }))} show={(one) => go(`/traces/${one.id}`)} />
                ) : (
                  <TraceTable records={records} />
                )
              ) : (
                <Empty title="Nothing of this is stored">
                  All that failed, was slow or was refused is kept, and a share of the rest; a longer time may have some.
                </Empty>
              )
            }
          </Loaded>
        )}
        <div className="next">
          <Command text={order === "slowest" ? commands.slowest(query, kind, back) : commands.insight(query, kind, back)} />
        </div>
      </Section>
    </Page>
  );
}

function Find() {
  const [, go] = useLocation();
  const [id, setId] = useState("");
  return (
    <form
      className="card find"
      onSubmit={(event: FormEvent) => {
        event.preventDefault();
        if (id.trim()) go(`/traces/${encodeURIComponent(id.trim())}`);
      }}
    >
      <h2>By its id</h2>
      <Field
        label="Request or trace"
        hint={
          <>
            The answer says it: <code>stagedoor-request-id</code>
          </>
        }
      >
        {(ids) => (
          <input
            {...ids}
            className="input mono"
            autoComplete="off"
            spellCheck={false}
            placeholder="1b4e28ba-2fa1-…"
            value={id}
            onChange={(event) => setId(event.target.value)}
          />
        )}
      </Field>
      <button type="submit" className="button" disabled={!id.trim()}>
        Open
      </button>
    </form>
  );
}

const BLANK = /\{(\w+)\}/g;

function Recipes({ choose }: { choose: (one: Recipe, text: string) => void }) {
  const query = useQuery(recipes());
  const [name, setName] = useState("");
  const [filled, setFilled] = useState<{ [blank: string]: string }>({});
  const chosen = query.data?.find((one) => one.name === name);
  const blanks = [...new Set([...(chosen?.query.matchAll(BLANK) ?? [])].map((one) => one[1]!))];
  const ready = blanks.every((one) => filled[one]?.trim());
  const text = (one: Recipe) => one.query.replace(BLANK, (_, blank: string) => (filled[blank] ?? "").trim().replace(/["\\]/g, "\\$&"));

  function pick(next: string) {
    setName(next);
    const one = query.data?.find((each) => each.name === next);
    if (one && !BLANK.test(one.query)) choose(one, one.query);
    BLANK.lastIndex = 0;
  }

  return (
    <form
      className="card find"
      onSubmit={(event: FormEvent) => {
        event.preventDefault();
        if (chosen && ready) choose(chosen, text(chosen));
      }}
    >
      <h2>Ready-made questions</h2>
      <Field label="Question">
        {(ids) => (
          <select {...ids} className="input" value={name} onChange={(event) => pick(event.target.value)}>
            <option value="">Choose one …</option>
            {query.data?.map((one) => (
              <option key={one.name} value={one.name}>
                {one.title}
              </option>
            ))}
          </select>
        )}
      </Field>
      {blanks.map((one) => (
        <Field key={one} label={one.charAt(0).toUpperCase() + one.slice(1)}>
          {(ids) => <input {...ids} className="input" value={filled[one] ?? ""} onChange={(event) => setFilled({ ...filled, [one]: event.target.value })} />}
        </Field>
      ))}
      {blanks.length > 0 && (
        <button type="submit" className="button" disabled={!ready}>
          Ask
        </button>
      )}
    </form>
  );
}

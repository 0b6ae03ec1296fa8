/** Who changed what, when, from what to what: found by words and times, exported, and whether all of it is still there. */
import { keepPreviousData, useQuery } from "@tanstack/react-query";
import { type FormEvent, useEffect, useState } from "react";
import { useSearchParams } from "wouter";
import * as commands from "../api/commands";
import { readTime } from "../api/moments";
import { activities, applications, type Search, wanted } from "../api/queries";
import { Activities } from "../parts/activities";
import { Choices } from "../parts/choice";
import { Command } from "../parts/command";
import { Field } from "../parts/field";
import { count, span } from "../parts/format";
import { Loaded } from "../parts/loaded";
import { Page, Section } from "../parts/page";
import { Empty } from "../parts/trouble";
import { Word } from "../parts/word";
import { Whole } from "./activity-chain";

type Asked = Required<Search>;

const NONE: Asked = { application: "", by: "", action: "", text: "", since: "", until: "" };
const NAMES = Object.keys(NONE) as (keyof Asked)[];
const PAGE = 200;
const MOST = 10_000;
const SPANS = [
  { value: "", text: "All" },
  { value: "1d", text: "1 d" },
  { value: "7d", text: "7 d" },
  { value: "30d", text: "30 d" },
];

export default function Activity() {
  const [parameters, setParameters] = useSearchParams();
  const asked = Object.fromEntries(NAMES.map((name) => [name, parameters.get(name) ?? ""])) as Asked;
  const isFiltered = NAMES.some((name) => asked[name]);
  const [limit, setLimit] = useState(PAGE);
  const query = useQuery({ ...activities(asked, limit), placeholderData: keepPreviousData });
  const { application, ...rest } = asked;

  function apply(next: Asked) {
    setLimit(PAGE);
    setParameters(Object.fromEntries(Object.entries(next).filter(([, value]) => value)), { replace: true });
  }

  return (
    <Page title="Activity" lead="Who changed what, the newest first." actions={<Command text={commands.activity(application, rest)} />}>
      <Whole />
      <Filters asked={asked} apply={apply} clear={isFiltered ? () => apply(NONE) : undefined} />
      <Section title={isFiltered ? "What fits" : "Everything"} actions={<Export asked={asked} />}>
        <Loaded query={query} rows={8}>
          {(all) => (
            <>
              {all.length || !isFiltered ? (
                <Activities all={all} named />
              ) : (
                <Empty title="Nothing fits">Who and action are whole words, as they stand in the list; words may be parts of anything.</Empty>
              )}
              {all.length >= limit && limit < MOST && (
                <button type="button" className="button more" onClick={() => setLimit(Math.min(MOST, limit * 2))}>
                  Show more than the newest {count(limit, "activity", "activities")}
                </button>
              )}
            </>
          )}
        </Loaded>
      </Section>
    </Page>
  );
}

type FiltersProps = { asked: Asked; apply: (next: Asked) => void; clear: (() => void) | undefined };

/** What is typed counts once it is applied; what the address says is shown. */
function Filters({ asked, apply, clear }: FiltersProps) {
  const [typed, setTyped] = useState(asked);
  const known = useQuery(applications()).data ?? [];
  const lately = useQuery(activities({}, PAGE)).data ?? [];
  const said = JSON.stringify(asked);
  useEffect(() => setTyped(JSON.parse(said) as Asked), [said]);
  const set = (name: keyof Asked) => (value: string) => setTyped((before) => ({ ...before, [name]: value }));
  return (
    <form
      className="card search"
      role="search"
      aria-label="Activities"
      onSubmit={(event: FormEvent) => {
        event.preventDefault();
        apply(typed);
      }}
    >
      <Word label="Who" value={typed.by} set={set("by")} known={lately.map((one) => one.by)} />
      <Word label="Action" value={typed.action} set={set("action")} known={lately.map((one) => one.action)} />
      <Word label="Application" value={typed.application} set={set("application")} known={known.map((one) => one.name)} />
      <Word label="Words" value={typed.text} set={set("text")} known={[]} />
      <When label="Since" value={typed.since} set={set("since")} />
      <When label="Until" value={typed.until} set={set("until")} />
      <div className="search-foot">
        <button type="submit" className="button primary">
          Filter
        </button>
        {clear && (
          <button type="button" className="button" onClick={clear}>
            Clear
          </button>
        )}
        <Choices label="Of the last" options={SPANS} value={asked.since} set={(since) => apply({ ...typed, since })} />
      </div>
    </form>
  );
}

function When({ label, value, set }: { label: string; value: string; set: (value: string) => void }) {
  const isDate = /^\d{4}-\d\d-\d\dT\d\d:\d\d/.test(value);
  const back = readTime(value);
  const shown = /^\d{4}-\d\d-\d\d$/.test(value) ? `${value}T00:00` : isDate ? value : "";
  return (
    <Field label={label} kind="time" hint={back ? `${span(back)} ago` : undefined}>
      {(ids) => <input {...ids} className="input" type="datetime-local" value={shown} onChange={(event) => set(event.target.value)} />}
    </Field>
  );
}

/** All that fits, however many there are. */
function Export({ asked }: { asked: Asked }) {
  const address = (form: string) => {
    const query = new URLSearchParams({ form });
    for (const [name, value] of Object.entries(wanted(asked))) query.set(name, String(value));
    return `/v1/activities/export?${query}`;
  };
  return (
    <>
      <span>All of it as</span>
      <a className="button" href={address("csv")} download="activities.csv">
        CSV
      </a>
      <a className="button" href={address("jsonl")} download="activities.jsonl">
        JSON lines
      </a>
    </>
  );
}

/** The figures that an alert was decided on, in words. */
import { useQuery } from "@tanstack/react-query";
import type { ReactNode } from "react";
import { Link } from "wouter";
import type { Alert } from "../api/alerts";
import * as commands from "../api/commands";
import { figuresOf } from "../api/figures";
import { savedQueries } from "../api/saved";
import { Command } from "../parts/command";
import { Fact } from "../parts/fact";
import { brief, bytes, latency, moment, percent, span } from "../parts/format";
import { Loaded } from "../parts/loaded";
import { SavedChart } from "../parts/saved-chart";
import { groupName, sayFigure } from "../parts/windows";
import { lengthAround } from "./charts";

type Said = { text: string; say: (value: number) => ReactNode };

const number = (value: number) => value.toLocaleString("en", { maximumFractionDigits: 1 });
/** A share that may be 99.9 %: not rounded to all. */
const exact = (value: number) => `${Number((value * 100).toFixed(3))}%`;

const FIGURES: { [name: string]: Said } = {
  error_share: { text: "Share of errors", say: percent },
  usual_share: { text: "Usual share", say: percent },
  p50_seconds: { text: "p50", say: latency },
  usual_p50_seconds: { text: "p50 in the hour before", say: latency },
  p99_seconds: { text: "p99", say: latency },
  usual_p99_seconds: { text: "p99 in the hour before", say: latency },
  burn: { text: "Errors, as a multiple of what is allowed", say: (value) => `${number(value)} times` },
  objective: { text: "Objective: good answers", say: exact },
  errors: { text: "Errors", say: number },
  requests: { text: "Requests", say: number },
  expected_requests: { text: "Requests expected", say: number },
  seconds: { text: "Looked at", say: span },
  deaths: { text: "Instances that died", say: number },
  seconds_left: { text: "Memory full in", say: span },
  bytes: { text: "Memory used", say: bytes },
  limit_bytes: { text: "Limit of memory", say: bytes },
  expires_at: { text: "Certificate ends", say: moment },
};

export function Figures({ of }: { of: { [name: string]: unknown } }) {
  const { instance, instances, ...rest } = of;
  const died = [instances, instance].flat().filter((one) => typeof one === "string");
  const names = [...Object.keys(FIGURES).filter((one) => one in rest), ...Object.keys(rest).filter((one) => !(one in FIGURES))];
  if (!names.length && !died.length) return <p className="faint">None: what is said above is all there is.</p>;
  return (
    <dl className="facts-grid card above alert-figures">
      {names.map((name) => {
        const [said, value] = [FIGURES[name], rest[name]];
        return (
          <Fact key={name} name={said?.text ?? name}>
            {said && typeof value === "number" ? said.say(value) : brief(value)}
          </Fact>
        );
      })}
      {died.length > 0 && (
        <Fact name={died.length > 1 ? "Instances, the last of them" : "Instance"} wide>
          <span className="states">
            {died.map((id) => (
              <Link key={id} href={`/instances/${id}`} className="mono">
                {id}
              </Link>
            ))}
          </span>
        </Fact>
      )}
    </dl>
  );
}

type Passed = { figure?: number; limit?: number; at?: number; seconds?: number; groups?: { by: unknown[]; figure: number }[] };

/** Of a saved query: what passed its bound, and its windows around that. */
export function SavedFigures({ of: { endpoint: name, began, evidence }, until }: { of: Alert; until: number }) {
  const query = useQuery(savedQueries());
  const { figure, limit, at, seconds, groups = [] } = (evidence.figures ?? {}) as Passed;
  return (
    <Loaded query={query} rows={2}>
      {(all) => {
        const saved = all.find((one) => one.name === name);
        const first = figuresOf(saved?.query ?? "")[0] ?? "";
        const say = (value: number | undefined) => (value === undefined ? "" : sayFigure(first, value));
        return (
          <>
            <dl className="facts-grid card above alert-figures">
              <Fact name={first || "Figure"}>{say(figure)}</Fact>
              <Fact name="Its bound">{saved?.bound || say(limit)}</Fact>
              {at && seconds && <Fact name={`In ${span(seconds)} from`}>{moment(at)}</Fact>}
              {groups.some((one) => one.by.length > 0) && (
                <Fact name="Groups that passed it, the worst first" wide>
                  <span className="states">
                    {groups.map((one) => (
                      <span key={groupName(one.by)}>
                        <span className="mono">{groupName(one.by)}</span> {say(one.figure)}
                      </span>
                    ))}
                  </span>
                </Fact>
              )}
              {saved && (
                <Fact name="Query" wide>
                  <code>{saved.query}</code>
                </Fact>
              )}
            </dl>
            {saved ? <SavedChart of={saved} seconds={lengthAround(began, until)} until={until} /> : <p className="faint">The query was removed since.</p>}
            <div className="next near">
              <Command text={commands.showSaved(name)} />
            </div>
          </>
        );
      }}
    </Loaded>
  );
}

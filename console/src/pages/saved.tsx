/** Queries that were saved under a name: all of them as charts, or one. */
import { useQuery } from "@tanstack/react-query";
import type { ReactNode } from "react";
import { Link, useLocation } from "wouter";
import * as commands from "../api/commands";
import { type SavedQuery, savedQueries } from "../api/saved";
import { useSession } from "../api/session";
import { Select, useParameter } from "../parts/choice";
import { Command } from "../parts/command";
import { Loaded } from "../parts/loaded";
import { Page } from "../parts/page";
import { SpanChoice, UntilChoice, useSince } from "../parts/span-choice";
import { Empty } from "../parts/trouble";
import { SavedActions, SavedBody, SavedCards, SavedFacts } from "./saved-cards";

const BEGIN = `/insight?${new URLSearchParams({ query: "| count() by application every 1m", show: "history" })}`;

export default function Saved({ name = "" }: { name?: string }) {
  return name ? <One name={name} /> : <All />;
}

function All() {
  const session = useSession();
  const [application, setApplication] = useParameter("application");
  const query = useQuery(savedQueries());
  const known = [...new Set((query.data ?? []).map((one) => one.application))].filter(Boolean).sort();
  return (
    <Page
      title="Saved queries"
      lead="Charts and alerts of your own: queries with figures under a name, filled from what is stored."
      actions={
        session.role !== "viewer" && (
          <Link className="button" href={BEGIN}>
            Make one on Insight
          </Link>
        )
      }
    >
      <Filters>
        <Select label="Application" all="All applications" value={application} options={known} set={setApplication} />
      </Filters>
      <Loaded query={query} rows={6}>
        {(all) => {
          const shown = application ? all.filter((one) => one.application === application) : all;
          if (!shown.length) return <None of={application} />;
          return (
            <>
              <SavedCards all={shown} />
              <div className="next">
                <Command text={commands.listSaved()} />
              </div>
            </>
          );
        }}
      </Loaded>
    </Page>
  );
}

function Filters({ children }: { children?: ReactNode }) {
  return (
    <div className="filters above" role="group" aria-label="What is shown">
      <SpanChoice />
      <UntilChoice />
      {children}
    </div>
  );
}

/** Of one application or of all. */
export function None({ of }: { of: string }) {
  const isViewer = useSession().role === "viewer";
  const title = `No query${of && ` of ${of}`} is saved yet`;
  if (isViewer) return <Empty title={title}>Developers save queries with figures as charts and alerts, which appear here.</Empty>;
  const figures = "| count() by endpoint every 1m";
  const query = `${of && `application == "${of}" `}${figures}`;
  return (
    <Empty title={title} command={commands.addSaved("", figures, "request", of, "")}>
      A query with figures on <Link href={`/insight?${new URLSearchParams({ query, show: "history" })}`}>Insight</Link> can be saved as a chart. With a bound it
      is an alert too.
    </Empty>
  );
}

function One({ name }: { name: string }) {
  const query = useQuery(savedQueries());
  const [, go] = useLocation();
  const since = useSince();
  const one = query.data?.find((each) => each.name === name);
  return (
    <Page
      title={name}
      above={
        <p className="way">
          <Link href="/saved">Saved queries</Link>
          <span aria-hidden="true"> / </span>
        </p>
      }
      lead={one && <Lead of={one} />}
      actions={one && <SavedActions of={one} gone={() => go("/saved")} />}
    >
      <Loaded query={query} rows={6}>
        {() =>
          one ? (
            <>
              <Filters />
              <SavedBody of={one} />
              <div className="next">
                <Command text={commands.showSaved(name, since)} />
              </div>
            </>
          ) : (
            <Empty title={`There is no saved query ${name}`}>
              It may have been removed. <Link href="/saved">All saved queries</Link> are on one page.
            </Empty>
          )
        }
      </Loaded>
    </Page>
  );
}

function Lead({ of }: { of: SavedQuery }) {
  return (
    <span className="facts">
      <SavedFacts of={of} />
    </span>
  );
}

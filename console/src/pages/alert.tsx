/** One alert with its evidence: the figures, example requests, the deploy before it, and what else was changed. */
import { useQuery } from "@tanstack/react-query";
import { type ReactNode, useState } from "react";
import { Link } from "wouter";
import { alert, type Evidence, type Alert as Told, titleOf } from "../api/alerts";
import * as commands from "../api/commands";
import { applications } from "../api/queries";
import { savedQueries } from "../api/saved";
import { mayChange, useSession } from "../api/session";
import { before, history } from "../api/telemetry";
import { Activities } from "../parts/activities";
import { AlertState, Silenced, Whose } from "../parts/alerts";
import { Command } from "../parts/command";
import { moment, span } from "../parts/format";
import { Loaded } from "../parts/loaded";
import { Page, Section } from "../parts/page";
import { Time } from "../parts/time";
import { TraceTable } from "../parts/trace-table";
import { Figures, SavedFigures } from "./alert-figures";
import { AroundThen } from "./charts";
import Missing from "./missing";
import { AddSilence } from "./silences";

const EVERY = 15_000;
const MARGIN = 1800;
const HOUR = 3600;

export default function Alert({ number }: { number: number }) {
  return Number.isInteger(number) ? <One number={number} /> : <Missing />;
}

function One({ number }: { number: number }) {
  const query = useQuery({ ...alert(number), refetchInterval: EVERY });
  const one = query.data;
  return (
    <Page title={one ? titleOf(one) : `Alert ${number}`} above={<Way />} lead={one && <Facts of={one} />} actions={one && <Actions of={one} />}>
      <Loaded query={query} rows={6}>
        {(found) => <Parts of={found} />}
      </Loaded>
      <div className="next">
        <Command text={commands.oneAlert(number)} />
      </div>
    </Page>
  );
}

function Way() {
  return (
    <p className="way">
      <Link href="/alerts">Alerts</Link>
      <span aria-hidden="true"> / </span>
    </p>
  );
}

function Facts({ of }: { of: Told }) {
  return (
    <span className="facts">
      <AlertState of={of} />
      <Whose of={of} />
      <span>
        {of.state === "firing" ? "since " : "began "}
        {moment(of.began)}
      </span>
    </span>
  );
}

/** The charts of the stretch around it; of one that goes on, up to now. */
function endOf({ began, ended }: Told): number {
  const end = Math.ceil(((ended || began) + MARGIN) / 60) * 60;
  return end < before(0) ? end : 0;
}

function Actions({ of }: { of: Told }) {
  const session = useSession();
  const known = useQuery(applications());
  const isSaved = useQuery(savedQueries()).data?.some((one) => one.name === of.endpoint);
  const [asked, setAsked] = useState(false);
  const owner = known.data?.find((one) => one.name === of.application)?.team ?? "";
  const may = mayChange(session, owner);
  const end = endOf(of);
  const look = new URLSearchParams({ stack: of.stack, ...(of.endpoint && { endpoint: of.endpoint }), ...(end && { until: String(end) }) });
  return (
    <>
      {of.application && of.rule !== "saved" && (
        <Link className="button" href={`/applications/${of.application}/charts?${look}`}>
          Charts
        </Link>
      )}
      {of.rule === "breaker" && (
        <Link className="button" href={`/services/${of.endpoint.split(".")[0]}`}>
          The service
        </Link>
      )}
      {of.rule === "saved" && isSaved && (
        <Link className="button" href={`/saved/${of.endpoint}${end ? `?until=${end}` : ""}`}>
          The saved query
        </Link>
      )}
      {of.state === "firing" && may && (
        <button type="button" className="button" onClick={() => setAsked(true)}>
          Silence
        </button>
      )}
      {asked && <AddSilence of={of} onClose={() => setAsked(false)} />}
    </>
  );
}

function Parts({ of }: { of: Told }) {
  const { evidence } = of;
  return (
    <>
      <div className={of.state === "firing" ? "alert-told alert-fires" : "alert-told"}>
        <p>{of.reason}</p>
        <Silenced of={of} />
      </div>
      <Section title="Figures" actions={<span>as they were when it fired last</span>}>
        {of.rule === "saved" ? <SavedFigures of={of} until={endOf(of)} /> : <Figures of={evidence.figures ?? {}} />}
        {of.application && of.rule !== "saved" && <AroundThen of={of} until={endOf(of)} />}
      </Section>
      <Section title="Example requests">
        <Examples of={of} ids={evidence.requests ?? []} />
      </Section>
      <Section title="What came before">
        <Releases of={of} />
        <Before of={of} />
      </Section>
    </>
  );
}

/** What is stored of them; the rest by their ids. */
function Examples({ of, ids }: { of: Told; ids: string[] }) {
  const seconds = Math.ceil((before(0) - of.began) / HOUR + 1) * HOUR;
  const query = useQuery({
    ...history({ query: `id in [${ids.map((id) => JSON.stringify(id)).join(", ")}]`, seconds, limit: ids.length || 1 }),
    enabled: ids.length > 0,
  });
  if (!ids.length) return <p className="faint">None: errors, latency and the error budget have some where requests are stored.</p>;
  return (
    <Loaded query={query} rows={3}>
      {({ records }) => {
        const found = new Set(records.map((one) => one.id));
        const rest = ids.filter((id) => !found.has(id));
        return (
          <>
            {records.length > 0 && <TraceTable records={records} label="Example requests" />}
            {rest.length > 0 && (
              <p className={records.length ? "faint note" : "faint"}>
                Not stored, or not any more:{" "}
                {rest.map((id) => (
                  <span key={id}>
                    <Link href={`/traces/${id}`} className="mono">
                      {id}
                    </Link>{" "}
                  </span>
                ))}
              </p>
            )}
          </>
        );
      }}
    </Loaded>
  );
}

type Release = NonNullable<Evidence["releases"]>[number];

/** The deploy before it, in words; what was released only later is no cause. */
function Releases({ of: { application, began, evidence } }: { of: Told }) {
  const all = (evidence.releases ?? []).toSorted((left, right) => right.at - left.at);
  if (!all.length) return null;
  return (
    <ul className="warnings" aria-label="Releases in effect">
      {all.map((one) => (
        <li key={`${one.line} ${one.stack}`} className={isLately(one, began) ? "warning" : "warning warning-calm"}>
          <span className="dot" aria-hidden="true" />
          <span>
            <Link href={`/applications/${application}/releases`}>Release {one.release}</Link> of {one.line} in {one.stack}, version{" "}
            <span className="mono">{one.version}</span> by {one.by}, {when(one, began)}
          </span>
        </li>
      ))}
    </ul>
  );
}

function isLately({ at }: Release, began: number): boolean {
  return at <= began && began - at < HOUR;
}

function when({ at }: Release, began: number): ReactNode {
  if (at > began) return "only after it began";
  return (
    <>
      <strong>{span(Math.max(1, began - at))} before it began</strong> (<Time at={at} />)
    </>
  );
}

function Before({ of: { application, evidence } }: { of: Told }) {
  const all = evidence.activities ?? [];
  if (!all.length) return <p className="faint">Nothing was changed before it.</p>;
  return <Activities all={all.map((one) => ({ ...one, application, before: null, after: null, hash: "" }))} />;
}

/** One application: what it is, and its parts. */
import { useQuery } from "@tanstack/react-query";
import { lazy, Suspense, useEffect, useRef } from "react";
import { Link } from "wouter";
import { alerts } from "../api/alerts";
import type { Schemas } from "../api/client";
import { application } from "../api/queries";
import { count } from "../parts/format";
import { Icon } from "../parts/icons";
import { Loaded } from "../parts/loaded";
import { Page } from "../parts/page";
import { State } from "../parts/state";
import { Skeleton } from "../parts/trouble";
import { Overview } from "./overview";

const Scaling = lazy(() => import("./scaling"));
const Versions = lazy(() => import("./versions"));
const Releases = lazy(() => import("./releases"));
const Documentation = lazy(() => import("./documentation"));
const ApplicationRequests = lazy(() => import("./application-requests"));
const ApplicationCalls = lazy(() => import("./application-calls"));
const Logs = lazy(() => import("./logs"));
const Configuration = lazy(() => import("./configuration"));
const ApplicationPipeline = lazy(() => import("./application-pipeline"));
const Experiments = lazy(() => import("./experiments"));
const ApplicationCharts = lazy(() => import("./charts"));
const ApplicationActivity = lazy(() => import("./application-activity"));
const Missing = lazy(() => import("./missing"));

export type ApplicationView = Schemas.ApplicationView;

const PARTS = [
  { path: "", text: "Overview", show: Overview },
  { path: "documentation", text: "Documentation", show: Documentation },
  { path: "requests", text: "Requests", show: ApplicationRequests },
  { path: "calls", text: "Calls", show: ApplicationCalls },
  { path: "charts", text: "Charts", show: ApplicationCharts },
  { path: "logs", text: "Logs", show: Logs },
  { path: "scaling", text: "Scaling", show: Scaling },
  { path: "versions", text: "Versions", show: Versions },
  { path: "releases", text: "Releases", show: Releases },
  { path: "pipeline", text: "Pipeline", show: ApplicationPipeline },
  { path: "experiments", text: "Experiments", show: Experiments },
  { path: "configuration", text: "Configuration", show: Configuration },
  { path: "activity", text: "Activity", show: ApplicationActivity },
];

export default function Application({ name, part }: { name: string; part: string }) {
  const query = useQuery(application(name));
  const chosen = PARTS.find((one) => one.path === part);
  if (!chosen) return <Missing />;
  const title = chosen.path ? `${chosen.text} of ${name}` : name;
  return (
    <Page title={title} heading={name} lead={query.data && <Facts one={query.data} />} above={<Way />}>
      <Parts name={name} part={part} />
      <Loaded query={query} rows={6}>
        {(one) => (
          // Of its own, so that the heading keeps the focus while a part comes.
          <Suspense fallback={<Skeleton rows={6} />}>
            <chosen.show application={one} />
          </Suspense>
        )}
      </Loaded>
    </Page>
  );
}

function Way() {
  return (
    <p className="way">
      <Link href="/">Applications</Link>
      <span aria-hidden="true"> / </span>
    </p>
  );
}

function Facts({ one }: { one: ApplicationView }) {
  return (
    <span className="facts">
      <span>
        Owner <strong>{one.team}</strong>
      </span>
      <span>
        Latest version <strong className="mono">{one.latest_version || "none"}</strong>
      </span>
      <Fires of={one.name} />
      <Link href={`/recordings?application=${one.name}`}>Recordings</Link>
      <Link href={`/replays?application=${one.name}`}>Replays</Link>
      {/^https?:\/\//.test(one.repository) && (
        <a href={one.repository} rel="noreferrer">
          Repository <Icon name="link" />
        </a>
      )}
    </span>
  );
}

/** How many alerts of it fire, and the way to those that did. */
function Fires({ of }: { of: string }) {
  const number = useQuery(alerts(of, "firing")).data?.length ?? 0;
  return (
    <Link href={`/alerts?application=${of}`}>
      {number ? (
        <State word="firing" tone="bad">
          {count(number, "alert")} firing
        </State>
      ) : (
        "Alerts"
      )}
    </Link>
  );
}

function Parts({ name, part }: { name: string; part: string }) {
  const tabs = useRef<HTMLElement>(null);
  // On a narrow screen the row is longer than the screen: the chosen one is brought into it.
  useEffect(() => {
    const chosen = tabs.current?.querySelector("[aria-current]");
    chosen?.scrollIntoView({ block: "nearest", inline: "center" });
  }, [part]);
  return (
    <nav className="tabs" aria-label={`Parts of ${name}`} ref={tabs}>
      <ul>
        {PARTS.map((one) => (
          <li key={one.path}>
            <Link href={`/applications/${name}${one.path && `/${one.path}`}`} aria-current={one.path === part ? "page" : undefined}>
              {one.text}
            </Link>
          </li>
        ))}
      </ul>
    </nav>
  );
}

/** Documentation beside the scripts: the endpoints of an application, each with a form to try it. */
import { useQuery } from "@tanstack/react-query";
import { lazy, Suspense, useState } from "react";
import type { Schemas } from "../api/client";
import { major } from "../api/commands";
import { versions } from "../api/queries";
import { useParameter } from "../parts/choice";
import { Loaded } from "../parts/loaded";
import { Section } from "../parts/page";
import { Tag } from "../parts/state";
import { Empty } from "../parts/trouble";
import type { ApplicationView } from "./application";

const TryForm = lazy(() => import("./try-form"));

type Line = Schemas.LineView;
type Version = Schemas.VersionView;
export type Endpoint = { method: string; path: string; description: string };

export default function Documentation({ application }: { application: ApplicationView }) {
  const [key, setKey] = useParameter("line");
  const query = useQuery(versions(application.name));
  const line = application.lines.find((one) => keyOf(one) === key) ?? newest(application);
  if (!line) {
    return (
      <Empty title="Nothing to try yet" command={`stagedoor release ${application.latest_version || "VERSION"} --application ${application.name}`}>
        Endpoints can be tried once a version is released.
      </Empty>
    );
  }
  return (
    <Section
      title="Endpoints"
      actions={
        <select className="input" aria-label="Line" value={keyOf(line)} onChange={(event) => setKey(event.target.value)}>
          {application.lines.map((one) => (
            <option key={keyOf(one)} value={keyOf(one)}>
              {one.line} in {one.stack}: {one.version}
            </option>
          ))}
        </select>
      }
    >
      <Loaded query={query}>
        {(all) => <Endpoints application={application.name} line={line} version={all.find((one) => one.number === line.version)} />}
      </Loaded>
    </Section>
  );
}

function keyOf(line: Line): string {
  return `${line.stack}-${major(line.line)}`;
}

/** The default line, in the stack test where it is there. */
function newest(application: ApplicationView): Line | undefined {
  const mine = application.lines.filter((one) => one.line === application.default_line);
  return mine.find((one) => one.stack === "test") ?? mine[0] ?? application.lines[0];
}

type Props = { application: string; line: Line; version: Version | undefined };

function Endpoints({ application, line, version }: Props) {
  const endpoints = (version?.endpoints ?? []) as Endpoint[];
  const own = endpoints.length > 0;
  const listed = own ? endpoints : [{ method: "GET", path: "/", description: "Any path: this application answers all by itself (ASGI)." }];
  return (
    <>
      {version?.services && version.services.length > 0 && (
        <p className="lead above">
          It may call <strong>{version.services.join(", ")}</strong>.
        </p>
      )}
      <ul className="endpoints">
        {listed.map((one) => (
          <EndpointCard key={`${line.stack} ${one.method} ${one.path}`} application={application} line={line} one={one} free={!own} />
        ))}
      </ul>
    </>
  );
}

type CardProps = { application: string; line: Line; one: Endpoint; free: boolean };

function EndpointCard({ application, line, one, free }: CardProps) {
  const [open, setOpen] = useState(false);
  return (
    <li className="card">
      <div className="endpoint-head">
        <Tag tone="accent">{one.method}</Tag>
        <h3 className="mono">{one.path}</h3>
        <button
          type="button"
          className="button push"
          aria-expanded={open}
          onClick={() => setOpen(!open)}
          aria-label={`${open ? "Close" : "Try it"}: ${one.method} ${one.path}`}
        >
          {open ? "Close" : "Try it"}
        </button>
      </div>
      {one.description && <p>{one.description}</p>}
      {open && (
        <Suspense fallback={null}>
          <TryForm application={application} line={line} endpoint={one} free={free} />
        </Suspense>
      )}
    </li>
  );
}

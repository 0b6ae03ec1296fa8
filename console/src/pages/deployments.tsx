/** What runs of an application, with what it does now, and what can be done with it. */
import { lazy, Suspense, useState } from "react";
import { Link } from "wouter";
import type { Schemas } from "../api/client";
import { useRates } from "../api/live";
import { rate as sayRate, seconds } from "../parts/format";
import { Icon } from "../parts/icons";
import { DeleteLine, RollBack } from "../parts/line-actions";
import { InstanceStates, Stack, Tag } from "../parts/state";
import { type Column, Table } from "../parts/table";
import { Time } from "../parts/time";
import type { ApplicationView } from "./application";

const Sparkline = lazy(() => import("../parts/sparkline"));

type Deployment = Schemas.DeploymentView;
type Wish = { act: "rollback" | "delete"; one: Deployment };

export function Deployments({ application, all }: { application: ApplicationView; all: Deployment[] }) {
  const [wish, setWish] = useState<Wish | null>(null);
  const close = () => setWish(null);
  return (
    <>
      <Table label="Deployments" rows={all} id={(one) => one.id} highlight={(one) => one.serving} columns={[...COLUMNS, actions(application, setWish)]} />
      {wish?.act === "rollback" && <RollBack application={application.name} line={wish.one.line} stack={wish.one.stack} onClose={close} />}
      {wish?.act === "delete" && <DeleteLine application={application.name} line={wish.one.line} stack={wish.one.stack} onClose={close} />}
    </>
  );
}

const COLUMNS: Column<Deployment>[] = [
  {
    name: "Line",
    kind: "main",
    cell: (one) => (
      <>
        <strong className="mono">{one.line}</strong>
        {one.serving ? <Tag tone="good">serving</Tag> : <Tag>{one.purpose === "preview" ? "preview" : "kept warm"}</Tag>}
      </>
    ),
  },
  { name: "Version", cell: (one) => <span className="mono">{one.version}</span> },
  { name: "Stack", cell: (one) => <Stack name={one.stack} /> },
  { name: "Region", cell: (one) => one.region },
  { name: "Instances", cell: (one) => <InstanceStates states={one.instances} /> },
  { name: "Created", cell: (one) => <Time at={one.created_at} /> },
  { name: "Requests/s", kind: "number", cell: (one) => <Rate one={one} /> },
];

function Rate({ one }: { one: Deployment }) {
  const rates = useRates(one.id);
  const now = rates.at(-1) ?? one.rate;
  if (!now) return <span className="faint">–</span>;
  const title = `${now.in_flight} in flight, ${now.queued} waiting, ${seconds(now.average_seconds)} on average`;
  return (
    <span className="rate" title={title}>
      <Suspense fallback={null}>
        <Sparkline values={rates.map((sample) => sample.requests_per_second)} />
      </Suspense>
      <span className="number">{sayRate(now.requests_per_second)}</span>
    </span>
  );
}

function actions(application: ApplicationView, act: (wish: Wish) => void): Column<Deployment> {
  const name = application.name;
  return {
    name: "Actions",
    kind: "actions",
    cell: (one) => (
      <span className="row-actions">
        <Link className="button quiet" href={`/applications/${name}/logs`}>
          Logs
        </Link>
        <Link className="button quiet" href={`/applications/${name}/requests?stack=${one.stack}`}>
          Requests
        </Link>
        {one.serving && (
          <>
            <button type="button" className="button" onClick={() => act({ act: "rollback", one })} aria-label={`Roll back ${one.line} in ${one.stack}`}>
              <Icon name="back" />
              Roll back
            </button>
            <button
              type="button"
              className="button quiet danger-text"
              onClick={() => act({ act: "delete", one })}
              aria-label={`Delete ${one.line} in ${one.stack}`}
            >
              Delete
            </button>
          </>
        )}
      </span>
    ),
  };
}

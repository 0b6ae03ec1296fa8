/** How many instances an application's deployments have, why, and each change of late. */
import { useQuery } from "@tanstack/react-query";
import { useState } from "react";
import type { Schemas } from "../api/client";
import * as commands from "../api/commands";
import { scaling } from "../api/queries";
import { StackChoice, useParameter } from "../parts/choice";
import { Command } from "../parts/command";
import { Curve } from "../parts/curve";
import { count, span } from "../parts/format";
import { Loaded } from "../parts/loaded";
import { Section } from "../parts/page";
import { Stack, Tag } from "../parts/state";
import { type Column, Table } from "../parts/table";
import { Time } from "../parts/time";
import { Empty } from "../parts/trouble";
import type { ApplicationView } from "./application";
import { FixScale, FreeScale } from "./scaling-actions";

type Scale = Omit<Schemas.ScaleView, "points"> & { points: number[][] };
type Step = Schemas.ScaleStep;
type Wish = { act: "fix" | "free"; one: Scale };

const EVERY = 4000;

export default function Scaling({ application: { name } }: { application: ApplicationView }) {
  const [stack] = useParameter("stack");
  const [wish, setWish] = useState<Wish | null>(null);
  const query = useQuery({ ...scaling(name, stack), refetchInterval: EVERY });
  const close = () => setWish(null);
  return (
    <>
      <Section title="Scaling" actions={<StackChoice />}>
        <Loaded query={query}>
          {({ deployments, steps }) =>
            deployments.length ? (
              <ul className="scales">
                {deployments.map((one) => (
                  <li key={one.deployment} className="card">
                    <Deployment one={one} steps={steps.filter((step) => step.deployment === one.deployment)} act={setWish} />
                  </li>
                ))}
              </ul>
            ) : (
              <Empty title={`Nothing of ${name} is released${stack ? ` in ${stack}` : ""}`} command={`stagedoor deploy --stack ${stack || "test"}`} />
            )
          }
        </Loaded>
      </Section>
      <Section title="Changes">
        <Loaded query={query}>
          {({ steps }) =>
            steps.length ? (
              <Table label="Changes" rows={steps} id={(one) => `${one.deployment} ${one.at}`} columns={COLUMNS} />
            ) : (
              <Empty title="Nothing has changed yet">Each change of a number of instances is written down here, with its reason.</Empty>
            )
          }
        </Loaded>
        <div className="next">
          <Command text={commands.whyScaled(name, stack)} />
        </div>
      </Section>
      {wish?.act === "fix" && <FixScale application={name} one={wish.one} onClose={close} />}
      {wish?.act === "free" && <FreeScale application={name} one={wish.one} onClose={close} />}
    </>
  );
}

function Deployment({ one, steps, act }: { one: Scale; steps: Step[]; act: (wish: Wish) => void }) {
  const marks = steps.map((step) => ({ at: step.at, text: `${step.before} to ${step.after}: ${step.reason}` }));
  const stirred = one.points.some(([, instances = 0, inFlight = 0]) => instances > 0 || inFlight > 0);
  return (
    <>
      <header className="scale-head">
        <h3>
          <span className="mono">{one.version}</span> <Stack name={one.stack} /> {one.serving ? <Tag tone="good">serving</Tag> : <Tag>kept warm</Tag>}
        </h3>
        {one.serving && <Actions one={one} act={act} />}
      </header>
      <p>
        <strong>{count(one.instances, "instance")}</strong> <span className="faint">({bounds(one)})</span>: {one.reason}
      </p>
      {stirred && (
        <div className="curves">
          <Curve name="Instances" points={one.points} say={String} least={2} stepped marks={marks} />
          <Curve name="Requests in flight" points={one.points.map(([at = 0, , value = 0]) => [at, value])} say={whole} least={2} marks={marks} />
        </div>
      )}
    </>
  );
}

function Actions({ one, act }: { one: Scale; act: (wish: Wish) => void }) {
  const of = `${one.version} in ${one.stack}`;
  return (
    <span className="row-actions">
      {one.fixed !== null && (
        <button type="button" className="button" onClick={() => act({ act: "free", one })} aria-label={`Let ${of} scale by itself`}>
          Let it scale by itself
        </button>
      )}
      <button type="button" className="button" onClick={() => act({ act: "fix", one })} aria-label={`Keep a number for ${of}`}>
        Keep a number
      </button>
    </span>
  );
}

function bounds(one: Scale): string {
  if (one.fixed !== null) return `fixed at ${one.fixed}`;
  const sleeps = one.min ? "" : `, sleeps after ${span(one.idle)}`;
  return `${one.min} to ${one.max}${sleeps}; ${one.concurrency} requests at the most for one`;
}

function whole(value: number): string {
  return String(Math.round(value));
}

const COLUMNS: Column<Step>[] = [
  { name: "When", kind: "main", cell: (one) => <Time at={one.at} /> },
  { name: "Version", cell: (one) => <span className="mono">{one.version}</span> },
  { name: "Stack", cell: (one) => <Stack name={one.stack} /> },
  { name: "Instances", cell: (one) => <Move one={one} /> },
  { name: "Reason", cell: (one) => one.reason },
];

function Move({ one: { before, after } }: { one: Step }) {
  return (
    <span className="move">
      {before} <span aria-hidden="true">→</span>
      <span className="hidden"> to </span> <strong>{after}</strong>
    </span>
  );
}

/** Every release of each line with what it proved, what moves there now, and the way back to any of them. */
import { useQuery } from "@tanstack/react-query";
import { useState } from "react";
import type { Schemas } from "../api/client";
import { major } from "../api/commands";
import { releases } from "../api/queries";
import { isEnded, type Rollout, useRollouts } from "../api/rollouts";
import { StackChoice, useParameter } from "../parts/choice";
import { count } from "../parts/format";
import { RollBack } from "../parts/line-actions";
import { Loaded } from "../parts/loaded";
import { Section } from "../parts/page";
import { Stack, Tag } from "../parts/state";
import { type Column, Table } from "../parts/table";
import { Time } from "../parts/time";
import { Empty } from "../parts/trouble";
import type { ApplicationView } from "./application";
import { Former, isWorthTelling, Proof, UnderWay } from "./rollout-cards";

type Release = Schemas.ReleaseView;
type Line = Schemas.LineView;

export default function Releases({ application }: { application: ApplicationView }) {
  const [stack] = useParameter("stack");
  const lines = application.lines.filter((one) => !stack || one.stack === stack);
  const moves = useRollouts(application.name).filter((one) => !stack || one.stack === stack);
  const of = (line: string, where: string) => moves.filter((one) => one.stack === where && lineOf(one) === line);
  // Of a line whose first release did not come about there is nothing but its rollouts.
  const others = new Map(
    moves
      .filter((one) => isWorthTelling(one) && !lines.some((line) => line.stack === one.stack && line.line === lineOf(one)))
      .map((one) => [`${lineOf(one)} in ${one.stack}`, one]),
  );
  return (
    <>
      <div className="filters above">
        <StackChoice />
      </div>
      {lines.map((one) => (
        <History key={`${one.line} ${one.stack}`} application={application.name} line={one} moves={of(one.line, one.stack)} />
      ))}
      {[...others].map(([name, one]) => (
        <Unreleased key={name} name={name} moves={of(lineOf(one), one.stack)} />
      ))}
      {!lines.length && !others.size && (
        <Empty title="No release here" command={`stagedoor deploy --stack ${stack || "test"}`}>
          A release is a version with its configuration, secrets and routes, numbered, and a click away from any other.
        </Empty>
      )}
    </>
  );
}

function lineOf({ major }: Rollout): string {
  return `^${major}`;
}

function Unreleased({ name, moves }: { name: string; moves: Rollout[] }) {
  return (
    <Section title={name} actions={<span>nothing is released</span>}>
      <Moving all={moves} />
      <Former all={moves} line={name} />
    </Section>
  );
}

function Moving({ all }: { all: Rollout[] }) {
  return all.filter((one) => !isEnded(one)).map((one) => <UnderWay key={one.id} of={one} />);
}

function History({ application, line, moves }: { application: string; line: Line; moves: Rollout[] }) {
  const query = useQuery(releases(application, major(line.line), line.stack));
  const [to, setTo] = useState(0);
  return (
    <Section title={`${line.line} in ${line.stack}`} actions={<code>{line.address}</code>}>
      <Moving all={moves} />
      <Loaded query={query}>
        {(all) => (
          <Table
            label={`Releases of ${line.line} in ${line.stack}`}
            rows={[...all].reverse()}
            id={(one) => one.number}
            highlight={(one) => one.number === line.release}
            columns={[...columns(line.release, moves), back(line, setTo)]}
          />
        )}
      </Loaded>
      <Former all={moves} line={`${line.line} in ${line.stack}`} />
      {to > 0 && <RollBack application={application} line={line.line} stack={line.stack} to={to} onClose={() => setTo(0)} />}
    </Section>
  );
}

function columns(current: number, moves: Rollout[]): Column<Release>[] {
  return [
    {
      name: "Release",
      kind: "main",
      cell: (one) => (
        <>
          <strong className="number">{one.number}</strong>
          {one.number === current && <Tag tone="good">current</Tag>}
        </>
      ),
    },
    { name: "Version", cell: (one) => <span className="mono">{one.version}</span> },
    { name: "Stack", cell: (one) => <Stack name={one.stack} /> },
    { name: "Proved", cell: (one) => <Proof of={moves.find((each) => each.release === one.number)} /> },
    { name: "Cause", cell: (one) => (one.restores ? `${one.cause} to ${one.restores}` : one.cause) },
    { name: "By", cell: (one) => one.made_by },
    { name: "When", cell: (one) => <Time at={one.made_at} /> },
    { name: "Holds", cell: (one) => <Holds one={one} /> },
  ];
}

function Holds({ one }: { one: Release }) {
  const parts = [count(Object.keys(one.config).length, "value"), count(Object.keys(one.secrets).length, "secret"), count(one.routes.length, "route")];
  return <span className="faint">{parts.join(", ")}</span>;
}

function back(line: Line, choose: (number: number) => void): Column<Release> {
  return {
    name: "Actions",
    kind: "actions",
    cell: (one) =>
      one.number === line.release ? null : (
        <span className="row-actions">
          <button
            type="button"
            className="button quiet"
            onClick={() => choose(one.number)}
            aria-label={`Roll back to this: release ${one.number} in ${line.stack}`}
          >
            Roll back to this
          </button>
        </span>
      ),
  };
}

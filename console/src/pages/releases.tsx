/** Every release of each line, and the way back to any of them. */
import { useQuery } from "@tanstack/react-query";
import { useState } from "react";
import type { Schemas } from "../api/client";
import { major } from "../api/commands";
import { releases } from "../api/queries";
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

type Release = Schemas["ReleaseView"];
type Line = Schemas["LineView"];

export default function Releases({ application }: { application: ApplicationView }) {
  const [stack] = useParameter("stack");
  const lines = application.lines.filter((one) => !stack || one.stack === stack);
  return (
    <>
      <div className="filters above">
        <StackChoice />
      </div>
      {lines.map((one) => (
        <History key={`${one.line} ${one.stack}`} application={application.name} line={one} />
      ))}
      {!lines.length && (
        <Empty title="No release here" command={`stagedoor deploy --stack ${stack || "test"}`}>
          A release is a version with its configuration, secrets and routes, numbered, and a click away from any other.
        </Empty>
      )}
    </>
  );
}

function History({ application, line }: { application: string; line: Line }) {
  const query = useQuery(releases(application, major(line.line), line.stack));
  const [to, setTo] = useState(0);
  return (
    <Section title={`${line.line} in ${line.stack}`} actions={<code>{line.address}</code>}>
      <Loaded query={query}>
        {(all) => (
          <Table
            label={`Releases of ${line.line} in ${line.stack}`}
            rows={[...all].reverse()}
            id={(one) => one.number}
            highlight={(one) => one.number === line.release}
            columns={[...columns(line.release), back(line, setTo)]}
          />
        )}
      </Loaded>
      {to > 0 && <RollBack application={application} line={line.line} stack={line.stack} to={to} onClose={() => setTo(0)} />}
    </Section>
  );
}

function columns(current: number): Column<Release>[] {
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
    { name: "Cause", cell: (one) => (one.restores ? `${one.cause} to ${one.restores}` : one.cause) },
    { name: "By", cell: (one) => one.made_by },
    { name: "When", cell: (one) => <Time at={one.made_at} /> },
    { name: "Holds", cell: (one) => <Holds one={one} /> },
  ];
}

function Holds({ one }: { one: Release }) {
  const parts = [
    count(Object.keys(one.config).length, "value"),
    count(Object.keys(one.secrets).length, "secret"),
    count(one.routes.length, "route"),
  ];
  return <span className="faint">{parts.join(", ")}</span>;
}

function back(line: Line, choose: (number: number) => void): Column<Release> {
  return {
    name: "Actions",
    kind: "actions",
    cell: (one) =>
      one.number === line.release ? null : (
        <span className="row-actions">
          <button type="button" className="button quiet" onClick={() => choose(one.number)} aria-label={`Roll back to this: release ${one.number} in ${line.stack}`}>
            Roll back to this
          </button>
        </span>
      ),
  };
}

/** All applications: where each is, and what it does now. */
import { useQuery } from "@tanstack/react-query";
import { Link } from "wouter";
import type { Schemas } from "../api/client";
import { applications } from "../api/queries";
import { Command } from "../parts/command";
import { count } from "../parts/format";
import { Loaded } from "../parts/loaded";
import { Page } from "../parts/page";
import { InstanceStates, Stack } from "../parts/state";
import { Time } from "../parts/time";
import { Empty } from "../parts/trouble";

type Application = Schemas.ApplicationView;

export function Applications() {
  const query = useQuery(applications());
  const lead = query.data?.length ? count(query.data.length, "application") : undefined;
  return (
    <Page title="Applications" lead={lead}>
      <Loaded query={query} rows={6}>
        {(all) => (all.length ? <List all={all} /> : <Nothing />)}
      </Loaded>
    </Page>
  );
}

function List({ all }: { all: Application[] }) {
  return (
    <>
      <ul className="cards" aria-label="Applications">
        {all.map((one) => (
          <Card key={one.name} one={one} />
        ))}
      </ul>
      <div className="next">
        <p className="faint">Another one:</p>
        <Command text="stagedoor init my-script && cd my-script && stagedoor deploy" label="A new application" />
      </div>
    </>
  );
}

function Card({ one }: { one: Application }) {
  return (
    <li className="card card-link">
      <div className="card-head">
        <h2>
          <Link href={`/applications/${one.name}`}>{one.name}</Link>
        </h2>
        <span className="faint">{one.team}</span>
      </div>
      <p className="card-version">
        <span className="mono">{one.latest_version || "no version"}</span>
        <span className="faint">latest</span>
      </p>
      {one.lines.length ? (
        <ul className="card-lines" aria-label={`Lines of ${one.name}`}>
          {one.lines.map((line) => (
            <li key={`${line.stack} ${line.line}`}>
              <Stack name={line.stack} />
              <span className="mono">{line.version}</span>
              <InstanceStates states={line.instances} />
              <span className="faint push">
                <Time at={line.released_at} />
              </span>
            </li>
          ))}
        </ul>
      ) : (
        <p className="faint">Published, and released nowhere.</p>
      )}
    </li>
  );
}

function Nothing() {
  return (
    <Empty title="No application yet" command="stagedoor init my-script && cd my-script && stagedoor deploy">
      This writes a small script that runs, and takes it to the stack test in half a second. It appears here by itself.
    </Empty>
  );
}

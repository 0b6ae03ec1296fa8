/** An application at a glance: its deployments, newest versions, and what happened lately. */
import { useQuery } from "@tanstack/react-query";
import { Link } from "wouter";
import { alerts } from "../api/alerts";
import { activities, deployments, versions } from "../api/queries";
import { Activities } from "../parts/activities";
import { AlertList } from "../parts/alerts";
import { StackChoice, useParameter } from "../parts/choice";
import { Command } from "../parts/command";
import { Loaded } from "../parts/loaded";
import { Section } from "../parts/page";
import { Empty } from "../parts/trouble";
import type { ApplicationView } from "./application";
import { Deployments } from "./deployments";
import { VersionTable } from "./version-table";

export function Overview({ application }: { application: ApplicationView }) {
  const { name } = application;
  const [stack] = useParameter("stack");
  const running = useQuery(deployments(name, stack));
  const published = useQuery(versions(name));
  const firing = useQuery(alerts(name, "firing")).data ?? [];
  const lately = useQuery(activities({ application: name }, 8));
  return (
    <>
      {firing.length > 0 && (
        <Section title="Firing alerts" actions={<Link href={`/alerts?application=${name}`}>All alerts</Link>}>
          <AlertList all={firing} label="Firing alerts" named={false} />
        </Section>
      )}
      <Section title="Deployments" actions={<StackChoice />}>
        <Loaded query={running}>
          {(all) => (all.length ? <Deployments application={application} all={all} /> : <NotRunning stack={stack} application={application} />)}
        </Loaded>
      </Section>
      <Section title="Versions" actions={<Link href={`/applications/${name}/versions`}>All versions</Link>}>
        <Loaded query={published}>{(all) => <VersionTable application={application} all={all.slice(-4)} />}</Loaded>
      </Section>
      <Section title="Recent activity" actions={<Link href={`/applications/${name}/activity`}>All activity</Link>}>
        <Loaded query={lately}>{(all) => <Activities all={all} />}</Loaded>
      </Section>
    </>
  );
}

function NotRunning({ stack, application }: { stack: string; application: ApplicationView }) {
  const where = stack || "test";
  const version = application.latest_version;
  if (!version) return <Empty title="Nothing runs here yet" command={`stagedoor deploy --stack ${where}`} />;
  return (
    <Empty title={`Nothing of ${application.name} runs ${stack ? `in ${stack}` : "yet"}`}>
      Its latest version takes the traffic with:
      <Command text={`stagedoor release ${version} --stack ${where} --application ${application.name}`} />
    </Empty>
  );
}

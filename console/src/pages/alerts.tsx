/** What is bad now, what was lately, who wants to hear nothing of it, and how often it would have been. */
import { useQuery } from "@tanstack/react-query";
import { alerts, MANY, ruleName, rules } from "../api/alerts";
import * as commands from "../api/commands";
import { applications } from "../api/queries";
import { AlertList } from "../parts/alerts";
import { Choice, Select, useParameter } from "../parts/choice";
import { Command } from "../parts/command";
import { count } from "../parts/format";
import { Loaded } from "../parts/loaded";
import { Page, Section } from "../parts/page";
import { Empty } from "../parts/trouble";
import { Backtest } from "./backtest";
import { Silences } from "./silences";

/** News come at once; this is for what nobody tells, as a silence that ends by itself. */
const EVERY = 15_000;
const STATES = [
  { value: "", text: "All" },
  { value: "firing", text: "Firing" },
  { value: "resolved", text: "Ended" },
];

export default function Alerts() {
  const [application, setApplication] = useParameter("application");
  const [said] = useParameter("state");
  const state = STATES.some((one) => one.value === said) ? said : "";
  const known = useQuery(applications()).data ?? [];
  const query = useQuery({ ...alerts(application, state), refetchInterval: EVERY });
  return (
    <Page
      title="Alerts"
      lead="What went wrong, why, and what came before it. Every endpoint is watched, without a setting."
      actions={<Command text={commands.alerts(application, state)} />}
    >
      <div className="filters" role="group" aria-label="Filters">
        <Select label="Application" all="All applications" value={application} options={known.map((one) => one.name)} set={setApplication} />
        <Choice label="State" name="state" options={STATES} />
      </div>
      <Loaded query={query} rows={4}>
        {(all) => {
          const firing = all.filter((one) => one.state === "firing");
          const ended = all.filter((one) => one.state !== "firing");
          return (
            <>
              {state !== "resolved" && (
                <Section title="Firing now" actions={firing.length > 0 && <span>{count(firing.length, "alert")}, the newest first</span>}>
                  {firing.length ? <AlertList all={firing} label="Firing now" /> : <Quiet application={application} />}
                </Section>
              )}
              {state !== "firing" && (
                <Section title="Ended" actions={ended.length > 0 && <span>the newest first</span>}>
                  {ended.length ? (
                    <AlertList all={ended} label="Ended" />
                  ) : (
                    <p className="faint">None{application && ` of ${application}`} yet. An alert ends when it was well for five minutes.</p>
                  )}
                </Section>
              )}
              {all.length >= MANY && (
                <p className="faint note">
                  These are the newest {MANY}; <code>stagedoor alerts list --limit 1000</code> has more.
                </p>
              )}
            </>
          );
        }}
      </Loaded>
      <Silences />
      <Backtest key={application} application={application} />
      <Watched />
    </Page>
  );
}

function Quiet({ application }: { application: string }) {
  return (
    <Empty title={`Nothing fires${application && ` of ${application}`}`}>
      What fires appears here by itself. What is watched stands at the end of this page.
    </Empty>
  );
}

function Watched() {
  const query = useQuery(rules());
  return (
    <Section title="What is watched">
      <Loaded query={query} rows={3}>
        {(all) => (
          <dl className="rules-told card">
            {all.map((one) => (
              <div key={one.name}>
                <dt>
                  {ruleName(one.name)} <span className="mono faint">{one.name}</span>
                </dt>
                <dd>{one.help}</dd>
              </div>
            ))}
          </dl>
        )}
      </Loaded>
    </Section>
  );
}

/** One rollout: what it shall see, what the judge says, who got what when, and who did what. */
import { Link } from "wouter";
import * as commands from "../api/commands";
import { isEnded, proves, type Rollout, useRollout } from "../api/rollouts";
import { Command } from "../parts/command";
import { moment, seconds } from "../parts/format";
import { Loaded } from "../parts/loaded";
import { Page, Section } from "../parts/page";
import { RolloutActions } from "../parts/rollout-actions";
import { RolloutEvents } from "../parts/rollout-events";
import { sayState, toneOf } from "../parts/rollout-words";
import { SplitChart } from "../parts/split-chart";
import { Stack, State } from "../parts/state";
import Missing from "./missing";
import { Charts } from "./rollout-charts";
import { Findings, PlanTold } from "./rollout-findings";
import { Verdict } from "./rollout-verdict";

export default function RolloutPage({ number }: { number: number }) {
  return Number.isInteger(number) && number > 0 ? <One number={number} /> : <Missing />;
}

function One({ number }: { number: number }) {
  const query = useRollout(number);
  const one = query.data;
  const title = one ? `Rollout ${number} of ${one.application} ^${one.major}` : `Rollout ${number}`;
  return (
    <Page title={title} above={<Way of={one} />} lead={one && <Facts of={one} />} actions={one && <RolloutActions of={one} />}>
      <Loaded query={query} rows={6}>
        {(found) => <Parts of={found} />}
      </Loaded>
      <div className="next">
        <Command text={commands.oneRollout(number, one !== undefined && !isEnded(one))} />
      </div>
    </Page>
  );
}

function Way({ of }: { of: Rollout | undefined }) {
  return (
    <p className="way">
      <Link href="/">Applications</Link>
      <span aria-hidden="true"> / </span>
      {of && (
        <>
          <Link href={`/applications/${of.application}`}>{of.application}</Link>
          <span aria-hidden="true"> / </span>
          <Link href={`/applications/${of.application}/releases?stack=${of.stack}`}>Releases</Link>
          <span aria-hidden="true"> / </span>
        </>
      )}
    </p>
  );
}

function Facts({ of }: { of: Rollout }) {
  return (
    <span className="facts">
      <State word={of.state} tone={toneOf(of)}>
        {sayState(of)}
      </State>
      <Stack name={of.stack} />
      <span>
        <span className="mono">{of.former_version || "nothing"}</span>{" "}
        <span role="img" aria-label="to">
          →
        </span>{" "}
        <strong className="mono">{of.version}</strong>
      </span>
      <span>
        {of.cause} by <strong>{of.by}</strong>
      </span>
      <span>
        {moment(of.began_at)}
        {of.ended_at > 0 && `, took ${seconds(of.ended_at - of.began_at)}`}
      </span>
      {of.release > 0 && <Link href={`/applications/${of.application}/releases?stack=${of.stack}`}>Release {of.release}</Link>}
    </span>
  );
}

function Parts({ of }: { of: Rollout }) {
  return (
    <div className="rollout">
      <Verdict of={of} />
      <div className="rollout-course">
        {proves(of) && <SplitChart of={of} />}
        <Section title="Timeline">
          <RolloutEvents of={of} />
        </Section>
      </div>
      {proves(of) && <Findings of={of} />}
      <Charts of={of} />
      {proves(of) && <PlanTold of={of} />}
    </div>
  );
}

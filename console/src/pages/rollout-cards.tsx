/** Rollouts of a line, on its releases: the one under way as a card, and those before it. */
import { useState } from "react";
import { Link } from "wouter";
import { isEnded, proves, type Rollout, useRollout } from "../api/rollouts";
import { brief, count, seconds } from "../parts/format";
import { RolloutActions } from "../parts/rollout-actions";
import { headline, proved, sayState, sayStrategy, sentence, toneOf, why } from "../parts/rollout-words";
import { Shares } from "../parts/shares";
import { State, Tag } from "../parts/state";
import { type Column, Table } from "../parts/table";
import { Time } from "../parts/time";
import { Progress } from "./rollout-verdict";

const FEW = 8;

/** What goes on now; it stays until the list knows that it ended. */
export function UnderWay({ of }: { of: Rollout }) {
  const one = useRollout(of.id).data ?? of;
  return (
    <section className={`card under-way verdict-${toneOf(one)}`} aria-label={`Rollout ${one.id}, under way`}>
      <header className="under-way-head">
        <h3>
          <Link href={`/rollouts/${one.id}`}>Rollout {one.id}</Link>: <span className="mono">{one.former_version || "nothing"}</span>{" "}
          <span role="img" aria-label="to">
            →
          </span>{" "}
          <span className="mono">{one.version}</span>
        </h3>
        <span className="facts">
          <State word={one.state} tone={toneOf(one)}>
            {sayState(one)}
          </State>
          <span>{sayStrategy(one)}</span>
          <span>
            by <strong>{one.by}</strong>, <Time at={one.began_at} />
          </span>
        </span>
        <RolloutActions of={one} />
      </header>
      <p>
        <strong aria-live="polite">{headline(one)}.</strong> {sentence(one)}
      </p>
      <Shares of={one} />
      {proves(one) && <Progress of={one} />}
    </section>
  );
}

/** What a release proved on its way. */
export function Proof({ of }: { of: Rollout | undefined }) {
  if (!of) return <span className="faint">–</span>;
  const { text, tone, more } = proved(of);
  return (
    <Link href={`/rollouts/${of.id}`} className="proof" title={more} aria-label={`${text}: rollout ${of.id}`}>
      <Tag tone={tone}>{text}</Tag>
    </Link>
  );
}

/** Whether there is more to say than that it was released at once, which the table of releases says. */
export function isWorthTelling(one: Rollout): boolean {
  return proves(one) || one.state !== "done";
}

/** Those that went part by part, or became no release. */
export function Former({ all, line }: { all: Rollout[]; line: string }) {
  const [isWhole, setIsWhole] = useState(false);
  const told = all.filter((one) => isEnded(one) && isWorthTelling(one));
  if (!told.length) return null;
  return (
    <div className="former-rollouts">
      <h3>Rollouts</h3>
      <Table label={`Rollouts of ${line}`} rows={isWhole ? told : told.slice(0, FEW)} id={(one) => one.id} columns={COLUMNS} />
      {told.length > FEW && !isWhole && (
        <button type="button" className="button more" onClick={() => setIsWhole(true)}>
          Show all {count(told.length, "rollout")}
        </button>
      )}
    </div>
  );
}

const COLUMNS: Column<Rollout>[] = [
  {
    name: "Rollout",
    kind: "main",
    cell: (one) => (
      <Link href={`/rollouts/${one.id}`}>
        <strong className="unbroken">Rollout {one.id}</strong>
      </Link>
    ),
  },
  {
    name: "State",
    cell: (one) => (
      <State word={one.state} tone={toneOf(one)}>
        {one.release ? `release ${one.release}` : one.state}
      </State>
    ),
  },
  {
    name: "Versions",
    cell: (one) => (
      <span className="mono unbroken">
        {one.former_version || "nothing"}{" "}
        <span role="img" aria-label="to">
          →
        </span>{" "}
        {one.version}
      </span>
    ),
  },
  { name: "Strategy", cell: (one) => <span className="unbroken">{sayStrategy(one)}</span> },
  { name: "Why", cell: (one) => <span className="former-why">{brief(why(one), 160)}</span> },
  { name: "By", cell: (one) => one.by },
  { name: "When", cell: (one) => <Time at={one.began_at} /> },
  { name: "Took", kind: "number", cell: (one) => <span className="unbroken">{seconds(one.ended_at - one.began_at)}</span> },
];

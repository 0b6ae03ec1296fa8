/** The verdict in words, what is planned, who gets what now, and how far it is. */
import { isEnded, needed, proves, type Rollout, seen, servedSince } from "../api/rollouts";
import { count, seconds, span } from "../parts/format";
import { headline, sayWhole, sentence, toneOf } from "../parts/rollout-words";
import { Shares } from "../parts/shares";

export function Verdict({ of }: { of: Rollout }) {
  return (
    <section className={`verdict verdict-${toneOf(of)}`} aria-label="Verdict">
      <div>
        <h2 aria-live="polite">{headline(of)}</h2>
        <p className="verdict-words">{sentence(of)}</p>
      </div>
      <p className="faint">{sayWhole(of)}</p>
      <Shares of={of} />
      {proves(of) && <Progress of={of} />}
    </section>
  );
}

/** How far: requests of those it needs, time of the longest it may look; of one that ended, what there was. */
export function Progress({ of }: { of: Rollout }) {
  const since = servedSince(of);
  if (!since) return null;
  const wanted = needed(of);
  const passed = Math.max(0, (isEnded(of) ? of.ended_at : (of.judgement?.at ?? since)) - since);
  if (isEnded(of) || of.strategy.kind !== "canary" || !of.plan) {
    return seen(of) ? <p className="progress-told">{`${count(seen(of), "request")} in both arms; ${seconds(passed)} with both versions`}</p> : null;
  }
  return (
    <dl className="progress">
      <Bar name="Requests in both arms" value={seen(of)} most={wanted} text={`${seen(of).toLocaleString("en")} of ${wanted.toLocaleString("en")}`} />
      {of.state === "judging" && <Bar name="Time of looking" value={passed} most={of.plan.most} text={`${span(passed)} of at most ${span(of.plan.most)}`} />}
    </dl>
  );
}

function Bar({ name, value, most, text }: { name: string; value: number; most: number; text: string }) {
  return (
    <div>
      <dt>{name}</dt>
      <dd>
        <span className="number">{text}</span>
        <progress value={Math.min(value, most)} max={Math.max(1, most)} aria-label={`${name}: ${text}`} />
      </dd>
    </div>
  );
}

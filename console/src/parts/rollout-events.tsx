/** The timeline of a rollout: what happened, when after its beginning, and who asked for it. */
import { isEnded, type Rollout } from "../api/rollouts";
import { brief, clock, isoMoment, moment, seconds } from "./format";
import { sayState } from "./rollout-words";
import type { Tone } from "./state";

const TONES: { [state: string]: Tone } = { done: "good", "rolled back": "bad", "going back": "bad", failed: "bad", asking: "busy", aborted: "off" };

export function RolloutEvents({ of }: { of: Rollout }) {
  return (
    <ol className="timeline rollout-events" aria-label="Timeline">
      {of.events.map((one, at) => (
        <li key={at} className={`event-${TONES[one.state] ?? "accent"}`}>
          <span className="timeline-dot" aria-hidden="true" />
          <p>
            <strong className="verb">{one.state}</strong>
            {one.by && <span> by {one.by}</span>}
          </p>
          {/* What ended it was said by the event before. */}
          {one.text !== of.events[at - 1]?.text && <p className="change event-text">{one.state === "plan" ? brief(one.text, 130) : one.text}</p>}
          <span className="faint timeline-when">
            <time dateTime={isoMoment(one.at)} title={moment(one.at)}>
              {at ? `+${seconds(Math.max(0.001, one.at - of.began_at))}` : clock(one.at).slice(0, 8)}
            </time>
          </span>
        </li>
      ))}
      {!isEnded(of) && (
        <li className="event-next">
          <span className="timeline-dot" aria-hidden="true" />
          <p className="faint">{`${sayState(of)} …`}</p>
        </li>
      )}
    </ol>
  );
}

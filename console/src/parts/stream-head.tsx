/** Whether lines come, and a button to hold them back. */
import { Icon } from "./icons";
import { State } from "./state";
import type { Lines } from "./stream";

type Head = Pick<Lines<unknown>, "state" | "paused" | "waiting" | "setPaused">;

export function StreamHead({ of }: { of: Head }) {
  return (
    <>
      <StreamState of={of} />
      <button type="button" className="button" aria-pressed={of.paused} onClick={() => of.setPaused(!of.paused)}>
        <Icon name={of.paused ? "play" : "pause"} />
        {of.paused ? `Go on${of.waiting ? ` (${of.waiting} new)` : ""}` : "Pause"}
      </button>
    </>
  );
}

function StreamState({ of }: { of: Head }) {
  if (of.paused) return <State word="Paused" tone="off" />;
  if (of.state === "live") return <State word="Live" tone="good" />;
  return <State word={of.state === "away" ? "Broken off, trying again" : "Connecting"} tone="busy" />;
}

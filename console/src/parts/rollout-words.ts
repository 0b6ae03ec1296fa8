/** Rollouts in words. */
import { armOf, isEnded, proves, type Rollout, seen } from "../api/rollouts";
import { count, moment, span } from "./format";
import type { Tone } from "./state";

const TONES: { [state: string]: Tone } = {
  done: "good",
  "rolled back": "bad",
  "going back": "bad",
  failed: "bad",
  aborted: "off",
  asking: "accent",
};

export function toneOf({ state, paused_at }: Rollout): Tone {
  return paused_at ? "accent" : (TONES[state] ?? "busy");
}

/** As in "judging, paused". */
export function sayState({ state, paused_at }: Rollout): string {
  if (state === "asking") return "waits for a person";
  return paused_at ? `${state}, paused` : state;
}

/** As in "canary, 5%". */
export function sayStrategy(one: Rollout): string {
  const { kind, share, steps, time } = one.strategy;
  if (!proves(one)) return one.former ? "direct" : "first of the line";
  return kind === "canary" ? `canary, ${share}%` : `${kind}, ${count(steps, "part")} in ${span(time)}`;
}

export function sayWhole({ former, strategy: { kind, share, steps, time, least, most } }: Rollout): string {
  if (!former) return "The line's first release: all at once.";
  const parts = `${count(steps, "equal part")} over ${span(time)}`;
  if (kind === "canary") return `Canary: ${share}% of members get it, as many a fresh baseline, for ${span(least)} to ${span(most)}; then all.`;
  if (kind === "linear") return `Linear: all moves in ${parts}.`;
  return kind === "window" ? `In a window: all moves in ${parts}, or goes back.` : "Direct: all at once.";
}

const WORDS: { [state: string]: string } = {
  preparing: "Instances come up",
  waiting: "It waits for its window",
  moving: "Traffic moves, part by part",
  asking: "Nobody can say: a person decides",
  finishing: "All traffic moves",
  "going back": "It goes back",
  "rolled back": "Harm was seen: it went back",
  failed: "It did not come up",
};

const VERDICTS: { [verdict: string]: string } = {
  watching: "No harm so far; it looks on",
  pass: "As good as its baseline",
  fail: "Harm was seen",
  inconclusive: "Nobody can say",
};

/** The verdict in few words. */
export function headline(one: Rollout): string {
  const { state, judgement, paused_at, strategy } = one;
  if (paused_at) return "Paused; harm still sends it back";
  if (state === "done") {
    if (proves(one) && strategy.kind === "canary") return letGoOnBy(one) ? `Released: ${letGoOnBy(one)} let it go on` : "Passed";
    return "Released";
  }
  if (state === "aborted") return `${abortedBy(one) || "Somebody"} took it back`;
  if (state === "judging") {
    if (!judgement || !seen(one)) return "No request came yet";
    return VERDICTS[judgement.verdict] ?? judgement.verdict;
  }
  return WORDS[state] ?? state;
}

/** What stands below it. */
export function sentence(one: Rollout): string {
  const { state, judgement, plan, reason } = one;
  if (isEnded(one) && state !== "done") return reason;
  if (state === "done" && (one.strategy.kind !== "canary" || !judgement)) return reason;
  if (state === "waiting") return `It begins ${moment(one.at)}.`;
  if (state === "finishing" || state === "going back") return reason;
  return judgement?.words || plan?.words || reason;
}

/** Why it ended as it did; a person's decision comes first. */
export function why(one: Rollout): string {
  const who = letGoOnBy(one);
  return who ? `${who} let it go on: ${sentence(one)}` : sentence(one);
}

/** Who decided where the judge could not say. */
export function letGoOnBy({ events }: Rollout): string {
  return events.find((one, at) => one.state === "finishing" && one.by && events.slice(0, at).some((each) => each.state === "asking"))?.by ?? "";
}

function abortedBy({ events }: Rollout): string {
  return events.findLast((one) => one.by && one.state !== "preparing")?.by ?? "";
}

/** What a release proved on its way, for its badge. */
export function proved(one: Rollout): { text: string; tone: Tone; more: string } {
  const who = letGoOnBy(one);
  const more = why(one);
  if (one.cause === "rollback") return { text: "rollback", tone: "off", more: "What ran before was known: all at once." };
  if (!proves(one)) return { text: "direct", tone: "off", more: sayWhole(one) };
  if (armOf(one) === "new") return { text: one.strategy.kind, tone: "accent", more: sayWhole(one) };
  if (who) return { text: `canary, let go on by ${who}`, tone: "busy", more };
  return { text: `canary passed: ${count(seen(one), "request")}`, tone: "good", more };
}

const METRICS: { [metric: string]: string } = {
  errors: "Errors",
  degraded: "Degraded answers",
  latency: "Latency",
  tail: "The slowest 1 in 100",
  calls: "Calls of services",
  size: "Size of answers",
  cpu: "CPU for a request",
  memory: "Growth of memory",
  cold: "First requests",
};

export function metricName(metric: string): string {
  return METRICS[metric] ?? metric;
}

/** As in "after 12 min 5 s", or that it will not come. */
export function sayAfter(seconds: number): string {
  return seconds < 0 ? "never: no traffic" : span(seconds);
}

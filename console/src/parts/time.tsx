/** A time as how long ago, with the exact one on demand; the words move on by themselves. */
import { useSyncExternalStore } from "react";
import { ago, isoMoment, moment } from "./format";

let now = Date.now() / 1000;
let timer: ReturnType<typeof setInterval> | undefined;
const watchers = new Set<() => void>();

function subscribe(wake: () => void): () => void {
  watchers.add(wake);
  timer ??= setInterval(() => {
    now = Date.now() / 1000;
    for (const one of watchers) one();
  }, 5000);
  return () => {
    watchers.delete(wake);
    if (!watchers.size) {
      clearInterval(timer);
      timer = undefined;
    }
  };
}

/** `ahead`: of what is still to come; else a clock that goes wrong puts nothing into the future. */
export function Time({ at, ahead = false }: { at: number; ahead?: boolean }) {
  const words = useSyncExternalStore(subscribe, () => (at ? ago(at, ahead ? now : Math.max(now, at)) : ""));
  if (!at) return <span className="faint">–</span>;
  return (
    <time dateTime={isoMoment(at)} title={moment(at)}>
      {words}
    </time>
  );
}

/** Short news at the edge of the screen, read out by screen readers. */
import { useSyncExternalStore } from "react";

type Toast = { id: number; text: string; tone: "good" | "bad" };

const SHOWN_FOR = 5000;
let shown: Toast[] = [];
let last = 0;
const watchers = new Set<() => void>();

function change(next: Toast[]): void {
  shown = next;
  for (const wake of watchers) wake();
}

export function toast(text: string, tone: "good" | "bad" = "good"): void {
  const id = ++last;
  change([...shown, { id, text, tone }].slice(-4));
  setTimeout(() => change(shown.filter((one) => one.id !== id)), SHOWN_FOR);
}

export function Toasts() {
  const toasts = useSyncExternalStore(
    (wake) => (watchers.add(wake), () => void watchers.delete(wake)),
    () => shown,
  );
  return (
    <div className="toasts" role="status" aria-live="polite">
      {toasts.map((one) => (
        <p key={one.id} className={`toast toast-${one.tone}`}>
          {one.text}
        </p>
      ))}
    </div>
  );
}

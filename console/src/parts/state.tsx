/** States in words, with a dot: never by colour alone. */
import type { ReactNode } from "react";

export type Tone = "good" | "busy" | "bad" | "off" | "accent";

const TONES: Record<string, Tone> = {
  ready: "good",
  done: "good",
  passed: "good",
  starting: "busy",
  running: "busy",
  stopping: "off",
  gone: "off",
  failed: "bad",
};

export function State({ word, tone, children }: { word: string; tone?: Tone; children?: ReactNode }) {
  return (
    <span className={`state state-${tone ?? TONES[word] ?? "off"}`}>
      <span className="dot" aria-hidden="true" />
      {children ?? word}
    </span>
  );
}

/** Instances by state, as in "2 ready, 1 starting". */
export function InstanceStates({ states, none = "none" }: { states: Record<string, number>; none?: string }) {
  const known = Object.entries(states).filter(([, number]) => number > 0);
  if (!known.length) return <State word={none} tone="off" />;
  return (
    <span className="states">
      {known.map(([word, number]) => (
        <State key={word} word={word}>
          {number} {word}
        </State>
      ))}
    </span>
  );
}

export function Tag({ tone = "off", children }: { tone?: Tone; children: ReactNode }) {
  return <span className={`tag tag-${tone}`}>{children}</span>;
}

/** A line as people write it, with its stack. */
export function Stack({ name }: { name: string }) {
  return <span className={`tag stack-${name}`}>{name}</span>;
}

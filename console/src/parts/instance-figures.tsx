/** Figures of an instance, as its own page and the list of all show them. */
import type { ReactNode } from "react";
import type { Schemas } from "../api/client";
import { bytes, span } from "./format";
import { State } from "./state";

type Instance = Schemas["InstanceView"];

const HIGH = 0.8;

export function MemoryMeter({ of: { id, memory_bytes: used, memory_limit: limit } }: { of: Instance }) {
  return (
    <span className="memory">
      {bytes(used)} of {bytes(limit)}
      <meter aria-label={`Memory of ${id}`} min={0} max={limit} high={limit * HIGH} value={used} />
    </span>
  );
}

/** When its memory will be full, if it grows; `children` say of whom this is. */
export function Growth({ of, children }: { of: Instance; children?: ReactNode }) {
  if (!of.forecast || of.full_in === null) return null;
  return (
    <p className="warning" title={of.forecast}>
      <State word="grows" tone="busy">
        {null}
      </State>
      <span>
        {children} memory grows, {bytes(of.memory_bytes)} of {bytes(of.memory_limit)}; at this pace it is full in{" "}
        {span(of.full_in)}.
      </span>
    </p>
  );
}

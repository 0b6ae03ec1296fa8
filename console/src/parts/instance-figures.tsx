/** Figures of an instance, as its own page and the list of all show them. */
import type { ReactNode } from "react";
import type { Schemas } from "../api/client";
import { bytes, cores, span } from "./format";

type Instance = Schemas.InstanceView;

const HIGH = 0.8;

/** Cores in use, as in "0.25 of 1". */
export function Cores({ of }: { of: Instance }) {
  return (
    <span className="unbroken">
      {cores(of.cpu)} of {cores(of.cpu_limit)}
    </span>
  );
}

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
      <span className="dot" aria-hidden="true" />
      <span>
        {children} memory grows, {bytes(of.memory_bytes)} of {bytes(of.memory_limit)}; at this pace it is full in {span(of.full_in)}.
      </span>
    </p>
  );
}

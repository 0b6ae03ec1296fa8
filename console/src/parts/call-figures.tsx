/** Figures of calls to services, as their catalogue, a service's page and its methods show them. */
import type { Schemas } from "../api/client";
import { count, latency, percent } from "./format";
import { State } from "./state";

type Figures = Schemas.Figures;

/** What each policy refuses, by the name that it has in records. */
const REFUSES: { [policy: string]: string } = {
  grant: "the version does not name it in its manifest",
  target: "the path could be read as another one",
  method: "the description has no such method",
  off: "the method is switched off",
  breaker: "most calls of the method fail, so few are made",
  rate: "more calls a second than the method takes",
  caller_rate: "more calls a second than one version may make",
  in_flight: "as many calls are under way as the method bears",
  caller_in_flight: "as many calls of one version are under way as it may have",
  busy: "the service is short, and the method is not what goes last",
  retries: "too many of the calls are further attempts",
};

function refusedOf(of: Figures): number {
  return Object.values(of.refused ?? {}).reduce((sum, one) => sum + one, 0);
}

/** Above it, a service or a method is not fine. */
const WORRYING = 0.05;

/** The share of errors among those calls that reached the service; null where none did. */
function errorsOf(of: Figures): number | null {
  const passed = (of.calls ?? 0) - refusedOf(of);
  return passed > 0 ? (of.errors ?? 0) / passed : null;
}

export function Errors({ of }: { of: Figures }) {
  const share = errorsOf(of);
  if (share === null) return <span className="faint">–</span>;
  return <span className={share > 0 ? "wrong" : undefined}>{percent(share)}</span>;
}

/** How many, and which policies they were; the most first. */
export function Refused({ of }: { of: Figures }) {
  const all = Object.entries(of.refused ?? {}).sort(([, one], [, other]) => other - one);
  if (!all.length) return <span className="faint">none</span>;
  return (
    <span className="refused">
      {all.map(([policy, number]) => (
        <span key={policy} className="unbroken" title={REFUSES[policy]}>
          {number.toLocaleString("en")} <code>{policy}</code>
        </span>
      ))}
    </span>
  );
}

export function Latency({ of: { p50 = 0, p99 = 0 } }: { of: Figures }) {
  if (!p99) return <span className="faint">–</span>;
  return (
    <span className="latency">
      <span>{latency(p50)} /</span> <span>{latency(p99)}</span>
    </span>
  );
}

/** What the adaptive loop allows; its reason on demand. */
export function Limit({ of: { limit, reason } }: { of: Schemas.Governing }) {
  if (!limit)
    return (
      <span className="faint" title={reason || undefined}>
        none
      </span>
    );
  return <span title={reason || undefined}>{limit}</span>;
}

type Matter = { of: Figures; isOpen: boolean; faults: number; down?: number; off?: string };

/** What is the matter, or that nothing is. */
function Matters({ of, isOpen, faults, down = 0, off = "" }: Matter) {
  const bad = [isOpen && "breaker open", down > 0 && `${count(down, "endpoint")} down`, !isOpen && (errorsOf(of) ?? 0) >= WORRYING && "errors"].filter(
    (one) => one !== false,
  );
  if (!bad.length && !faults && !off) return <State word="fine" tone="good" />;
  return (
    <span className="states">
      {bad.map((one) => (
        <State key={one} word={one} tone="bad" />
      ))}
      {faults > 0 && <State word={`${count(faults, "fault")} on`} tone="busy" />}
      {off && <State word={off} tone="off" />}
    </span>
  );
}

export function ServiceState({ of, down }: { of: Schemas.ServiceView; down?: number }) {
  const off = of.off.length ? `${count(of.off.length, "method")} off` : "";
  return <Matters of={of.figures} isOpen={of.governing.breaker !== "closed"} faults={of.faults} down={down ?? 0} off={off} />;
}

export function MethodState({ of, faults }: { of: Schemas.MethodView; faults: number }) {
  return <Matters of={of.figures} isOpen={of.governing.breaker !== "closed"} faults={faults} off={of.off ? "switched off" : ""} />;
}

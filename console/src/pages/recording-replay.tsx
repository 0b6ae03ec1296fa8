/** What a replay came to: the same byte for byte, or where it differs, where it left its recording, and what may be why. */
import type { Schemas } from "../api/client";
import type { Replay } from "../api/recordings";
import { count, latency, pretty } from "../parts/format";
import { Side } from "../parts/sides";
import { Tag, type Tone } from "../parts/state";
import { type Column, Table } from "../parts/table";

type Difference = Schemas.Difference;
type Divergence = Schemas.Divergence;

function verdict({ same, outcome, kept }: Replay): { title: string; tone: Tone } {
  if (outcome.failed) return { title: "It gave no answer", tone: "bad" };
  if (same) return { title: "The same, byte for byte", tone: "good" };
  if (outcome.status === kept.status) return { title: "Not the same", tone: "busy" };
  return { title: `Not the same: status ${outcome.status}, recorded ${kept.status}`, tone: outcome.status >= 500 && kept.status < 500 ? "bad" : "busy" };
}

export function ReplayTold({ of, fault }: { of: Replay; fault: string }) {
  const { title, tone } = verdict(of);
  const { outcome } = of;
  return (
    <>
      <section className={`verdict verdict-${tone}`} aria-label="What it came to">
        <div>
          <h3>{title}</h3>
          {outcome.failed && <p className="verdict-words">{outcome.failed}</p>}
        </div>
        <p className="faint">
          With <span className="mono">{of.version}</span>
          {fault && <>; {fault}</>}: status {outcome.status || "none"}, {count(outcome.calls.length, "call")}, {outcome.cpu > 0 ? latency(outcome.cpu) : "0 ms"}{" "}
          of its own
          {outcome.degraded.length > 0 && `, a fallback for ${outcome.degraded.join(", ")}`}
        </p>
      </section>
      {of.differences.length > 0 && (
        <div>
          <h4>Where it differs</h4>
          <Table label="Differences" rows={of.differences} id={({ place, kind }) => `${place} ${kind}`} columns={DIFFERENCES} />
        </div>
      )}
      {of.divergences.length > 0 && (
        <div>
          <h4>Where it left the recording</h4>
          <Table
            label="Where it left the recording"
            rows={of.divergences}
            id={({ kind, what, recorded, asked }) => `${kind} ${what} ${recorded} ${asked}`}
            columns={DIVERGENCES}
          />
        </div>
      )}
      {!of.same && of.causes.length > 0 && (
        <p>
          <strong>Possible causes:</strong> {of.causes.join("; ")}.
        </p>
      )}
      {!of.same && outcome.body && (
        <details>
          <summary>Its answer this time</summary>
          <pre role="group" tabIndex={0} aria-label="Body of the answer this time">
            {pretty(outcome.body)}
          </pre>
        </details>
      )}
    </>
  );
}

export const KINDS: { [kind: string]: Tone } = { changed: "busy", added: "accent", gone: "bad" };

const DIFFERENCES: Column<Difference>[] = [
  { name: "Place", kind: "main", cell: ({ place }) => <strong className="mono">{place}</strong> },
  { name: "It is", cell: ({ kind }) => <Tag tone={KINDS[kind] ?? "off"}>{kind}</Tag> },
  { name: "Recorded", cell: ({ left }) => <Side text={left} /> },
  { name: "This time", cell: ({ right }) => <Side text={right} /> },
];

const LEFT: { [kind: string]: string } = {
  "not recorded": "asked, not recorded",
  differs: "asked otherwise",
  "not asked": "recorded, not asked",
  reading: "clock or chance",
};

const DIVERGENCES: Column<Divergence>[] = [
  { name: "What", kind: "main", cell: ({ what }) => <span className="mono">{what}</span> },
  { name: "How", cell: ({ kind }) => <Tag tone="busy">{LEFT[kind] ?? kind}</Tag> },
  { name: "Recorded", cell: ({ recorded, asked }) => (recorded || asked ? <Side text={recorded} /> : "–") },
  { name: "Asked", cell: ({ recorded, asked }) => (recorded || asked ? <Side text={asked} /> : "–") },
];

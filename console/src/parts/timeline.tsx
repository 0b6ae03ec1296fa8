/** The spans of a request in time: a row for each, below its parent; what the answer waited for is marked. */
import { useId, useState } from "react";
import type { Span } from "../api/telemetry";
import { Fact } from "./fact";
import { clock, micros } from "./format";

type Row = { span: Span; depth: number };
type Stretch = { from: number; to: number };

/** Each span right below its parent, in the order in which they began. */
export function arrange(spans: Span[]): Row[] {
  const known = new Set(spans.map((one) => one.id));
  const children = new Map<string, Span[]>();
  for (const one of spans) {
    const parent = known.has(one.parent) ? one.parent : "";
    children.set(parent, [...(children.get(parent) ?? []), one]);
  }
  const rows: Row[] = [];
  const put = (parent: string, depth: number) => {
    for (const span of children.get(parent) ?? []) {
      rows.push({ span, depth });
      put(span.id, depth + 1);
    }
  };
  put("", 0);
  return rows;
}

/** Where each span was what the answer waited for: from the end back, whoever ended last. */
export function critical(spans: Span[]): Map<string, Stretch[]> {
  const children = new Map<string, Span[]>();
  for (const one of spans) children.set(one.parent, [...(children.get(one.parent) ?? []), one]);
  const found = new Map<string, Stretch[]>();
  const end = (one: Span) => one.at + one.duration / 1e6;
  const put = (id: string, from: number, to: number) => to > from && found.set(id, [...(found.get(id) ?? []), { from, to }]);
  const root = spans.find((one) => !one.parent);
  const waiting = root ? [{ span: root, from: root.at, to: end(root) }] : [];
  for (let one = waiting.pop(); one; one = waiting.pop()) {
    let now = one.to;
    for (const child of [...(children.get(one.span.id) ?? [])].sort((left, right) => end(right) - end(left))) {
      const to = Math.min(end(child), now);
      const from = Math.max(child.at, one.from);
      if (to <= from) continue;
      put(one.span.id, to, now);
      waiting.push({ span: child, from, to });
      now = from;
    }
    put(one.span.id, one.from, now);
  }
  return found;
}

const KINDS: { [kind: string]: string } = { edge: "edge", script: "script", call: "call", other: "told by another process" };

export function isFailed(span: Span): boolean {
  const status = Number(span.status);
  return span.status === "error" || (span.status !== "" && !Number.isNaN(status) && (status >= 500 || status <= 0));
}

export function Timeline({ spans }: { spans: Span[] }) {
  const [open, setOpen] = useState("");
  const id = useId();
  const rows = arrange(spans);
  const begin = Math.min(...spans.map((one) => one.at));
  const whole = Math.max(1e-6, Math.max(...spans.map((one) => one.at + one.duration / 1e6)) - begin);
  const waited = critical(spans);
  const share = (at: number) => ((at - begin) / whole) * 100;
  return (
    <div className="spans-frame card">
      <p className="spans-scale faint" aria-hidden="true">
        <span>0 ms</span>
        <span>{micros(whole * 5e5)}</span>
        <span>{micros(whole * 1e6)}</span>
      </p>
      <ol className="spans" aria-label="Spans">
        {rows.map(({ span, depth }) => (
          <li key={span.id} data-kind={span.kind}>
            <button
              type="button"
              className="span-row"
              aria-expanded={open === span.id}
              aria-controls={`${id}${span.id}`}
              onClick={() => setOpen(open === span.id ? "" : span.id)}
            >
              <span className="span-name" style={{ paddingLeft: `${depth * 14}px` }}>
                <strong>{span.node}</strong> <span className="mono">{span.name}</span>
                {span.status && <span className={isFailed(span) ? "wrong" : "faint"}> {isFailed(span) ? `failed, ${span.status}` : span.status}</span>}
              </span>
              <span className="span-track" aria-hidden="true">
                <span
                  className={isFailed(span) ? "span-bar span-failed" : `span-bar span-${span.kind}`}
                  style={{ left: `${share(span.at)}%`, width: `${Math.max(0.4, (span.duration / 1e6 / whole) * 100)}%` }}
                />
                {(waited.get(span.id) ?? []).map((one) => (
                  <span
                    key={one.from}
                    className="span-critical"
                    style={{ left: `${share(one.from)}%`, width: `${Math.max(0.3, ((one.to - one.from) / whole) * 100)}%` }}
                  />
                ))}
              </span>
              <span className="span-took number">
                {micros(span.duration)}
                {span.critical > 0 && <span className="hidden">, {micros(span.critical)} of it waited for</span>}
              </span>
            </button>
            {span.notes.length > 0 && (
              <p className="span-notes" style={{ paddingLeft: `${depth * 14 + 8}px` }}>
                {span.notes.join("; ")}
              </p>
            )}
            {open === span.id && (
              <dl className="facts-grid span-facts" id={`${id}${span.id}`}>
                <Fact name="Kind">{KINDS[span.kind] ?? span.kind}</Fact>
                <Fact name="Began">
                  {clock(span.at)}, after {micros((span.at - begin) * 1e6 || 0)}
                </Fact>
                <Fact name="Took">{micros(span.duration)}</Fact>
                <Fact name="Without a call under way">{span.own ? micros(span.own) : "0 ms"}</Fact>
                <Fact name="The answer waited for">{span.critical ? micros(span.critical) : "nothing of it"}</Fact>
                {Object.entries(span.attributes).map(([name, value]) => (
                  <Fact key={name} name={name}>
                    <span className="mono">{typeof value === "string" ? value : JSON.stringify(value)}</span>
                  </Fact>
                ))}
              </dl>
            )}
          </li>
        ))}
      </ol>
      <p className="spans-legend faint">
        <span className="span-critical-sample" aria-hidden="true" /> The line below a bar is what the answer waited for: a faster one there makes the request
        faster.
      </p>
    </div>
  );
}

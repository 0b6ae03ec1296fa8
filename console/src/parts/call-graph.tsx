/** Who called whom in a request: services as nodes in layers, calls as lines between them. */
import { useRef, useState, useSyncExternalStore } from "react";
import { Link } from "wouter";
import type { Schemas } from "../api/client";
import type { Span } from "../api/telemetry";
import { Fact } from "./fact";
import { count, micros } from "./format";
import { type Column, Table } from "./table";
import { isFailed } from "./timeline";

type Edge = Schemas.TraceView["edges"][number];
type Node = { name: string; kind: string; version: string; spans: number; failed: number; own: number; x: number; y: number };
type Colour = "service" | "status" | "own" | "version";

const WIDTH = 152;
const HEIGHT = 54;
const ACROSS = 150;
const DOWN = 22;
const INDENT = 28;
const BESIDE = 96;
const PAD = 6;
const NARROW = matchMedia("(max-width: 860px)");

/** On a narrow screen the nodes stand below each other, each further in than who calls it. */
function useNarrow(): boolean {
  return useSyncExternalStore(
    (wake) => {
      NARROW.addEventListener("change", wake);
      return () => NARROW.removeEventListener("change", wake);
    },
    () => NARROW.matches,
  );
}

const COLOURS: { value: Colour; text: string }[] = [
  { value: "service", text: "service" },
  { value: "status", text: "status" },
  { value: "own", text: "own time" },
  { value: "version", text: "version" },
];

/** Each node right of all that call it; a circle ends where it was begun. */
function layers(names: string[], edges: Edge[]): Map<string, number> {
  const found = new Map(names.map((one) => [one, 0]));
  for (let round = 0; round < names.length; round++) {
    let moved = false;
    for (const { source, target } of edges) {
      const next = (found.get(source) ?? 0) + 1;
      if (next > (found.get(target) ?? 0) && next < names.length) {
        found.set(target, next);
        moved = true;
      }
    }
    if (!moved) break;
  }
  return found;
}

function place(spans: Span[], edges: Edge[], version: string, narrow: boolean): { nodes: Node[]; width: number; height: number } {
  const names = [...new Set(spans.map((one) => one.node))];
  const layer = layers(names, edges);
  const columns: string[][] = [];
  for (const name of names) (columns[layer.get(name) ?? 0] ??= []).push(name);
  const filled = columns.filter(Boolean);
  const most = Math.max(...filled.map((one) => one.length));
  const [long, wide] = [WIDTH + ACROSS, HEIGHT + DOWN];
  let row = 0;
  const nodes = filled.flatMap((column, layer) => {
    const free = (most - column.length) * wide;
    return column.map((name, turn) => {
      const own = spans.filter((one) => one.node === name);
      const kind = own[0]!.kind;
      const said = own.map((one) => one.attributes["service.version"]).find((one) => typeof one === "string");
      return {
        name,
        kind,
        version: kind === "script" ? version : ((said as string | undefined) ?? ""),
        spans: own.length,
        failed: own.filter(isFailed).length,
        own: own.reduce((sum, one) => sum + one.own, 0),
        x: PAD + layer * (narrow ? INDENT : long),
        y: PAD + (narrow ? row++ * wide : free / 2 + turn * wide),
      };
    });
  });
  const across = narrow ? (filled.length - 1) * INDENT + WIDTH + BESIDE : filled.length * long - ACROSS;
  return { nodes, width: across + 2 * PAD, height: (narrow ? nodes.length : most) * wide - DOWN + 2 * PAD };
}

function tone(colour: Colour, node: Node, nodes: Node[]): string {
  if (colour === "status") return node.failed ? "node-bad" : "node-good";
  if (colour === "own") {
    const most = Math.max(1, ...nodes.map((one) => one.own));
    return `node-heat-${Math.min(3, Math.floor((node.own / most) * 4))}`;
  }
  const names = [...new Set(nodes.map((one) => (colour === "version" ? one.version : one.name)))];
  return `node-${names.indexOf(colour === "version" ? node.version : node.name) % 5}`;
}

function say(colour: Colour, node: Node): string {
  if (colour === "status") return node.failed ? `${node.failed} of ${node.spans} failed` : "no failure";
  if (colour === "version") return node.version || "version not told";
  if (colour === "own") return `${node.own ? micros(node.own) : "0 ms"} of its own`;
  return count(node.spans, "span");
}

export function CallGraph({ spans, edges, version }: { spans: Span[]; edges: Edge[]; version: string }) {
  const [colour, setColour] = useState<Colour>("service");
  const [chosen, setChosen] = useState("");
  const frame = useRef<SVGSVGElement>(null);
  const narrow = useNarrow();
  const { nodes, width, height } = place(spans, edges, version, narrow);
  const known = new Map(nodes.map((one) => [one.name, one]));
  const node = known.get(chosen);

  function press(event: React.KeyboardEvent, at: number) {
    const step = { ArrowRight: 1, ArrowDown: 1, ArrowLeft: -1, ArrowUp: -1 }[event.key];
    if (event.key === "Enter" || event.key === " ") setChosen(chosen === nodes[at]!.name ? "" : nodes[at]!.name);
    else if (step) frame.current?.querySelectorAll<SVGGElement>("[data-node]")[(at + step + nodes.length) % nodes.length]?.focus();
    else return;
    event.preventDefault();
  }

  return (
    <div className="card graph">
      <label className="graph-colour">
        Coloured by{" "}
        <select className="input" value={colour} onChange={(event) => setColour(event.target.value as Colour)}>
          {COLOURS.map((one) => (
            <option key={one.value} value={one.value}>
              {one.text}
            </option>
          ))}
        </select>
      </label>
      <div className="graph-frame" role="group" aria-label="Call graph">
        <svg ref={frame} width={width} height={height} viewBox={`0 0 ${width} ${height}`} role="group" aria-label="Services, and calls between them">
          <defs>
            <marker id="arrow" viewBox="0 0 8 8" refX="7" refY="4" markerWidth="7" markerHeight="7" orient="auto">
              <path className="graph-arrow" d="M0 0L8 4L0 8z" />
            </marker>
          </defs>
          {edges.map((one) => {
            const [from, to] = [known.get(one.source), known.get(one.target)];
            if (!from || !to) return null;
            const [x1, y1] = narrow ? [from.x + INDENT / 2, from.y + HEIGHT] : [from.x + WIDTH, from.y + HEIGHT / 2];
            const [x2, y2] = [to.x - 2, to.y + HEIGHT / 2];
            const line = narrow ? `M${x1} ${y1}V${y2}H${x2}` : `M${x1} ${y1}C${x1 + ACROSS / 2} ${y1} ${x2 - ACROSS / 2} ${y2} ${x2} ${y2}`;
            const before = edges.slice(0, edges.indexOf(one)).filter((each) => each.target === one.target).length;
            const lines = [
              count(one.calls, "call"),
              one.retries ? count(one.retries, "retry", "retries") : "",
              one.errors ? count(one.errors, "error") : "",
            ].filter(Boolean);
            const [x, y] = narrow
              ? [to.x + WIDTH + 8, y2 + 4 + before * 14 - (lines.length - 1) * 7]
              : [x2 - 12, y2 > y1 + 1 ? y2 + 17 : y2 - 7 - (lines.length - 1) * 14];
            return (
              <g key={`${one.source} ${one.target}`} className={one.errors ? "graph-edge graph-wrong" : "graph-edge"}>
                <path d={line} markerEnd="url(#arrow)" />
                {lines.map((text, at) => (
                  <text key={text} x={x} y={y + at * 14} textAnchor={narrow ? "start" : "end"}>
                    {text}
                  </text>
                ))}
              </g>
            );
          })}
          {nodes.map((one, at) => (
            <g
              key={one.name}
              data-node={one.name}
              className={`graph-node ${tone(colour, one, nodes)}`}
              role="button"
              tabIndex={at === 0 || chosen === one.name ? 0 : -1}
              aria-pressed={chosen === one.name}
              onClick={() => setChosen(chosen === one.name ? "" : one.name)}
              onKeyDown={(event) => press(event, at)}
            >
              <rect x={one.x} y={one.y} width={WIDTH} height={HEIGHT} rx="8" />
              <text className="graph-name" x={one.x + 12} y={one.y + 22}>
                {one.name.length > 17 ? `${one.name.slice(0, 16)}…` : one.name}
              </text>
              <text className="graph-told" x={one.x + 12} y={one.y + 40}>
                {say(colour, one)}
              </text>
            </g>
          ))}
        </svg>
      </div>
      <div aria-live="polite">
        {node && (
          <dl className="facts-grid">
            <Fact name="Node">{node.kind === "call" ? <Link href={`/services/${node.name}`}>{node.name}</Link> : node.name}</Fact>
            <Fact name="Spans">{node.spans}</Fact>
            <Fact name="Failed">{node.failed || "none"}</Fact>
            <Fact name="Own time">{node.own ? micros(node.own) : "0 ms"}</Fact>
            <Fact name="Version">{node.version || "not told"}</Fact>
          </dl>
        )}
      </div>
      {edges.length > 0 && <Table label="Calls between services" rows={edges} id={(one) => `${one.source} ${one.target}`} columns={COLUMNS} />}
    </div>
  );
}

const COLUMNS: Column<Edge>[] = [
  {
    name: "From, to",
    kind: "main",
    cell: (one) => (
      <>
        {one.source}{" "}
        <span role="img" aria-label="to">
          →
        </span>{" "}
        <strong>{one.target}</strong>
      </>
    ),
  },
  { name: "Calls", kind: "number", cell: (one) => one.calls },
  { name: "Retries", kind: "number", cell: (one) => one.retries || <span className="faint">none</span> },
  { name: "Errors", kind: "number", cell: (one) => (one.errors ? <span className="wrong">{one.errors}</span> : <span className="faint">none</span>) },
  { name: "All together", kind: "number", cell: (one) => micros(one.took) },
  { name: "Slowest", kind: "number", cell: (one) => micros(one.slowest) },
];

/**
 * A flame graph from the outermost function down: a click or Enter looks closer, arrows go from function to function,
 * Escape goes back. One stop for the Tab key; what has the focus or the pointer is told in words below.
 */
import { type KeyboardEvent, useEffect, useRef, useState } from "react";
import type { Schemas } from "../api/client";
import { count, percent } from "./format";

type Node = Schemas.Node;
type Box = { node: Node; way: Node[]; left: number; width: number };

const NARROWEST = 0.004; // The share of the width below which nothing can be seen or hit.
const DEEPEST = 48;
const CRUMBS = 3;
const KINDS = { script: "the script", dependency: "dependencies", runtime: "Stagedoor's runtime", python: "Python" };

export function Flame({ tree }: { tree: Node }) {
  const [way, setWay] = useState<Node[]>(() => toTheScript(tree));
  const [shown, setShown] = useState<Node | null>(null);
  const [active, setActive] = useState<Node | null>(null);
  const moved = useRef(false);
  const graph = useRef<HTMLDivElement>(null);
  const top = way.at(-1)!;
  const rows = layers(top, way);
  const boxes = rows.flat();
  const stop = boxes.find((one) => one.node === active) ?? boxes[0]!;

  useEffect(() => {
    if (!moved.current) return;
    moved.current = false;
    graph.current?.querySelector<HTMLElement>('[tabindex="0"]')?.focus();
  });

  function go(to: Node | undefined, along?: Node[]) {
    if (!to) return;
    moved.current = true;
    setActive(to);
    setShown(to);
    if (along) setWay(along);
  }

  function press(event: KeyboardEvent) {
    const depth = rows.findIndex((row) => row.includes(stop));
    const beside = rows[depth] ?? [];
    const at = beside.indexOf(stop);
    const below = rows[depth + 1]?.find((one) => one.way.at(-2) === stop.node);
    const outside = way.at(-2);
    if (event.key === "ArrowRight") go(beside[at + 1]?.node);
    else if (event.key === "ArrowLeft") go(beside[at - 1]?.node);
    else if (event.key === "ArrowDown") go(below?.node);
    else if (event.key === "ArrowUp") depth ? go(stop.way.at(-2)) : go(outside, way.slice(0, -1));
    else if (event.key === "Escape" && outside) go(top, way.slice(0, -1));
    else return;
    event.preventDefault();
  }

  return (
    <div className="flame">
      <Crumbs way={way} onPick={(along) => go(along.at(-1), along)} />
      <div className="flame-graph" ref={graph} role="group" aria-label="Flame graph" onKeyDown={press}>
        {rows.map((row, depth) => (
          <div className="flame-row" key={depth}>
            {row.map((box) => (
              <button
                key={box.way.map((one) => one.name + one.file).join()}
                type="button"
                className={`flame-box flame-${box.node.kind}`}
                style={{ left: `${box.left * 100}%`, width: `${box.width * 100}%` }}
                tabIndex={box === stop ? 0 : -1}
                aria-label={inWords(box.node, tree.total)}
                onClick={() => go(box.node, box.way)}
                onFocus={() => (setShown(box.node), setActive(box.node))}
                onMouseEnter={() => setShown(box.node)}
              >
                {box.width > 0.05 && box.node.name}
              </button>
            ))}
          </div>
        ))}
      </div>
      <p className="flame-told">{inWords(shown ?? top, tree.total)}</p>
      <ul className="flame-kinds" aria-label="Whose code it is">
        {Object.entries(KINDS).map(([kind, name]) => (
          <li key={kind}>
            <span className={`flame-swatch flame-${kind}`} aria-hidden="true" /> {name}
          </li>
        ))}
      </ul>
    </div>
  );
}

function Crumbs({ way, onPick }: { way: Node[]; onPick: (way: Node[]) => void }) {
  const first = Math.max(1, way.length - CRUMBS);
  const ways = way.map((_, at) => way.slice(0, at + 1)).filter((_, at) => at === 0 || at >= first);
  return (
    <nav className="flame-crumbs" aria-label="Way to what is shown">
      {ways.map((one, at) => (
        <span key={one.length}>
          {at > 0 && <span aria-hidden="true">{at === 1 && first > 1 ? " … " : " › "}</span>}
          <button type="button" className="link" onClick={() => onPick(one)} aria-current={one.length === way.length || undefined}>
            {one.at(-1)!.name}
          </button>
        </span>
      ))}
    </nav>
  );
}

/** What surrounds every script is skipped: one begins where its own functions do. */
function toTheScript(tree: Node): Node[] {
  const way = [tree];
  for (let at = tree; ; ) {
    const next = at.children[0];
    if (!next || next.kind === "script" || next.total < 0.9 * tree.total) return way;
    way.push(next);
    at = next;
  }
}

function layers(top: Node, way: Node[]): Box[][] {
  let row: Box[] = [{ node: top, way, left: 0, width: 1 }];
  const rows: Box[][] = [];
  while (row.length && rows.length < DEEPEST) {
    rows.push(row);
    row = row.flatMap((box) => below(box));
  }
  return rows;
}

function below({ node, way, left, width }: Box): Box[] {
  let from = left;
  const made = node.children.map((child) => {
    const box = { node: child, way: [...way, child], left: from, width: node.total ? (width * child.total) / node.total : 0 };
    from += box.width;
    return box;
  });
  return made.filter((one) => one.width >= NARROWEST);
}

function inWords(node: Node, whole: number): string {
  const share = (value: number) => percent(whole ? value / whole : 0);
  const place = node.file ? ` in ${short(node.file)}` : "";
  return `${node.name}${place}: ${share(node.total)}, ${count(node.total, "sample")}; ${share(node.own)} in itself`;
}

/** A file as its author knows it. */
export function short(file: string): string {
  return file.replace(/^\/(app|layer|stagedoor)\//, "").replace(/^.*\/(site-packages|python3\.\d+)\//, "");
}

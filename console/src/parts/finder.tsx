/** Going somewhere by typing its name: by the button, or Ctrl-K. */
import { useQuery } from "@tanstack/react-query";
import { useEffect, useId, useState } from "react";
import { useLocation } from "wouter";
import { applications } from "../api/queries";
import { Dialog } from "./dialog";
import { Icon } from "./icons";

type Found = { to: string; text: string; kind: string };

const PAGES: Found[] = [
  ["/", "Applications"],
  ["/publications", "Publications"],
  ["/requests", "Requests"],
  ["/insight", "Insight"],
  ["/saved", "Saved queries"],
  ["/traces", "Traces"],
  ["/traces/compare", "Compare"],
  ["/recordings", "Recordings"],
  ["/replays", "Replays"],
  ["/logs", "Logs"],
  ["/usage", "Who uses what"],
  ["/query", "Query"],
  ["/instances", "Instances"],
  ["/services", "Services"],
  ["/alerts", "Alerts"],
  ["/activity", "Activity"],
  ["/status", "System status"],
  ["/access", "Access"],
  ["/feedback", "Feedback"],
].map(([to, text]) => ({ to: to!, text: text!, kind: "page" }));
const PARTS = ["requests", "calls", "charts", "logs", "scaling", "configuration", "documentation", "releases", "versions"];

export function Finder() {
  const [open, setOpen] = useState(false);
  useEffect(() => {
    const hear = (event: KeyboardEvent) => {
      if (event.key.toLowerCase() !== "k" || !(event.ctrlKey || event.metaKey)) return;
      event.preventDefault();
      setOpen(true);
    };
    addEventListener("keydown", hear);
    return () => removeEventListener("keydown", hear);
  }, []);
  return (
    <>
      <button type="button" className="finder" onClick={() => setOpen(true)} aria-keyshortcuts="Control+K">
        <Icon name="search" />
        Find
        {/* biome-ignore lint/a11y/noAriaHiddenOnFocusable: a kbd takes no focus */}
        <kbd aria-hidden="true">Ctrl K</kbd>
      </button>
      {open && <Search onClose={() => setOpen(false)} />}
    </>
  );
}

function Search({ onClose }: { onClose: () => void }) {
  const [text, setText] = useState("");
  const [at, setAt] = useState(0);
  const [, go] = useLocation();
  const list = useId();
  const known = useQuery(applications()).data ?? [];
  const found = search(
    text,
    known.map((one) => one.name),
  );
  const chosen = Math.min(at, found.length - 1);

  function choose(one: Found | undefined) {
    if (!one) return;
    onClose();
    go(one.to);
  }

  function press(event: React.KeyboardEvent) {
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    if (step) {
      event.preventDefault();
      setAt((chosen + step + found.length) % Math.max(1, found.length));
    }
    if (event.key === "Enter") {
      event.preventDefault();
      choose(found[chosen]);
    }
  }

  return (
    <Dialog title="Find" onClose={onClose}>
      <input
        className="input"
        type="text"
        role="combobox"
        aria-label="Application or page"
        aria-expanded="true"
        aria-controls={list}
        aria-activedescendant={found[chosen] ? `${list}-${chosen}` : undefined}
        placeholder="Application or page"
        value={text}
        onChange={(event) => (setText(event.target.value), setAt(0))}
        onKeyDown={press}
      />
      <ul className="found" role="listbox" id={list} aria-label="Found">
        {found.map((one, number) => (
          <li
            key={one.to}
            id={`${list}-${number}`}
            role="option"
            aria-selected={number === chosen}
            onMouseMove={() => setAt(number)}
            onClick={() => choose(one)}
          >
            {one.text}
            <span className="faint">{one.kind}</span>
          </li>
        ))}
      </ul>
      {!found.length && <p className="faint">Nothing has this name.</p>}
    </Dialog>
  );
}

function search(text: string, names: string[]): Found[] {
  const words = text.toLowerCase().split(/\s+/).filter(Boolean);
  const all: Found[] = names.map((name) => ({ to: `/applications/${name}`, text: name, kind: "application" }));
  const parts = names.flatMap((name) => PARTS.map((part) => ({ to: `/applications/${name}/${part}`, text: `${name} ${part}`, kind: "application" })));
  const places = [...all, ...PAGES, ...(words.length > 1 ? parts : [])];
  return places.filter((one) => words.every((word) => one.text.toLowerCase().includes(word))).slice(0, 10);
}

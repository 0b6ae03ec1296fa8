/** A filter as one types it: fields are suggested, what is wrong is shown below with its place. */
import { type FormEvent, type KeyboardEvent, type ReactNode, useEffect, useId, useRef, useState } from "react";
import { flushSync } from "react-dom";
import { type Hint, remember, remembered, suggest } from "../api/fields";
import type { Kind } from "../api/telemetry";
import { Refusal } from "./refusal";

type Props = {
  label: string;
  kind: Kind;
  /** What holds now. */
  value: string;
  onApply: (query: string) => void;
  failure?: Error | null;
  examples: Hint[];
  button?: string;
  children?: ReactNode;
};

export function FilterField({ label, kind, value, onApply, failure, examples, button = "Show", children }: Props) {
  const id = useId();
  const input = useRef<HTMLInputElement>(null);
  const [text, setText] = useState(value);
  const [open, setOpen] = useState(false);
  const [at, setAt] = useState(-1);
  const [caret, setCaret] = useState(value.length);
  useEffect(() => setText(value), [value]);

  const before = text.slice(0, caret);
  const whole = text.trim() === "";
  const found = whole ? { from: 0, hints: former(kind, examples) } : suggest(kind, before);
  const shown = open && found.hints.length > 0;
  const chosen = shown ? Math.min(at, found.hints.length - 1) : -1;

  function apply(query: string) {
    setOpen(false);
    setAt(-1);
    remember(kind, query.trim());
    onApply(query.trim());
  }

  function take(hint: Hint) {
    setAt(-1);
    if (whole) {
      setText(hint.text);
      return apply(hint.text);
    }
    const next = before.slice(0, found.from) + hint.text;
    // At once: a caret that is set a frame later jumps back in what was typed meanwhile.
    flushSync(() => {
      setText(next + text.slice(caret));
      setCaret(next.length);
      setOpen(false);
    });
    input.current?.focus();
    input.current?.setSelectionRange(next.length, next.length);
  }

  function press(event: KeyboardEvent) {
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    if (step && found.hints.length) {
      event.preventDefault();
      setOpen(true);
      setAt(shown ? (chosen + step + found.hints.length) % found.hints.length : 0);
    } else if ((event.key === "Enter" || event.key === "Tab") && chosen >= 0) {
      event.preventDefault();
      take(found.hints[chosen]!);
    } else if (event.key === "Escape" && shown) {
      event.preventDefault();
      setOpen(false);
      setAt(-1);
    }
  }

  return (
    <form
      className="filter"
      role="search"
      aria-label={label}
      onSubmit={(event: FormEvent) => {
        event.preventDefault();
        apply(text);
      }}
    >
      <div className="filter-row">
        <div className="filter-box">
          <input
            ref={input}
            className="input mono"
            type="text"
            role="combobox"
            aria-label={label}
            aria-autocomplete="list"
            aria-expanded={shown}
            aria-controls={`${id}-hints`}
            aria-activedescendant={chosen >= 0 ? `${id}-${chosen}` : undefined}
            aria-invalid={failure ? true : undefined}
            aria-describedby={failure ? `${id}-wrong` : undefined}
            placeholder={examples[0]?.text}
            autoComplete="off"
            autoCapitalize="off"
            spellCheck={false}
            value={text}
            onChange={(event) => {
              setText(event.target.value);
              setCaret(event.target.selectionStart ?? event.target.value.length);
              setOpen(true);
              setAt(-1);
            }}
            onSelect={({ currentTarget }) => setCaret(currentTarget.selectionStart ?? currentTarget.value.length)}
            onClick={() => whole && setOpen(true)}
            onBlur={() => setOpen(false)}
            onKeyDown={press}
          />
          <ul className={shown ? "hints" : "hints hidden-list"} role="listbox" id={`${id}-hints`} aria-label="Suggestions">
            {shown &&
              found.hints.map((one, number) => (
                <li
                  key={one.text}
                  id={`${id}-${number}`}
                  role="option"
                  aria-selected={number === chosen}
                  onMouseDown={(event) => (event.preventDefault(), take(one))}
                >
                  <span className="mono">{one.text}</span>
                  <span className="faint">{one.about}</span>
                </li>
              ))}
          </ul>
        </div>
        <button type="submit" className="button primary">
          {button}
        </button>
        {children}
      </div>
      {failure && (
        <div id={`${id}-wrong`}>
          <Refusal error={failure} />
        </div>
      )}
    </form>
  );
}

function former(kind: Kind, examples: Hint[]): Hint[] {
  const used = remembered(kind).slice(0, 6);
  return [...used.map((text) => ({ text, about: "used before" })), ...examples.filter((one) => !used.includes(one.text))];
}

/** Saving a query as a chart, changing it, taking it away; and how often its alert would have fired. */
import { useQuery } from "@tanstack/react-query";
import { type ReactNode, useEffect, useRef, useState } from "react";
import { Link } from "wouter";
import type { Failure, Session } from "../api/client";
import * as commands from "../api/commands";
import { applicationOf, everyOf, figuresOf, filterOf, hasFigures, isTime, unitOf } from "../api/figures";
import { applications } from "../api/queries";
import { RECORDS, remove, type SavedQuery, save, savedQueries, savedTest } from "../api/saved";
import { mayChange, useSession } from "../api/session";
import { Act } from "../parts/act";
import { FiringList } from "../parts/alerts";
import { Command } from "../parts/command";
import { DaysField } from "../parts/days-field";
import { Dialog } from "../parts/dialog";
import { Field } from "../parts/field";
import { count, span } from "../parts/format";
import { Loaded } from "../parts/loaded";

type Close = { onClose: () => void };

/** The fields that the API names when it refuses one. */
const FIELDS = ["name", "query", "application", "bound"];
const FIGURES = "| count() every 1m";
const NUMBER = /^\d+(\.\d+)?$/;

type SaveProps = Close & { kind: string; query: string /** Which one is changed. */; known?: SavedQuery };

export function SaveQuery({ known, kind, query: first, onClose }: SaveProps) {
  const session = useSession();
  const all = useQuery(savedQueries()).data ?? [];
  const owned = (useQuery(applications()).data ?? []).filter((one) => mayChange(session, one.team)).map((one) => one.name);
  const [name, setName] = useState(known?.name ?? "");
  const [query, setQuery] = useState(first);
  const [chosen, setChosen] = useState<string | null>(known ? known.application : null);
  const [sign, setSign] = useState(known?.bound.slice(0, 1) ?? "");
  const [value, setValue] = useState(
    known?.bound
      .slice(1)
      .trim()
      .replace(/^([\d.]+)ms$/, "$1") ?? "",
  );
  const [wrong, setWrong] = useState<Failure | null>(null);
  const [made, setMade] = useState<SavedQuery | null>(null);
  const form = useRef<HTMLDivElement>(null);
  const place = useRef<HTMLTextAreaElement>(null);
  useEffect(() => {
    if (wrong) form.current?.querySelector<HTMLElement>("[aria-invalid]")?.focus();
  }, [wrong]);
  if (made) return <Made of={made} isNew={!known} onClose={onClose} />;

  const named = applicationOf(query);
  const application = chosen ?? (owned.includes(named) ? named : "");
  const figure = figuresOf(query)[0] ?? "the figure";
  const unit = isTime(figure) && !NUMBER.test(value) && value ? "" : sayUnit(figure, kind);
  const bound = sign && value ? `${sign} ${value}${isTime(figure) && NUMBER.test(value) ? "ms" : ""}` : "";
  const former = known ? undefined : all.find((one) => one.name === name);
  const at = (field: string) => (wrong?.details.field === field ? wrong : null);
  const options = application && !owned.includes(application) ? [...owned, application] : owned;

  return (
    <Act
      title={known ? `Change ${known.name}` : "Save as a chart"}
      command={commands.addSaved(name, query, kind, application, bound)}
      button={former ? "Replace it" : known ? "Change" : "Save"}
      ready={name !== "" && hasFigures(query) && (!sign || value !== "")}
      done={`${name} is saved`}
      onClose={onClose}
      keepOpen
      onFailure={(failure) => {
        const isShown = FIELDS.includes(String(failure.details.field));
        setWrong(isShown ? failure : null);
        return isShown;
      }}
      run={async () => {
        setWrong(null);
        const one = await save({ name, kind, query, application, bound });
        if (known && !bound) onClose();
        else setMade(one);
        return [];
      }}
    >
      <div className="act-what" ref={form}>
        <Field label="Name" hint={known ? undefined : <NameHint former={former} />} wrong={at("name")}>
          {(ids) => (
            <input
              {...ids}
              className="input mono"
              value={name}
              readOnly={known !== undefined}
              onChange={(event) => setName(event.target.value.trim())}
              autoComplete="off"
              spellCheck={false}
            />
          )}
        </Field>
        <Field
          label={`Query of ${RECORDS[kind] ?? kind}`}
          hint={hasFigures(query) ? `A window is ${span(everyOf(query))} long` : undefined}
          wrong={at("query")}
        >
          {(ids) => (
            <textarea
              {...ids}
              ref={place}
              className="input mono two"
              rows={2}
              value={query}
              onChange={(event) => setQuery(event.target.value.replaceAll("\n", " "))}
              autoCapitalize="off"
              spellCheck={false}
            />
          )}
        </Field>
        {!hasFigures(query) && (
          <div className="offer" role="status">
            <p>A chart is made of figures, and this query has none. Behind a bar stands what to count:</p>
            <button type="button" className="button" onClick={() => (setQuery(`${filterOf(query)} ${FIGURES}`.trim()), place.current?.focus())}>
              Add <code>{FIGURES}</code>
            </button>
          </div>
        )}
        <Field
          label="Application"
          hint={application ? "Its team may change it" : whose(former?.team || known?.team || session.team, session)}
          wrong={at("application")}
        >
          {(ids) => (
            <select {...ids} className="input" value={application} onChange={(event) => setChosen(event.target.value)}>
              <option value="">of all applications</option>
              {options.map((one) => (
                <option key={one}>{one}</option>
              ))}
            </select>
          )}
        </Field>
        <div className="pairs even">
          <Field label="Alert" hint={sign ? `Of ${figure} in a whole window, or of any of its groups` : "A bound makes it an alert too"}>
            {(ids) => (
              <select {...ids} className="input" value={sign} onChange={(event) => setSign(event.target.value)}>
                <option value="">none</option>
                <option value=">">when above</option>
                <option value="<">when below</option>
              </select>
            )}
          </Field>
          {sign && (
            <Field label="Bound" hint={isTime(figure) ? "In milliseconds, or as 1.5s" : undefined} wrong={at("bound")}>
              {(ids) => (
                <span className="with-unit">
                  <input
                    {...ids}
                    className="input"
                    required
                    inputMode="decimal"
                    value={value}
                    onChange={(event) => setValue(event.target.value.trim())}
                    autoComplete="off"
                  />
                  {unit && <span className="faint">{unit}</span>}
                </span>
              )}
            </Field>
          )}
        </div>
      </div>
    </Act>
  );
}

function NameHint({ former }: { former: SavedQuery | undefined }): ReactNode {
  if (!former) return "Lower-case letters, digits and hyphens, as in slow-homes";
  return (
    <>
      There is one of this name, and it would be replaced: <code>{former.query}</code>
    </>
  );
}

/** Of all applications: who may change it then. */
function whose(team: string, session: Session): string {
  if (!team) return "Operators may change it";
  return team === session.team ? `Your team ${team} may change it` : `The team ${team} may change it`;
}

/** As people call the unit of a figure. */
function sayUnit(figure: string, kind: string): string {
  const unit = unitOf(figure);
  if (unit === "us") return "ms";
  if (unit === "bytes") return "bytes";
  if (unit === "1/s") return "a second";
  return figure.startsWith("count") ? (RECORDS[kind] ?? kind) : "";
}

/** What was saved, and with a bound how often it would have fired. */
function Made({ of, isNew, onClose }: Close & { of: SavedQuery; isNew: boolean }) {
  return (
    <Dialog title={`${of.name} is saved`} onClose={onClose}>
      {of.bound ? <Fired of={of} days={7} /> : <p>It is a chart now, filled from what is stored: from before it was saved as well.</p>}
      <footer className="dialog-foot">
        {isNew && (
          <Link className="button" href={`/saved/${of.name}`} onClick={onClose}>
            Show the chart
          </Link>
        )}
        <button type="button" className="button primary" onClick={onClose}>
          Close
        </button>
      </footer>
    </Dialog>
  );
}

const DAYS = [1, 3, 7];

export function TestSaved({ of, onClose }: Close & { of: SavedQuery }) {
  const [days, setDays] = useState(7);
  return (
    <Dialog title={`How often would ${of.name} have fired?`} onClose={onClose}>
      <DaysField options={DAYS} value={days} set={setDays} />
      <Fired key={days} of={of} days={days} />
      <Command text={commands.testSaved(of.name, days)} />
    </Dialog>
  );
}

function Fired({ of, days }: { of: SavedQuery; days: number }) {
  const found = useQuery(savedTest(of, days));
  const every = everyOf(of.query);
  return (
    <Loaded query={found} rows={2}>
      {({ windows, times, firings }) => (
        <div className="fired">
          <p role="status">
            With the bound <span className="mono">{of.bound}</span> it would {times ? "have" : "never have"} fired{" "}
            {times > 0 && <strong>{count(times, "time")}</strong>} in the last {count(days, "day")}.
          </p>
          <p className="faint">
            {windows
              ? `Looked at ${count(windows, "window")} of ${span(every)}, from the first record that is stored: ${span(windows * every)} in all.`
              : "Nothing of this time is stored yet, so this says nothing. Try again when some traffic came."}
          </p>
          <FiringList all={firings} />
        </div>
      )}
    </Loaded>
  );
}

export function RemoveSaved({ of: { name, bound }, gone, onClose }: Close & { of: SavedQuery; gone?: () => void }) {
  return (
    <Act
      title={`Remove ${name}`}
      command={commands.removeSaved(name)}
      button="Remove"
      danger
      done={`${name} is removed`}
      keepOpen
      onClose={onClose}
      run={async () => {
        await remove(name);
        gone?.();
        return [];
      }}
    >
      <p>The chart goes{bound && ", and its alert with it: one that fires ends"}. What it was made of stays stored, so the same query can be saved again.</p>
    </Act>
  );
}

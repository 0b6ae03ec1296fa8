/** SQL over what is stored, with the tables beside it. */
import { useQuery } from "@tanstack/react-query";
import { type FormEvent, useRef, useState } from "react";
import { flushSync } from "react-dom";
import { ask, control, Failure, type Schemas } from "../api/client";
import * as commands from "../api/commands";
import { useSession } from "../api/session";
import { tables } from "../api/telemetry";
import { Command } from "../parts/command";
import { Field } from "../parts/field";
import { count, seconds } from "../parts/format";
import { Loaded } from "../parts/loaded";
import { Page, Section } from "../parts/page";
import { Refusal } from "../parts/refusal";
import { Empty, Skeleton } from "../parts/trouble";

type Answer = Schemas.Answer;

const KEY = "stagedoor-sql";
const FIRST = `SELECT endpoint, sum(weight) AS requests, max(duration) / 1000 AS slowest_ms
FROM requests
WHERE time > now() - INTERVAL 1 HOUR
GROUP BY endpoint
ORDER BY requests DESC`;

export default function Query() {
  const { name, role } = useSession();
  const [sql, setSql] = useState(() => localStorage.getItem(KEY) ?? FIRST);
  const [answer, setAnswer] = useState<Answer | null>(null);
  const [failure, setFailure] = useState<Failure | null>(null);
  const [busy, setBusy] = useState(false);
  const area = useRef<HTMLTextAreaElement>(null);

  async function go() {
    if (busy || !sql.trim()) return;
    setBusy(true);
    setFailure(null);
    try {
      setAnswer(await ask(control.query({ body: { sql } })));
      localStorage.setItem(KEY, sql);
    } catch (error) {
      if (!(error instanceof Failure)) throw error;
      setAnswer(null);
      setFailure(error);
    } finally {
      setBusy(false);
    }
  }

  function insert(word: string) {
    const at = area.current!;
    const [from, to] = [at.selectionStart, at.selectionEnd];
    flushSync(() => setSql(sql.slice(0, from) + word + sql.slice(to)));
    at.focus();
    at.setSelectionRange(from + word.length, from + word.length);
  }

  return (
    <Page title="Query" lead="SQL over what is stored of requests, calls, spans, log lines and figures.">
      <div className="query">
        <form
          className="query-form"
          onSubmit={(event: FormEvent) => {
            event.preventDefault();
            void go();
          }}
        >
          <Field label="SQL" hint="One SELECT. Add weights up, not rows: a request that was kept may stand for many. Ctrl Enter asks.">
            {(ids) => (
              <textarea
                {...ids}
                ref={area}
                className="input mono sql"
                spellCheck={false}
                value={sql}
                onChange={(event) => setSql(event.target.value)}
                onKeyDown={(event) => {
                  if (event.key !== "Enter" || !(event.ctrlKey || event.metaKey)) return;
                  event.preventDefault();
                  void go();
                }}
              />
            )}
          </Field>
          {role === "viewer" && <p className="faint">{name} is a viewer and may not query; an operator can give you another role.</p>}
          <button type="submit" className="button primary" disabled={busy || !sql.trim() || role === "viewer"}>
            {busy ? "Asking …" : "Ask"}
          </button>
          {failure && <Refusal error={failure} />}
          {busy && !answer && <Skeleton rows={3} />}
          {answer && <Rows of={answer} />}
          <Command text={commands.query(sql)} />
        </form>
        <Tables insert={insert} />
      </div>
    </Page>
  );
}

function Tables({ insert }: { insert: (word: string) => void }) {
  const query = useQuery(tables());
  return (
    <Section title="Tables">
      <Loaded query={query}>
        {(all) => (
          <ul className="tables">
            {all.map((table) => (
              <li key={table.name}>
                <details>
                  <summary className="mono">{table.name}</summary>
                  <ul>
                    {table.columns.map(([name = "", type = "", about = ""]) => (
                      <li key={name}>
                        <button type="button" className="plain mono" onClick={() => insert(name)} aria-label={`Insert ${name} of ${table.name}`}>
                          {name} <span className="faint">{type.toLowerCase()}</span>
                        </button>
                        {about && <span className="faint">{about}</span>}
                      </li>
                    ))}
                  </ul>
                </details>
              </li>
            ))}
          </ul>
        )}
      </Loaded>
    </Section>
  );
}

function Rows({ of: { columns, rows, truncated, took } }: { of: Answer }) {
  if (!rows.length) return <Empty title="No row">It took {seconds(took)}.</Empty>;
  const numeric = columns.map((_, at) => rows.every((row) => row[at] === null || typeof row[at] === "number"));
  return (
    <section aria-label="Rows">
      <p className="faint query-told" role="status">
        {count(rows.length, "row")} in {seconds(took)}
        {truncated && "; there would have been more"}
      </p>
      <div className="scroll answer-frame" tabIndex={0} role="group" aria-label="Rows of the answer">
        <table className="plain-table" aria-label="Answer">
          <thead>
            <tr>
              {columns.map((name, at) => (
                <th key={at} scope="col" className={numeric[at] ? "number" : undefined}>
                  {name}
                </th>
              ))}
            </tr>
          </thead>
          <tbody>
            {rows.map((row, number) => (
              <tr key={number}>
                {row.map((value, at) => (
                  <td key={at} className={numeric[at] ? "number mono" : "mono"}>
                    {say(value)}
                  </td>
                ))}
              </tr>
            ))}
          </tbody>
        </table>
      </div>
    </section>
  );
}

function say(value: unknown): string {
  if (value === null || value === undefined) return "–";
  if (typeof value === "number") return Number.isInteger(value) ? String(value) : String(Number(value.toPrecision(6)));
  return typeof value === "string" ? value : JSON.stringify(value);
}

/** A request of one's own to an endpoint, sent through the edge as a device's is, and what came back. */
import { useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { ask, control, Failure, type Schemas } from "../api/client";
import { major, quote } from "../api/commands";
import { status } from "../api/queries";
import { Command } from "../parts/command";
import { Field } from "../parts/field";
import { pretty, seconds } from "../parts/format";
import { State } from "../parts/state";
import { Problem } from "../parts/trouble";
import type { Endpoint } from "./documentation";
import { statusTone } from "./request-list";

type Answer = Schemas.TryView;
type Props = { application: string; line: Schemas.LineView; endpoint: Endpoint; free: boolean };

export default function TryForm({ application, line, endpoint, free }: Props) {
  const names = [...endpoint.path.matchAll(/\{(\w+)[^}]*\}/g)].map((one) => one[1]!);
  const [parts, setParts] = useState<{ [name: string]: string }>({});
  const [freePath, setFreePath] = useState(endpoint.path);
  const [query, setQuery] = useState("");
  const [headers, setHeaders] = useState("");
  const [cookie, setCookie] = useState("");
  const [body, setBody] = useState("");
  const [answer, setAnswer] = useState<Answer | null>(null);
  const [failure, setFailure] = useState<Failure | null>(null);
  const [busy, setBusy] = useState(false);
  const edge = useQuery(status()).data?.addresses?.[line.stack] ?? "";
  const hasBody = !["GET", "HEAD"].includes(endpoint.method);

  const filled = free ? freePath : endpoint.path.replace(/\{(\w+)[^}]*\}/g, (_, name: string) => encodeURIComponent(parts[name] ?? ""));
  const path = query ? `${filled}?${query}` : filled;
  const fields = read(headers);
  const wish = { stack: line.stack, line: line.line, path, method: endpoint.method, headers: fields, cookie, body: hasBody ? body : "" };

  async function send() {
    setBusy(true);
    setFailure(null);
    try {
      setAnswer(await ask(control.tryEndpoint({ path: { application }, body: wish })));
    } catch (error) {
      if (!(error instanceof Failure)) throw error;
      setAnswer(null);
      setFailure(error);
    } finally {
      setBusy(false);
    }
  }

  return (
    <form
      className="try"
      onSubmit={(event) => {
        event.preventDefault();
        void send();
      }}
    >
      <div className="try-fields">
        {free && (
          <Field label="Path">
            {(ids) => <input {...ids} className="input mono" value={freePath} onChange={(event) => setFreePath(event.target.value)} />}
          </Field>
        )}
        {!free &&
          names.map((name) => (
            <Field key={name} label={name}>
              {(ids) => (
                <input
                  {...ids}
                  className="input mono"
                  required
                  value={parts[name] ?? ""}
                  onChange={(event) => setParts({ ...parts, [name]: event.target.value })}
                />
              )}
            </Field>
          ))}
        <Field label="Query">
          {(ids) => <input {...ids} className="input mono" placeholder="q=metropolis" value={query} onChange={(event) => setQuery(event.target.value)} />}
        </Field>
        <Field label="Cookie">
          {(ids) => <input {...ids} className="input mono" placeholder="member=m7" value={cookie} onChange={(event) => setCookie(event.target.value)} />}
        </Field>
        <Field label="Headers">
          {(ids) => (
            <textarea
              {...ids}
              className="input mono"
              rows={2}
              placeholder="x-device: tv"
              value={headers}
              onChange={(event) => setHeaders(event.target.value)}
            />
          )}
        </Field>
        {hasBody && (
          <Field label="Body">{(ids) => <textarea {...ids} className="input mono" value={body} onChange={(event) => setBody(event.target.value)} />}</Field>
        )}
      </div>
      <Command text={curl(`${edge}/${application}/v${major(line.line)}${path}`, endpoint.method, fields, cookie, wish.body)} />
      <div>
        <button type="submit" className="button primary" disabled={busy}>
          {busy ? "Sending …" : "Send"}
        </button>
      </div>
      <div role="status">
        {failure && <Problem error={failure} />}
        {answer && <Shown answer={answer} />}
      </div>
    </form>
  );
}

function Shown({ answer }: { answer: Answer }) {
  return (
    <div className="answer">
      <p className="answer-head">
        <State word={String(answer.status)} tone={statusTone(answer.status)} />
        <span className="faint">{seconds(answer.seconds)} in one round trip</span>
      </p>
      <details>
        <summary>Headers</summary>
        <pre role="group" tabIndex={0} aria-label="Headers of the answer">
          {answer.headers.map(([name, value]) => `${name}: ${value}`).join("\n")}
        </pre>
      </details>
      <pre className="answer-body" role="group" tabIndex={0} aria-label="Body of the answer">
        {pretty(answer.body)}
        {answer.cut && "\n… and more"}
      </pre>
    </div>
  );
}

/** `name: value` by line. */
function read(text: string): { [name: string]: string } {
  const pairs = text.split("\n").map((line) => line.split(/:(.*)/s));
  return Object.fromEntries(pairs.filter(([name, value]) => name?.trim() && value !== undefined).map(([name, value]) => [name!.trim(), value!.trim()]));
}

function curl(url: string, method: string, headers: { [name: string]: string }, cookie: string, body: string): string {
  const words = ["curl"];
  if (method !== "GET") words.push("-X", method);
  for (const [name, value] of Object.entries(headers)) words.push("-H", quote(`${name}: ${value}`));
  if (cookie) words.push("-b", quote(cookie));
  if (body) words.push("-d", quote(body));
  return [...words, quote(url)].join(" ");
}

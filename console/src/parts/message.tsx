/** What was sent, one way or the other: its header lines, and its body as people read it. */
import type { Content, Message } from "../api/recordings";
import { count, pretty } from "./format";

const LONG = 40; // Lines that are shown at once.

export function Headers({ of, name }: { of: Message; name: string }) {
  if (!of.headers.length) return <p className="faint">No header line.</p>;
  return (
    <dl className="headers mono" aria-label={`Headers of ${name}`}>
      {of.headers.map((one, at) => (
        <div key={at}>
          <dt>{one.name}</dt>
          <dd>{one.value}</dd>
        </div>
      ))}
    </dl>
  );
}

export function Body({ of, name }: { of: Content | undefined; name: string }) {
  if (!of?.text) return <p className="faint">No body.</p>;
  const encoding = of.encoding || of._encoding;
  const text = encoding ? of.text : pretty(of.text);
  const lines = text.split("\n");
  const label = `Body of ${name}`;
  if (lines.length <= LONG) return <Text label={label} text={text} note={encoding} />;
  return (
    <>
      <Text label={label} text={`${lines.slice(0, LONG / 2).join("\n")}\n…`} note={encoding} />
      <details>
        <summary>All {count(lines.length, "line")}</summary>
        <Text label={`Whole ${label.toLowerCase()}`} text={text} note={encoding} />
      </details>
    </>
  );
}

function Text({ label, text, note }: { label: string; text: string; note: string | undefined }) {
  return (
    <>
      {note && <p className="faint">No text, so as {note}:</p>}
      <pre role="group" tabIndex={0} aria-label={label}>
        {text}
      </pre>
    </>
  );
}

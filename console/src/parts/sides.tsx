/** What a place holds on either side; long ones are folded, what is not there is said. */
import { brief } from "./format";

const LONG = 160;

export function Side({ text }: { text: string }) {
  if (!text) return <span className="held faint">nothing</span>;
  if (text.length <= LONG) return <code className="held">{text}</code>;
  return (
    <details className="held">
      <summary>
        <code>{brief(text, LONG)}</code>
      </summary>
      <pre tabIndex={0}>{text}</pre>
    </details>
  );
}

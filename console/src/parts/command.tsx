/** What the command line would be told, with a button that copies it. */
import { Fragment, useState } from "react";
import { Icon } from "./icons";
import { toast } from "./toasts";

export function Command({ text, label = "The same on the command line" }: { text: string; label?: string }) {
  return (
    <div className="command" role="group" aria-label={label}>
      <code>
        <span className="prompt" aria-hidden="true">
          ${" "}
        </span>
        <span className="command-text">
          {text.split(" ").map((word, at) => (
            <Fragment key={at}>
              {at > 0 && " "}
              <span className="word">{word}</span>
            </Fragment>
          ))}
        </span>
      </code>
      <Copy text={text} what="command" />
    </div>
  );
}

export function Copy({ text, what }: { text: string; what: string }) {
  const [copied, setCopied] = useState(false);
  async function copy() {
    try {
      await navigator.clipboard.writeText(text);
      setCopied(true);
      setTimeout(() => setCopied(false), 1500);
      toast(`The ${what} is copied`);
    } catch {
      toast("The browser did not allow copying: select the text instead", "bad");
    }
  }
  return (
    <button type="button" className="button quiet square" onClick={() => void copy()} aria-label={`Copy the ${what}`}>
      <Icon name={copied ? "check" : "copy"} />
    </button>
  );
}

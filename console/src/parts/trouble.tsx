/** What went wrong and what to do next; what is not there yet, and how it comes; what is on its way. */
import type { ReactNode } from "react";
import { Failure } from "../api/client";
import { Command } from "./command";

export function Problem({ error, onRetry }: { error: Error; onRetry?: () => void }) {
  const hint = error instanceof Failure ? error.hint : "";
  return (
    <div className="problem" role="alert">
      <p className="problem-what">{sentence(error.message)}</p>
      {hint && <p className="problem-hint">{withCode(hint)}</p>}
      {onRetry && (
        <button type="button" className="button" onClick={onRetry}>
          Try again
        </button>
      )}
    </div>
  );
}

function sentence(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1);
}

/** Words between backquotes as code. */
export function withCode(text: string): ReactNode {
  return text.split("`").map((part, at) => (at % 2 ? <code key={at}>{part}</code> : part));
}

type EmptyProps = { title: string; children?: ReactNode; command?: string };

export function Empty({ title, children, command }: EmptyProps) {
  return (
    <div className="empty">
      <p className="empty-title">{title}</p>
      {children && <p>{children}</p>}
      {command && <Command text={command} label="Next" />}
    </div>
  );
}

export function Skeleton({ rows = 4 }: { rows?: number }) {
  return (
    <div className="skeleton" role="status" aria-label="Loading">
      {Array.from({ length: rows }, (_, at) => (
        <span key={at} />
      ))}
    </div>
  );
}

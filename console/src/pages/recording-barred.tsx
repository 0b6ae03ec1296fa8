/** A recording that one may not see, or that there is not: why, and where to go. */
import { Link } from "wouter";
import type { Failure } from "../api/client";
import { withCode } from "../parts/trouble";

export function Barred({ why, id, again }: { why: Failure; id: string; again: () => void }) {
  const isThere = why.status === 403;
  return (
    <div className="empty" role="alert">
      <p className="empty-title">{isThere ? "It is not yours to see" : "There is no recording of this request"}</p>
      <p>
        {isThere
          ? `What a recording holds is for those who may change its application: ${why.message}.`
          : "It is not kept, not any more, or not yet: a request that just ended is recorded some seconds later, if it is one of those that are."}
      </p>
      {why.hint && <p>{withCode(sentence(why.hint))}.</p>}
      <p className="barred-ways">
        <Link className="button primary" href="/recordings">
          Show all recordings
        </Link>
        <Link className="button" href={`/traces/${id}`}>
          Show its trace
        </Link>
        {!isThere && (
          <button type="button" className="button" onClick={again}>
            Look again
          </button>
        )}
      </p>
    </div>
  );
}

function sentence(text: string): string {
  return text.replace(/^[a-z]/, (first) => first.toUpperCase());
}

/** Why a query was refused: its lines stand as they came, so that the mark is under its place. */
import { Failure } from "../api/client";
import { withCode } from "./trouble";

export function Refusal({ error }: { error: Error }) {
  const [what = "", ...lines] = error.message.split("\n");
  return (
    <div className="problem" role="alert">
      <p className="problem-what">{what}</p>
      {lines.length > 0 && (
        <pre className="refusal" role="group" tabIndex={0} aria-label="The place">
          {lines.join("\n")}
        </pre>
      )}
      {error instanceof Failure && error.hint && <p className="problem-hint">{withCode(error.hint)}</p>}
    </div>
  );
}

/** What was published: when, by whom, how far its pipeline is, and what the version measured at its start. */
import { useState } from "react";
import { Link } from "wouter";
import type { Operation } from "../api/operation";
import type { Answer, Publication } from "../api/pipelines";
import { useSession } from "../api/session";
import { Dialog } from "../parts/dialog";
import { bytes, seconds } from "../parts/format";
import { Stages } from "../parts/stages";
import { Stack, State } from "../parts/state";
import { Steps } from "../parts/steps";
import { type Column, Table } from "../parts/table";
import { Time } from "../parts/time";
import { withCode } from "../parts/trouble";
import { AnswerPipeline } from "./pipeline-actions";

type Wish = { act: "steps" | Answer; one: Publication };

/** `of`: whose they are; of all applications each says its own. */
export function PublicationList({ all, of = "" }: { all: Publication[]; of?: string }) {
  const [wish, setWish] = useState<Wish | null>(null);
  const close = () => setWish(null);
  return (
    <>
      <Table
        label="Publications"
        rows={all}
        id={(one) => one.operation}
        columns={[of ? VERSION : APPLICATION, ...COLUMNS, details((one) => setWish({ act: "steps", one }))]}
        below={(one) => one.stages.length > 0 && <Pipeline of={one} choose={(act) => setWish({ act, one })} />}
      />
      {wish?.act === "steps" && (
        <Dialog title={`${wish.one.kind} of ${titleOf(wish.one)}`} onClose={close}>
          <Steps operation={operation(wish.one)} />
        </Dialog>
      )}
      {wish && wish.act !== "steps" && <AnswerPipeline of={wish.one} what={wish.act} onClose={close} />}
    </>
  );
}

function titleOf({ application, version }: Publication): string {
  return `${application} ${version}`;
}

function operation(one: Publication): Operation {
  return { ...one, id: one.operation, line: "", goal: {} };
}

/** Its stages, what is to be known of the one it stands at, and what may be answered where it waits. */
function Pipeline({ of, choose }: { of: Publication; choose: (what: Answer) => void }) {
  const isViewer = useSession().role === "viewer";
  const at = of.stages.find((one) => one.state === "running" || one.state === "failed");
  const text = at?.state === "failed" ? at.text || String(of.error?.message ?? "") : at?.text;
  return (
    <div className="pipeline">
      <Stages label={`Pipeline of ${titleOf(of)}`} stages={of.stages} />
      {at && (text || at.waits) && (
        <div className={`pipeline-at pipeline-${at.waits ? "waits" : at.state}`} role="group" aria-label={`${at.name} of ${titleOf(of)}`}>
          <p>
            <strong>{at.name}:</strong> {withCode(text ?? "")}
          </p>
          {at.waits && !isViewer && (
            <span className="row-actions">
              {at.name === "approval" && <Choose what="approve" text="Approve" of={of} choose={choose} />}
              <Choose what="reject" text="Reject" of={of} choose={choose} />
            </span>
          )}
        </div>
      )}
    </div>
  );
}

function Choose({ what, text, of, choose }: { what: Answer; text: string; of: Publication; choose: (what: Answer) => void }) {
  return (
    <button type="button" className={what === "reject" ? "button danger-text" : "button"} onClick={() => choose(what)} aria-label={`${text} ${titleOf(of)}`}>
      {text}
    </button>
  );
}

const APPLICATION: Column<Publication> = {
  name: "Application",
  kind: "main",
  cell: (one) => (
    <>
      <Link href={`/applications/${one.application}/pipeline`}>
        <strong>{one.application}</strong>
      </Link>
      <span className="mono">{one.version}</span>
    </>
  ),
};

const VERSION: Column<Publication> = { name: "Version", kind: "main", cell: (one) => <strong className="mono">{one.version}</strong> };

const COLUMNS: Column<Publication>[] = [
  { name: "State", cell: (one) => <StateOf one={one} /> },
  { name: "Kind", cell: (one) => one.kind },
  { name: "Stack", cell: (one) => (one.stack ? <Stack name={one.stack} /> : <span className="faint">none</span>) },
  { name: "By", cell: (one) => one.by },
  { name: "When", cell: (one) => <Time at={one.began_at} /> },
  { name: "Took", kind: "number", cell: (one) => seconds(one.ended_at ? one.ended_at - one.began_at : 0) },
  { name: "Start", kind: "number", cell: (one) => seconds(one.start_seconds) },
  { name: "Import", kind: "number", cell: (one) => seconds(one.import_seconds) },
  { name: "Memory", kind: "number", cell: (one) => bytes(one.memory_bytes) },
];

function StateOf({ one }: { one: Publication }) {
  if (one.stages.some((stage) => stage.waits)) return <State word="waits" tone="accent" />;
  return <State word={one.state} />;
}

function details(show: (one: Publication) => void): Column<Publication> {
  return {
    name: "Actions",
    kind: "actions",
    cell: (one) => (
      <span className="row-actions">
        <button type="button" className="button quiet" onClick={() => show(one)} aria-label={`Steps of ${titleOf(one)}`}>
          Steps
        </button>
      </span>
    ),
  };
}

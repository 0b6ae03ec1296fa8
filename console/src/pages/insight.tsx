/** A television of one's own traffic: what arrives and passes a filter, or windows of it; and the same of what is stored. */
import { keepPreviousData, useQuery } from "@tanstack/react-query";
import { lazy, Suspense, useState } from "react";
import { Failure } from "../api/client";
import * as commands from "../api/commands";
import type { Hint } from "../api/fields";
import type { Record } from "../api/records";
import { type Seen, useSeen } from "../api/seen";
import { useSession } from "../api/session";
import { history } from "../api/telemetry";
import { Choice, useParameter } from "../parts/choice";
import { Command } from "../parts/command";
import { FilterField } from "../parts/filter-field";
import { count } from "../parts/format";
import { Page } from "../parts/page";
import { RecordTable } from "../parts/record-table";
import { SpanChoice, useSince, useSpan } from "../parts/span-choice";
import { StreamHead } from "../parts/stream-head";
import { Empty, Problem, Skeleton } from "../parts/trouble";
import { WindowBars, WindowChart } from "../parts/windows";
import { SaveQuery } from "./saved-actions";

const RequestDialog = lazy(() => import("./request-dialog"));

const EXAMPLES: { request: Hint[]; call: Hint[] } = {
  request: [
    { text: "status >= 500", about: "what failed" },
    { text: 'duration > 200ms && device.type == "tv"', about: "slow ones of one kind of device" },
    { text: 'path.startsWith("/tv") && degraded != ""', about: "answers with a fallback" },
    { text: "| count() by path every 5s", about: "how many by path" },
    { text: "status < 500 | p50(duration), p99(duration) by application every 10s", about: "how long they take" },
  ],
  call: [
    { text: "status >= 500", about: "what failed" },
    { text: 'refused != ""', about: "what the egress refused" },
    { text: "| count(), p99(duration) by service every 5s", about: "by service" },
  ],
};
const KINDS = [
  { value: "", text: "Requests" },
  { value: "call", text: "Calls" },
];
const MODES = [
  { value: "", text: "Live" },
  { value: "history", text: "History" },
];

export default function Insight() {
  const [query, setQuery] = useParameter("query");
  const [kindSaid] = useParameter("kind");
  const [mode] = useParameter("show");
  const kind = kindSaid === "call" ? "call" : "request";
  const isLive = mode !== "history";
  const stream = useSeen<Record>(query, kind, isLive);
  const seconds = useSpan();
  const since = useSince();
  const stored = useQuery({ ...history({ query, kind, seconds }), enabled: !isLive, placeholderData: keepPreviousData });
  const [shown, setShown] = useState<Record | null>(null);
  const [saving, setSaving] = useState(false);
  const isViewer = useSession().role === "viewer";
  const wrong = isLive ? stream.failure : stored.error;
  const isRefusal = wrong instanceof Failure && wrong.status === 400;
  return (
    <Page
      title="Insight"
      lead="Requests and calls as they happen: those that pass a filter, or figures of them."
      actions={
        !isViewer && (
          <button type="button" className="button" onClick={() => setSaving(true)}>
            Save as a chart
          </button>
        )
      }
    >
      <FilterField label="Filter" kind={kind} value={query} onApply={setQuery} failure={isRefusal ? wrong : null} examples={EXAMPLES[kind]} />
      <div className="filters" role="group" aria-label="What is shown">
        <Choice label="What" name="kind" options={KINDS} />
        <Choice label="When" name="show" options={MODES} />
        {isLive ? !wrong && <StreamHead of={stream} /> : <SpanChoice />}
        {isLive && !wrong && <Counted of={stream} />}
      </div>
      {wrong && !isRefusal && <Problem error={wrong} />}
      {!wrong && isLive && <Live of={stream} filtered={query !== ""} show={setShown} />}
      {!wrong && !isLive && !stored.data && <Skeleton />}
      {!wrong && !isLive && stored.data && <Past records={stored.data.records} windows={stored.data.windows} query={query} seconds={seconds} show={setShown} />}
      <div className="next">
        <Command text={commands.insight(query, kind, isLive ? "" : since)} />
      </div>
      {saving && <SaveQuery kind={kind} query={query} onClose={() => setSaving(false)} />}
      {shown && (
        <Suspense fallback={null}>
          <RequestDialog record={shown} onClose={() => setShown(null)} />
        </Suspense>
      )}
    </Page>
  );
}

function Counted({ of: { counts } }: { of: Seen<Record> }) {
  return (
    <p className="counted faint">
      <span>
        <strong>{counts.seen.toLocaleString("en")}</strong> seen
      </span>
      <span>
        <strong>{counts.matched.toLocaleString("en")}</strong> matched
      </span>
      {counts.missed > 0 && <span className="caution">{count(counts.missed, "record")} missed: more came than this page could take</span>}
    </p>
  );
}

type LiveProps = { of: Seen<Record>; filtered: boolean; show: (one: Record) => void };

function Live({ of, filtered, show }: LiveProps) {
  if (of.state === "connecting") return <Skeleton />;
  if (of.isWindows) {
    if (of.windows.length) return <WindowBars windows={of.windows} />;
    return <Empty title="The first window is not over yet">Each is shown when it ends.</Empty>;
  }
  if (of.records.length) return <RecordTable records={of.records} show={show} />;
  return (
    <Empty title={filtered ? "Nothing passed the filter yet" : "Nothing came yet"}>
      {filtered ? "What passes it appears here as it ends." : "The next request to any application appears here as it ends."}
    </Empty>
  );
}

type PastProps = {
  records: Record[];
  windows: React.ComponentProps<typeof WindowChart>["windows"];
  query: string;
  seconds: number;
  show: (one: Record) => void;
};

function Past({ records, windows, query, seconds, show }: PastProps) {
  if (windows.length) return <WindowChart windows={windows} query={query} seconds={seconds} />;
  if (!records.length) return <Empty title="Nothing of this time is stored">A longer time may have some.</Empty>;
  return (
    <>
      <p className="faint note above">
        What is stored: all that failed or was slow, and a share of the rest. The newest {records.length.toLocaleString("en")} are shown.
      </p>
      <RecordTable records={records.map((one, number) => ({ number, one }))} show={show} />
    </>
  );
}

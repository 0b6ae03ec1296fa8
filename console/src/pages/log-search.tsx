/** Log lines of every application: searched, counted over time, and as they come. */
import { keepPreviousData, useQuery } from "@tanstack/react-query";
import { Failure } from "../api/client";
import * as commands from "../api/commands";
import type { Hint } from "../api/fields";
import type { StoredLine } from "../api/records";
import { useSeen } from "../api/seen";
import { type Logs, logs } from "../api/telemetry";
import { Choice, useParameter } from "../parts/choice";
import { Command } from "../parts/command";
import { FilterField } from "../parts/filter-field";
import { count, moment } from "../parts/format";
import { Page } from "../parts/page";
import { SpanChoice, useSince, useSpan } from "../parts/span-choice";
import { StoredLines } from "../parts/stored-lines";
import { StreamHead } from "../parts/stream-head";
import { Empty, Problem, Skeleton } from "../parts/trouble";

const EXAMPLES: Hint[] = [
  { text: 'level == "error"', about: "what went wrong" },
  { text: 'level in ["warning", "error"] && application == "tv-home"', about: "of one application" },
  { text: 'message.contains("timeout")', about: "lines with a word" },
  { text: 'request == "1b4e28ba-…"', about: "of one request" },
];
const MODES = [
  { value: "", text: "Stored" },
  { value: "live", text: "Live" },
];
const EVERY = 10_000;

export default function LogSearch() {
  const [query, setQuery] = useParameter("query");
  const [mode] = useParameter("show");
  const seconds = useSpan();
  const since = useSince();
  const isLive = mode === "live";
  const stream = useSeen<StoredLine>(query, "log", isLive);
  const stored = useQuery({ ...logs(query, seconds), enabled: !isLive, refetchInterval: EVERY, placeholderData: keepPreviousData });
  const wrong = isLive ? stream.failure : stored.error;
  const isRefusal = wrong instanceof Failure && wrong.status === 400;
  return (
    <Page title="Logs" lead="What scripts and the platform wrote, the newest on top.">
      <FilterField label="Filter" kind="log" value={query} onApply={setQuery} failure={isRefusal ? wrong : null} examples={EXAMPLES} button="Search" />
      <div className="filters" role="group" aria-label="What is shown">
        <Choice label="When" name="show" options={MODES} />
        {isLive ? !wrong && <StreamHead of={stream} /> : <SpanChoice />}
        {isLive && !wrong && (
          <p className="counted faint">
            <span>
              <strong>{stream.counts.seen.toLocaleString("en")}</strong> seen
            </span>
            <span>
              <strong>{stream.counts.matched.toLocaleString("en")}</strong> matched
            </span>
            {stream.counts.missed > 0 && <span className="caution">{count(stream.counts.missed, "line")} missed</span>}
          </p>
        )}
      </div>
      {wrong && !isRefusal && <Problem error={wrong} />}
      {!wrong && isLive && <Tail lines={stream.records.map(({ one }) => one)} connecting={stream.state === "connecting"} />}
      {!wrong && !isLive && (stored.data ? <Found of={stored.data} seconds={seconds} /> : <Skeleton />)}
      <div className="next">
        <Command text={commands.insight(query, "log", isLive ? "" : since)} />
      </div>
    </Page>
  );
}

function Tail({ lines, connecting }: { lines: StoredLine[]; connecting: boolean }) {
  if (connecting) return <Skeleton />;
  if (lines.length) return <StoredLines lines={lines} />;
  return <Empty title="No line came yet">The next one that passes appears here as it is written.</Empty>;
}

function Found({ of: { lines, histogram }, seconds }: { of: Logs; seconds: number }) {
  if (!lines.length) {
    return (
      <Empty title="No line of this time passes">
        A script's <code>log.info("…")</code> and its prints are found here, and the platform's own lines about it.
      </Empty>
    );
  }
  return (
    <>
      <Histogram of={histogram} seconds={seconds} />
      <StoredLines lines={lines} />
    </>
  );
}

const WIDTH = 600;
const HEIGHT = 64;

/** Lines over time; warnings and errors are the lower, hatched part of each bar. */
function Histogram({ of, seconds }: { of: Logs["histogram"]; seconds: number }) {
  const until = Date.now() / 1000;
  const since = until - seconds;
  const width = Math.max(1, Math.floor(seconds / 60));
  const most = Math.max(1, ...of.map(([, lines]) => lines));
  const all = of.reduce((sum, [, lines]) => sum + lines, 0);
  const bad = of.reduce((sum, [, , each]) => sum + each, 0);
  const x = (at: number) => ((at - since) / seconds) * WIDTH;
  const words = `${count(all, "line")}, ${bad.toLocaleString("en")} of them warnings and errors`;
  return (
    <figure className="histogram card">
      <figcaption>
        {count(all, "line")},{" "}
        <span className={bad ? "wrong" : "faint"}>
          {bad ? `${bad.toLocaleString("en")} of them warnings and errors` : "none of them a warning or an error"}
        </span>
      </figcaption>
      <svg viewBox={`0 0 ${WIDTH} ${HEIGHT}`} preserveAspectRatio="none" role="img" aria-label={words}>
        <defs>
          <pattern id="hatched" width="4" height="4" patternUnits="userSpaceOnUse" patternTransform="rotate(45)">
            <rect className="histogram-bad" width="4" height="4" />
            <path className="histogram-hatch" d="M0 0V4" />
          </pattern>
        </defs>
        {of.map(([at, lines, wrong]) => {
          const wide = Math.max(2, (width / seconds) * WIDTH - 1);
          const tall = Math.max(1.5, (lines / most) * HEIGHT);
          const low = wrong ? Math.max(1.5, (wrong / most) * HEIGHT) : 0;
          return (
            <g key={at}>
              <title>{`${moment(at)}: ${count(lines, "line")}, ${wrong} warnings and errors`}</title>
              <rect className="histogram-all" x={x(at)} y={HEIGHT - tall} width={wide} height={tall} />
              {low > 0 && <rect fill="url(#hatched)" x={x(at)} y={HEIGHT - low} width={wide} height={low} />}
            </g>
          );
        })}
      </svg>
      <p className="curve-foot faint" aria-hidden="true">
        <span>{moment(since)}</span>
        <span>now</span>
      </p>
    </figure>
  );
}

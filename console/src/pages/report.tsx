/** One report: whether the new version is as good, what was compared, what differs where, and who wants it so. */
import { useQuery } from "@tanstack/react-query";
import { Link } from "wouter";
import * as commands from "../api/commands";
import { type Report, report } from "../api/replays";
import { Command } from "../parts/command";
import { Fact } from "../parts/fact";
import { moment, seconds } from "../parts/format";
import { Loaded } from "../parts/loaded";
import { Page } from "../parts/page";
import { VERDICTS } from "../parts/report-words";
import { Stack, Tag } from "../parts/state";
import Missing from "./missing";
import { ReportFindings } from "./report-findings";
import { ReportGroups } from "./report-groups";

export default function ReportPage({ number }: { number: number }) {
  return Number.isInteger(number) && number > 0 ? <One number={number} /> : <Missing />;
}

function One({ number }: { number: number }) {
  const query = useQuery(report(number));
  const one = query.data;
  return (
    <Page title={one ? `Report ${number} of ${one.application}` : `Report ${number}`} above={<Way of={one} />} lead={one && <Facts of={one} />}>
      <Loaded query={query} rows={6}>
        {(found) => (
          <div className="rollout">
            <Verdict of={found} />
            <Counts of={found} />
            <ReportFindings of={found} />
            <ReportGroups of={found} />
          </div>
        )}
      </Loaded>
      <div className="next">
        <Command text={commands.oneReport(number)} />
      </div>
    </Page>
  );
}

function Way({ of }: { of: Report | undefined }) {
  return (
    <p className="way">
      <Link href={of ? `/replays?application=${of.application}` : "/replays"}>Replays</Link>
      <span aria-hidden="true"> / </span>
    </p>
  );
}

function Facts({ of }: { of: Report }) {
  return (
    <span className="facts">
      <Tag tone={of.kind === "shadow" ? "accent" : "off"}>{of.kind}</Tag>
      <Stack name={of.stack} />
      <span>
        <span className="mono">{of.old}</span>{" "}
        <span role="img" aria-label="to">
          →
        </span>{" "}
        <strong className="mono">{of.new}</strong>
      </span>
      <span>
        by <strong>{of.by}</strong>
      </span>
      <span>
        {moment(of.at)}, {of.kind === "shadow" ? `over ${seconds(of.took)}` : `took ${seconds(of.took)}`}
      </span>
      <Link href={`/applications/${of.application}`}>{of.application}</Link>
    </span>
  );
}

function Verdict({ of: { comparison } }: { of: Report }) {
  const { text, tone } = VERDICTS[comparison.verdict] ?? { text: comparison.verdict, tone: "off" };
  return (
    <section className={`verdict verdict-${tone}`} aria-label="Verdict">
      <div>
        <h2 aria-live="polite">{text}</h2>
        <p className="verdict-words">{comparison.reason}.</p>
      </div>
    </section>
  );
}

function Counts({ of: { recordings, comparison, skipped } }: { of: Report }) {
  const say = (value: number) => value.toLocaleString("en");
  const left = Object.entries(skipped);
  return (
    <dl className="facts-grid card report-counts">
      <Fact name="Requests run">{say(recordings)}</Fact>
      <Fact name="Compared">{say(comparison.compared)}</Fact>
      <Fact name="The same">{say(comparison.same)}</Fact>
      <Fact name="Asked for what is not recorded">{say(comparison.diverged)}</Fact>
      <Fact name="Without an answer">{say(comparison.failed)}</Fact>
      <Fact name="Skipped" wide={left.length > 0}>
        {left.length ? left.map(([why, number]) => `${say(number)}: ${why}`).join("; ") : "0"}
      </Fact>
    </dl>
  );
}

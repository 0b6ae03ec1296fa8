/** One request: what it took, the calls it made with what each of them took, and all that is known of it. */
import { useQuery } from "@tanstack/react-query";
import { Link } from "wouter";
import { open } from "../api/client";
import * as commands from "../api/commands";
import { keptFor, type Record, recordsAt } from "../api/records";
import { Command } from "../parts/command";
import { Dialog } from "../parts/dialog";
import { Fact } from "../parts/fact";
import { bytes, count, micros, moment } from "../parts/format";
import { Loaded } from "../parts/loaded";
import { Stack, Tag } from "../parts/state";
import { statusTone } from "./request-list";

const MOST_CALLS = 500;

async function calls(id: string, signal: AbortSignal): Promise<Record[]> {
  const answer = await open(recordsAt({ id, kind: "call" }, MOST_CALLS, false), signal);
  const lines = (await answer.text()).split("\n").filter(Boolean);
  return lines.map((one) => JSON.parse(one) as Record).sort((one, other) => other.duration - one.duration);
}

export default function RequestDialog({ record, onClose }: { record: Record; onClose: () => void }) {
  const isCall = record.kind === "call";
  const query = useQuery({ queryKey: ["calls", record.id], queryFn: ({ signal }) => calls(record.id, signal), enabled: !isCall });
  return (
    <Dialog title={`${record.method} ${record.path}`} onClose={onClose} wide>
      <dl className="facts-grid">
        <Fact name="Status">
          <Tag tone={statusTone(record.status)}>{record.status}</Tag>
        </Fact>
        <Fact name="Took">{micros(record.duration)}</Fact>
        {isCall ? <Fact name="Service">{record.service}</Fact> : <Fact name="Waited">{record.queue ? micros(record.queue) : "0 ms"}</Fact>}
        <Fact name="Answer">{bytes(record.bytes_out)}</Fact>
        <Fact name="Application">
          {record.application ?? "none"} <span className="mono">{record.version}</span>
        </Fact>
        <Fact name="Stack">{record.stack ? <Stack name={record.stack} /> : "none"}</Fact>
        {!isCall && <Fact name="Device">{record.device ?? "not said"}</Fact>}
        {!isCall && <Fact name="Member">{record.member ?? "not said"}</Fact>}
        <Fact name="Instance">
          <span className="mono">{record.instance ?? "none"}</span>
        </Fact>
        <Fact name="When">{moment(record.at)}</Fact>
      </dl>
      {!isCall && <Loaded query={query}>{(all) => <Calls request={record} all={all} />}</Loaded>}
      <details>
        <summary>The whole record</summary>
        <dl className="facts-grid whole">
          {Object.entries(record).map(([name, value]) => (
            <Fact key={name} name={name}>
              <span className="mono">{say(name, value)}</span>
            </Fact>
          ))}
        </dl>
      </details>
      <p>
        <Link href={`/traces/${record.id}`} className="button">
          Open its trace
        </Link>
      </p>
      <Command text={commands.oneRequest(record.id)} />
    </Dialog>
  );
}

function say(name: string, value: unknown): string {
  if (name === "at") return moment(value as number);
  if (["duration", "queue", "answer"].includes(name)) return `${(value as number).toLocaleString("en")} µs`;
  if (name === "kept") return `${String(value)}: ${keptFor(String(value))}`;
  return String(value);
}

function Calls({ request, all }: { request: Record; all: Record[] }) {
  if (!all.length) return <p className="faint">It called no service.</p>;
  const whole = Math.max(request.duration, 1);
  return (
    <section aria-label="Calls">
      <h3>{count(all.length, "call")} in one round trip</h3>
      <ol className="calls" tabIndex={0} aria-label="Calls, the longest first">
        {all.map((one, at) => (
          <li key={at}>
            <span className="call-name">
              <strong>{one.service}</strong> <span className="mono faint">{one.path}</span>
            </span>
            <Bar share={one.duration / whole} />
            <span className="number">{micros(one.duration)}</span>
          </li>
        ))}
      </ol>
    </section>
  );
}

/** How much of the request's time a call took. Calls overlap, so that together they are more than all of it. */
function Bar({ share }: { share: number }) {
  return (
    <svg className="call-bar" viewBox="0 0 100 8" preserveAspectRatio="none" aria-hidden="true">
      <rect className="call-ground" width="100" height="8" rx="1" />
      <rect width={Math.max(1, Math.min(100, share * 100))} height="8" />
    </svg>
  );
}

/** One request: what it took, and the calls it made with what each of them took. */
import { useQuery } from "@tanstack/react-query";
import { open } from "../api/client";
import * as commands from "../api/commands";
import { type Record, recordsAt } from "../api/records";
import { Command } from "../parts/command";
import { Dialog } from "../parts/dialog";
import { bytes, count, moment } from "../parts/format";
import { Loaded } from "../parts/loaded";
import { Stack, Tag } from "../parts/state";
import { statusTone } from "./request-list";

const MOST_CALLS = 500;

async function calls(id: string, signal: AbortSignal): Promise<Record[]> {
  const answer = await open(recordsAt({ id, kind: "call" }, MOST_CALLS, false), signal);
  const lines = (await answer.text()).split("\n").filter(Boolean);
  return lines.map((one) => JSON.parse(one) as Record).sort((one, other) => other.total_ms - one.total_ms);
}

export default function RequestDialog({ record, onClose }: { record: Record; onClose: () => void }) {
  const query = useQuery({ queryKey: ["calls", record.id], queryFn: ({ signal }) => calls(record.id, signal) });
  return (
    <Dialog title={`${record.method} ${record.path}`} onClose={onClose} wide>
      <dl className="facts-grid">
        <Fact name="Status">
          <Tag tone={statusTone(record.status)}>{record.status}</Tag>
        </Fact>
        <Fact name="Took">{record.total_ms} ms</Fact>
        <Fact name="Waited">{record.queue_ms} ms</Fact>
        <Fact name="Answer">{bytes(record.out)}</Fact>
        <Fact name="Application">
          {record.application} <span className="mono">{record.version}</span>
        </Fact>
        <Fact name="Stack">
          <Stack name={record.stack} />
        </Fact>
        <Fact name="Device">{record.device ?? "not said"}</Fact>
        <Fact name="Member">{record.member ?? "not said"}</Fact>
        <Fact name="Instance">
          <span className="mono">{record.instance ?? "none"}</span>
        </Fact>
        <Fact name="When">{moment(record.at)}</Fact>
      </dl>
      <Loaded query={query}>{(all) => <Calls request={record} all={all} />}</Loaded>
      <Command text={commands.oneRequest(record.id)} />
    </Dialog>
  );
}

function Fact({ name, children }: { name: string; children: React.ReactNode }) {
  return (
    <div>
      <dt>{name}</dt>
      <dd>{children}</dd>
    </div>
  );
}

function Calls({ request, all }: { request: Record; all: Record[] }) {
  if (!all.length) return <p className="faint">It called no service.</p>;
  const whole = Math.max(request.total_ms, 1);
  return (
    <section aria-label="Calls">
      <h3>{count(all.length, "call")} in one round trip</h3>
      <ol className="calls" tabIndex={0} aria-label="Calls, the longest first">
        {all.map((one) => (
          <li key={`${one.worker} ${one.seq}`}>
            <span className="call-name">
              <strong>{one.service}</strong> <span className="mono faint">{one.path}</span>
            </span>
            <Bar share={one.total_ms / whole} />
            <span className="number">{one.total_ms} ms</span>
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

/** What each endpoint of an application asks of services, and what of it could be spared. */
import { useQuery } from "@tanstack/react-query";
import { Link } from "wouter";
import type { Schemas } from "../api/client";
import * as commands from "../api/commands";
import { fanout } from "../api/queries";
import { Command } from "../parts/command";
import { Fact } from "../parts/fact";
import { bytes, count, latency, mean, percent } from "../parts/format";
import { Loaded } from "../parts/loaded";
import { Section } from "../parts/page";
import { Tag } from "../parts/state";
import { Empty } from "../parts/trouble";
import type { ApplicationView } from "./application";

type Endpoint = Schemas.EndpointFanout;

const EVERY = 2000;
/** What is worth a word: below it nothing is gained. */
const WORTH = 0.001;

export default function ApplicationCalls({ application: { name } }: { application: ApplicationView }) {
  const query = useQuery({ ...fanout(name), refetchInterval: EVERY });
  return (
    <Section title="Calls" actions={<span>of the last hour</span>}>
      <Loaded query={query}>
        {({ endpoints }) =>
          endpoints.length ? (
            <ul className="endpoints">
              {endpoints.map((one) => (
                <li key={one.endpoint} className="card">
                  <EndpointCard one={one} />
                </li>
              ))}
            </ul>
          ) : (
            <Empty title="Nothing was asked of it within the last hour">
              What each endpoint asks of services appears here with its first requests: how often, what twice, and what waited.
            </Empty>
          )
        }
      </Loaded>
      <div className="next">
        <Command text={commands.calls(name)} />
      </div>
    </Section>
  );
}

function EndpointCard({ one }: { one: Endpoint }) {
  const [verb = "", path = ""] = one.endpoint.split(/ (.*)/s);
  return (
    <>
      <div className="endpoint-head">
        <Tag tone="accent">{verb}</Tag>
        <h3 className="mono">{path}</h3>
        <span className="push faint endpoint-told">
          {count(one.requests, "request")}, answered after {latency(one.took)}
        </span>
      </div>
      <dl className="facts-grid">
        <Fact name="Calls a request">{mean(one.calls)}</Fact>
        <Fact name="Asked twice">
          <span className={one.duplicates > 0 ? "caution" : undefined}>{mean(one.duplicates)}</span>
        </Fact>
        <Fact name="Waited for others">{one.serial > 0 ? latency(one.serial) : "0 ms"}</Fact>
        <Fact name="Longest chain">{count(one.longest_chain, "call")}</Fact>
        <Fact name="Bytes a request">{bytes(one.bytes_in)}</Fact>
        <Fact name="Of all its calls">{percent(one.cost_share)}</Fact>
        <Fact name="Degraded">
          <span className={one.degraded > 0 ? "caution" : undefined}>{percent(one.degraded)}</span>
        </Fact>
      </dl>
      <Advice one={one} />
      <Methods one={one} />
    </>
  );
}

/** What the figures mean for who wrote the script. */
function Advice({ one: { duplicates, serial, degraded } }: { one: Endpoint }) {
  return (
    <>
      {duplicates > 0 && (
        <p className="warning">
          <span className="dot" aria-hidden="true" />
          <span>
            {mean(duplicates)} {duplicates === 1 ? "call of a request asks" : "calls of a request ask"} the same again: the script could keep the answer.
          </span>
        </p>
      )}
      {serial >= WORTH && (
        <p className="faint">Calls waited for others: side by side they would have saved up to {latency(serial)}, unless they need each other's answers.</p>
      )}
      {degraded > 0 && <p className="faint">{percent(degraded)} of the answers were degraded: a fallback stood in for a call.</p>}
    </>
  );
}

/** Calls a request by method, the most first. */
function Methods({ one: { endpoint, by_method: all } }: { one: Endpoint }) {
  const found = Object.entries(all).sort(([, one], [, other]) => other - one);
  const most = found[0]?.[1] ?? 1;
  if (!found.length) return <p className="faint">It calls no service.</p>;
  return (
    <details>
      <summary>Calls a request, by method ({found.length})</summary>
      <ul className="calls" aria-label={`Calls of ${endpoint} by method`}>
        {found.map(([name, calls]) => (
          <li key={name}>
            <span className="call-name">
              <Link href={to(name)} className="mono">
                {name}
              </Link>
            </span>
            <svg className="call-bar" viewBox="0 0 100 8" preserveAspectRatio="none" aria-hidden="true" focusable="false">
              <rect className="call-ground" width={100} height={8} />
              <rect width={(calls / most) * 100} height={8} />
            </svg>
            <span className="number">{mean(calls)}</span>
          </li>
        ))}
      </ul>
    </details>
  );
}

/** `discovery.rows` as the page of its service, opened there. */
function to(name: string): string {
  const [service = "", method = ""] = name.split(".");
  return `/services/${service}${method ? `?method=${method}` : ""}`;
}

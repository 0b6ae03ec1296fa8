/** One recording: what was asked, what was answered, its calls in time; and running it again. */
import { useQuery } from "@tanstack/react-query";
import { Link } from "wouter";
import { Failure } from "../api/client";
import * as commands from "../api/commands";
import { type Held, heldIn, type Kept, type Recording, recording } from "../api/recordings";
import { keptFor } from "../api/records";
import { Command } from "../parts/command";
import { Fact } from "../parts/fact";
import { bytes, count, micros, moment } from "../parts/format";
import { Loaded } from "../parts/loaded";
import { Body, Headers } from "../parts/message";
import { Page, Section } from "../parts/page";
import { Stack } from "../parts/state";
import { StatusTag } from "../parts/status-tag";
import { Time } from "../parts/time";
import { Barred } from "./recording-barred";
import { RecordingCalls } from "./recording-calls";
import { RunAgain } from "./recording-run";

export default function RecordingPage({ id }: { id: string }) {
  const query = useQuery(recording(id));
  const one = query.data;
  const barred = query.error instanceof Failure && [403, 404].includes(query.error.status) ? query.error : null;
  return (
    <Page
      title={one ? `${one.kept.method} ${one.kept.path}` : "Recording"}
      lead={<span className="mono">{id}</span>}
      above={<Way />}
      actions={
        one && (
          <>
            <Link className="button" href={`/traces/${id}`}>
              Trace
            </Link>
            <button type="button" className="button" onClick={() => save(one)}>
              Save as HAR
            </button>
          </>
        )
      }
    >
      {barred ? (
        <Barred why={barred} id={id} again={() => void query.refetch()} />
      ) : (
        <Loaded query={query} rows={6}>
          {(found) => <Parts of={found.kept} held={heldIn(found)} />}
        </Loaded>
      )}
      {one && (
        <div className="next">
          <Command text={commands.saveRecording(id)} label="Save as HAR on the command line" />
        </div>
      )}
    </Page>
  );
}

function Way() {
  return (
    <p className="way">
      <Link href="/recordings">Recordings</Link>
      <span aria-hidden="true"> / </span>
    </p>
  );
}

/** Any tool that reads HAR shows it; `stagedoor replay` reads it back. */
function save({ kept, har }: Recording): void {
  const address = URL.createObjectURL(new Blob([JSON.stringify(har, null, 2)], { type: "application/json" }));
  const link = Object.assign(document.createElement("a"), { href: address, download: `${kept.id}.har` });
  link.click();
  setTimeout(() => URL.revokeObjectURL(address), 1000);
}

function Parts({ of, held }: { of: Kept; held: Held }) {
  const { whole, calls } = held;
  return (
    <>
      <Summary of={of} />
      <Troubles held={held} />
      <RunAgain of={of} calls={calls} lacking={held.lacking} />
      <div className="request-pair">
        <Section title="Request">
          <div className="card">
            <p className="mono message-first">
              <strong>{whole.request.method}</strong> {whole._stagedoor.target}
            </p>
            <Headers of={whole.request} name="the request" />
            <Body of={whole.request.postData} name="the request" />
          </div>
        </Section>
        <Section title="Answer">
          <div className="card">
            <p className="message-first">
              <StatusTag status={whole.response.status} />
            </p>
            <Headers of={whole.response} name="the answer" />
            <Body of={whole.response.content} name="the answer" />
          </div>
        </Section>
      </div>
      <RecordingCalls calls={calls} took={whole._stagedoor.took} />
      <Readings of={held} />
    </>
  );
}

function Summary({ of }: { of: Kept }) {
  return (
    <dl className="facts-grid card above trace-facts">
      <Fact name="Status">
        <StatusTag status={of.status} />
      </Fact>
      <Fact name="Took">{micros(of.duration * 1e6)}</Fact>
      <Fact name="Endpoint">
        <span className="mono">{of.endpoint}</span>
      </Fact>
      <Fact name="Application">
        <Link href={`/applications/${of.application}`}>{of.application}</Link> <Stack name={of.stack} />
      </Fact>
      <Fact name="Version">
        <span className="mono">{of.version}</span>
      </Fact>
      <Fact name="Instance">
        <Link className="mono" href={`/instances/${of.instance}`}>
          {of.instance}
        </Link>
      </Fact>
      <Fact name="Device">{of.device || "not said"}</Fact>
      <Fact name="When">{moment(of.at)}</Fact>
      <Fact name="Kept because">{keptFor(of.reason)}</Fact>
      <Fact name="Kept until">
        <Time at={of.until} ahead />
      </Fact>
      <Fact name="Size">{bytes(of.size)}</Fact>
    </dl>
  );
}

/** Why it cannot be run again, or may come to something else. */
function Troubles({ held: { lacking, causes } }: { held: Held }) {
  if (!lacking.length && !causes.length) return null;
  return (
    <div className="warnings">
      {lacking.length > 0 && (
        <p className="warning">
          <span className="dot" aria-hidden="true" />
          <span>It is not replayable: {lacking.join("; ")}.</span>
        </p>
      )}
      {causes.length > 0 && (
        <p className="warning warning-calm">
          <span className="dot" aria-hidden="true" />
          <span>A replay may come to something else: {causes.join("; ")}.</span>
        </p>
      )}
    </div>
  );
}

const KINDS: { [kind: string]: string } = {
  urandom: "chance of the system",
  random: "numbers of chance",
  bits: "bits of chance",
  large_bits: "many bits of chance",
  node: "the machine's address",
};

function Readings({ of: { readings, births } }: { of: Held }) {
  const all = Object.entries(readings);
  return (
    <Section
      title="Clock and chance"
      actions={
        <span>
          {count(
            all.reduce((sum, [, number]) => sum + number, 0),
            "reading",
          )}
          ; a replay gets the same
        </span>
      }
    >
      {all.length ? (
        <dl className="facts-grid card readings">
          {all.map(([kind, number]) => (
            <Fact key={kind} name={KINDS[kind] ?? "clock"}>
              {number.toLocaleString("en")} <span className="mono faint">{kind}</span>
            </Fact>
          ))}
        </dl>
      ) : (
        <p className="faint">It asked neither the clock nor chance.</p>
      )}
      {births > 0 && <p className="faint note">Its instance made {count(births, "call")} before its first request; a replay gets those answers too.</p>}
    </Section>
  );
}

/** Whether all activities are there as they were written: their chain of hashes, read from its first to its last. */
import { useQuery } from "@tanstack/react-query";
import { type FormEvent, useState } from "react";
import type { Schemas } from "../api/client";
import { verifyActivities } from "../api/commands";
import { verification } from "../api/queries";
import { Command, Copy } from "../parts/command";
import { Field } from "../parts/field";
import { count, moment } from "../parts/format";
import { Loaded } from "../parts/loaded";
import { State } from "../parts/state";
import { Time } from "../parts/time";

type Told = Schemas.Verification;

const HASH = /^[0-9a-f]{64}$/;

export function Whole() {
  const [noted, setNoted] = useState("");
  const [head, setHead] = useState("");
  const query = useQuery(verification(head));
  return (
    <section className="card whole-chain above" aria-label="Whether it is whole">
      <Loaded query={query} rows={1}>
        {(found) => (
          <>
            {found.problem ? <Broken of={found} /> : <Fits of={found} head={head} />}
            <p className="faint">
              Read <Time at={query.dataUpdatedAt / 1000} />.{" "}
              <button type="button" className="button again" disabled={query.isFetching} onClick={() => void query.refetch()}>
                {query.isFetching ? "Reading …" : "Read again"}
              </button>
            </p>
          </>
        )}
      </Loaded>
      <details>
        <summary>Compare with a hash that was noted earlier</summary>
        <form
          className="look-form"
          onSubmit={(event: FormEvent) => {
            event.preventDefault();
            setHead(noted);
          }}
        >
          <Field label="A noted hash" hint="A log that was cut at its end, or written anew, does not have it any more">
            {(ids) => (
              <input
                {...ids}
                className="input mono"
                value={noted}
                onChange={(event) => setNoted(event.target.value.trim())}
                autoComplete="off"
                spellCheck={false}
                placeholder="64 digits and letters"
              />
            )}
          </Field>
          <button type="submit" className="button" disabled={noted !== "" && !HASH.test(noted)}>
            Compare
          </button>
          <Command text={verifyActivities(HASH.test(noted) ? noted : "")} />
        </form>
      </details>
    </section>
  );
}

function extent({ verified, first_at, last_at }: Told): string {
  const all = count(verified, "activity", "activities");
  return verified ? `${all} from ${moment(first_at)} to ${moment(last_at)}` : all;
}

function Fits({ of, head }: { of: Told; head: string }) {
  return (
    <>
      <State word="fits" tone="good">
        <strong>All of it is as it was written</strong>
      </State>
      <p>
        {extent(of)} fit{of.verified === 1 && "s"}
        {head && "; the hash that was noted is one of them"}.
      </p>
      {of.verified > 0 && (
        <p className="chain-head">
          <span>The last one's hash, to be kept elsewhere:</span> <code>{of.head.slice(0, 16)}…</code>
          <Copy text={of.head} what="hash" />
        </p>
      )}
    </>
  );
}

function Broken({ of }: { of: Told }) {
  return (
    <div className="problem" role="alert">
      <p className="problem-what">It is not as it was written: {of.problem}.</p>
      <p className="problem-hint">
        {extent(of)} {of.broken ? "before that fit" : "fit each other"}. A backup of before, or an export kept elsewhere, says what stood there.
      </p>
    </div>
  );
}

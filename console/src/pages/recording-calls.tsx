/** The calls of a recording in time, each a button; what one of them asked and got stands beside the list. */
import { useEffect, useId, useRef } from "react";
import { type Call, nameOf } from "../api/recordings";
import { useParameter } from "../parts/choice";
import { Fact } from "../parts/fact";
import { count, micros } from "../parts/format";
import { Body, Headers } from "../parts/message";
import { Section } from "../parts/page";
import { StatusTag } from "../parts/status-tag";
import { Empty } from "../parts/trouble";

export function RecordingCalls({ calls, took }: { calls: Call[]; took: number }) {
  const [said, choose] = useParameter("call");
  const id = useId();
  const number = Number(said);
  const chosen = calls[number - 1];
  return (
    <Section
      title="Calls"
      actions={
        <span>
          {count(calls.length, "call")}
          {calls.length > 0 && "; a click shows what was asked and answered"}
        </span>
      }
    >
      {calls.length ? (
        <div className="tape">
          <List calls={calls} took={took} chosen={chosen ? number : 0} choose={choose} id={id} />
          {chosen && <One key={number} call={chosen} number={number} id={id} />}
        </div>
      ) : (
        <Empty title="It called no service" />
      )}
    </Section>
  );
}

type ListProps = { calls: Call[]; took: number; chosen: number; choose: (number: string) => void; id: string };

function List({ calls, took, chosen, choose, id }: ListProps) {
  const whole = Math.max(1, took, ...calls.map((one) => one._stagedoor.ended));
  const share = (at: number) => `${(at / whole) * 100}%`;
  return (
    <div className="spans-frame card">
      <p className="spans-scale faint" aria-hidden="true">
        <span>0 ms</span>
        <span>{micros(whole / 2)}</span>
        <span>{micros(whole)}</span>
      </p>
      <ol className="spans tape-calls" aria-label="Calls">
        {calls.map((call, at) => {
          const { at: began, ended } = call._stagedoor;
          const until = ended < 0 ? whole : Math.max(began, ended);
          return (
            <li key={at}>
              <button
                type="button"
                className="span-row"
                aria-expanded={chosen === at + 1}
                aria-controls={chosen === at + 1 ? id : undefined}
                onClick={() => choose(chosen === at + 1 ? "" : String(at + 1))}
              >
                <span className="span-name">
                  <span className="faint">{at + 1}</span> <strong>{call._stagedoor.service}</strong>{" "}
                  <span className="mono">
                    {call.request.method} {call._stagedoor.target}
                  </span>
                </span>
                <span className="span-track" aria-hidden="true">
                  <span className={barOf(call)} style={{ left: share(began), width: `max(2px, ${share(until - began)})` }} />
                </span>
                <span className="span-took number">
                  <span className={isWrong(call) ? "wrong" : "faint"}>{sayStatus(call)}</span> {sayTook(call)}
                </span>
              </button>
            </li>
          );
        })}
      </ol>
      {calls.some((one) => one._stagedoor.instant) && (
        <p className="spans-legend faint">
          <span className="span-bar-sample span-other" aria-hidden="true" /> Used again: another call had brought the answer before.
        </p>
      )}
    </div>
  );
}

function isWrong({ _stagedoor: { status, error } }: Call): boolean {
  return error !== "" || status < 0 || status >= 500;
}

function barOf(call: Call): string {
  if (isWrong(call)) return "span-bar span-failed";
  return call._stagedoor.instant ? "span-bar span-other" : "span-bar";
}

function sayStatus({ _stagedoor: { status, error, ended } }: Call): string {
  if (ended < 0) return "not waited for";
  if (error) return "failed";
  return status < 0 ? "too late" : String(status);
}

function sayTook({ _stagedoor: { at, ended, instant } }: Call): string {
  if (instant) return "used again";
  if (ended < 0) return "";
  return ended > at ? micros(ended - at) : "0 ms";
}

function One({ call, number, id }: { call: Call; number: number; id: string }) {
  const place = useRef<HTMLElement>(null);
  const { at, ended, status, error, instant } = call._stagedoor;
  // On a narrow screen it is below the list.
  useEffect(() => void place.current?.scrollIntoView({ block: "nearest" }), []);
  return (
    <section className="card tape-call" id={id} ref={place} aria-label={`Call ${number}`}>
      <h3 className="mono">
        {number} {nameOf(call)}
      </h3>
      <dl className="facts-grid">
        <Fact name="Began after">{at > 0 ? micros(at) : "0 ms"}</Fact>
        <Fact name="Answered after">{ended < 0 ? "nobody waited" : ended > 0 ? micros(ended) : "0 ms"}</Fact>
        {instant && <Fact name="Answer">used again</Fact>}
      </dl>
      <h4>Asked</h4>
      <Headers of={call.request} name={`call ${number}`} />
      <Body of={call.request.postData} name={`call ${number}`} />
      <h4>Answered {!error && status > 0 && <StatusTag status={status} />}</h4>
      {error || status < 0 ? (
        <p className="wrong">{error || "Its time was over."}</p>
      ) : (
        <>
          <Headers of={call.response} name={`the answer to call ${number}`} />
          <Body of={call.response.content} name={`the answer to call ${number}`} />
        </>
      )}
    </section>
  );
}

/** How often each rule would have fired, from the minutes that are stored. */
import { useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { backtest, ruleName, type Backtest as Told } from "../api/alerts";
import { testAlerts } from "../api/commands";
import { applications } from "../api/queries";
import { FiringList } from "../parts/alerts";
import { DaysField } from "../parts/days-field";
import { Fact } from "../parts/fact";
import { Field } from "../parts/field";
import { count, moment, span } from "../parts/format";
import { Look } from "../parts/look";
import { Section } from "../parts/page";
import { Empty } from "../parts/trouble";

const DAYS = [1, 7, 14, 30];
const DAY = 86_400;

export function Backtest({ application: first }: { application: string }) {
  const known = useQuery(applications()).data ?? [];
  const [application, setApplication] = useState(first);
  const [days, setDays] = useState(7);
  return (
    <Section title="How often would it have fired?">
      <div className="look">
        <p className="faint">
          The rules as they are, held against the minutes that are stored. Crash loops, memory, breakers and certificates are not stored by the minute, so they
          are not in it; a saved query has a test of its own, <code>stagedoor saved test</code>.
        </p>
        <Look
          button="Look"
          busy="Looking …"
          anybody
          command={testAlerts(application, days)}
          ask={(signal) => backtest(application, days, signal)}
          fields={
            <>
              <Field label="Application">
                {(ids) => (
                  <select {...ids} className="input" value={application} onChange={(event) => setApplication(event.target.value)}>
                    <option value="">all applications</option>
                    {known.map((one) => (
                      <option key={one.name}>{one.name}</option>
                    ))}
                  </select>
                )}
              </Field>
              <DaysField options={DAYS} value={days} set={setDays} />
            </>
          }
        >
          {(found) => <Found of={found} />}
        </Look>
      </div>
    </Section>
  );
}

function Found({ of }: { of: Told }) {
  if (!of.minutes) {
    return (
      <Empty title="Nothing of this time is stored">
        A minute is stored once requests came in it. With some hours of traffic this says something, with a week it says much.
      </Empty>
    );
  }
  return (
    <>
      <p role="status">
        Looked at {count(of.minutes, "minute")} of {count(of.endpoints, "endpoint")}, from {moment(of.since)} to {moment(of.until)}.
      </p>
      <Few of={of} />
      {of.left_out > 0 && <p className="warning">{count(of.left_out, "quieter endpoint")} had to be left out, for time.</p>}
      <dl className="facts-grid card">
        {Object.entries(of.by_rule).map(([rule, times]) => (
          <Fact key={rule} name={ruleName(rule)}>
            {times ? <strong>{count(times, "time")}</strong> : "never"}
          </Fact>
        ))}
      </dl>
      <FiringList all={of.firings} />
    </>
  );
}

/** Nothing found in little is no comfort: how much there was is said. */
function Few({ of: { minutes, endpoints, since, until } }: { of: Told }) {
  const [each, wanted] = [(minutes / Math.max(1, endpoints)) * 60, until - since];
  if (each >= wanted / 2) return null;
  return (
    <p className="warning">
      Only {span(each)} of {span(Math.max(wanted, DAY))} are stored for each endpoint, on average: minutes without a request are none. So it says little of the
      whole time.
    </p>
  );
}

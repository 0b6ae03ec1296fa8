/** One experiment: who is in which cell, until when, and how each cell compares with the first. */
import { type ReactNode, useState } from "react";
import * as commands from "../api/commands";
import { type Experiment, end, lineOf } from "../api/experiments";
import { useSession } from "../api/session";
import { Act } from "../parts/act";
import { Cells } from "../parts/cells";
import { Command } from "../parts/command";
import { moment } from "../parts/format";
import { Stack, State } from "../parts/state";
import { Time } from "../parts/time";
import { Comparisons } from "./experiment-comparison";

export function UnderWay({ of }: { of: Experiment }) {
  const isViewer = useSession().role === "viewer";
  const [ends, setEnds] = useState(false);
  return (
    <li className="card experiment" data-name={of.name}>
      <header className="experiment-head">
        <div>
          <h3>
            {of.name} <State word={of.state} tone={of.state === "running" ? "good" : "busy"} />
          </h3>
          <Facts of={of}>
            <span title={moment(of.ends_at)}>
              ends <Time at={of.ends_at} ahead />
            </span>
          </Facts>
        </div>
        {!isViewer && (
          <button type="button" className="button" onClick={() => setEnds(true)} aria-label={`End ${of.name}`}>
            End
          </button>
        )}
      </header>
      <Cells of={of} />
      {of.state === "preparing" ? <p className="faint">Its cells are made ready. Then all members come in at once.</p> : <Comparisons of={of} />}
      <Command text={commands.showExperiment(of.name)} />
      {ends && <End of={of} onClose={() => setEnds(false)} />}
    </li>
  );
}

function Facts({ of, children }: { of: Experiment; children: ReactNode }) {
  return (
    <p className="facts faint">
      <span>
        line <span className="mono">^{of.major}</span> in <Stack name={of.stack} />
      </span>
      <span>by {of.by}</span>
      <span>
        began <Time at={of.began_at} />
      </span>
      {children}
    </p>
  );
}

export function Ended({ of }: { of: Experiment }) {
  const isCompared = Object.keys(of.judgements).length > 0;
  return (
    <li className="card experiment" data-name={of.name}>
      <header className="experiment-head">
        <div>
          <h3>
            {of.name} <State word="ended" />
          </h3>
          <Facts of={of}>
            <span>
              ended <Time at={of.ended_at} />
              {of.reason && `: ${of.reason}`}
            </span>
          </Facts>
        </div>
      </header>
      <Cells of={of} />
      {isCompared && (
        <details>
          <summary>How its cells compared</summary>
          <Comparisons of={of} />
        </details>
      )}
    </li>
  );
}

function End({ of, onClose }: { of: Experiment; onClose: () => void }) {
  return (
    <Act
      title={`End ${of.name}`}
      command={commands.endExperiment(of.name)}
      button="End it"
      danger
      done={`${of.name} has ended`}
      onClose={onClose}
      run={async () => {
        await end(of.name);
        return [];
      }}
    >
      <p>Its members see what {lineOf(of)} runs again, at once. It cannot go on afterwards, and its name is not given again.</p>
    </Act>
  );
}

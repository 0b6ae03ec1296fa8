/** Experiments of an application: those under way with what the comparison says, and those that ended. */
import { useQuery } from "@tanstack/react-query";
import { useState } from "react";
import * as commands from "../api/commands";
import { experiments } from "../api/experiments";
import { mayChange, useSession } from "../api/session";
import { Command } from "../parts/command";
import { Loaded } from "../parts/loaded";
import { Section } from "../parts/page";
import { Empty } from "../parts/trouble";
import type { ApplicationView } from "./application";
import { Ended, UnderWay } from "./experiment-cards";
import { StartExperiment } from "./experiment-start";

export default function Experiments({ application }: { application: ApplicationView }) {
  const { name, team } = application;
  const session = useSession();
  const query = useQuery(experiments(name));
  const [starts, setStarts] = useState(false);
  const start = mayChange(session, team) && application.lines.length > 0 && (
    <button type="button" className="button" onClick={() => setStarts(true)}>
      Start an experiment
    </button>
  );
  return (
    <>
      <Loaded query={query} rows={4}>
        {(all) => {
          const going = all.filter((one) => one.state !== "ended");
          const ended = all.filter((one) => one.state === "ended");
          return (
            <>
              <Section title="Under way" actions={start}>
                {going.length ? (
                  <ul className="experiments" aria-label="Experiments under way">
                    {going.map((one) => (
                      <UnderWay key={one.id} of={one} />
                    ))}
                  </ul>
                ) : (
                  <None of={name} />
                )}
              </Section>
              {ended.length > 0 && (
                <Section title="Ended">
                  <ul className="experiments" aria-label="Ended experiments">
                    {ended.map((one) => (
                      <Ended key={one.id} of={one} />
                    ))}
                  </ul>
                </Section>
              )}
              {all.length > 0 && (
                <div className="next">
                  <Command text={commands.listExperiments(name)} />
                </div>
              )}
            </>
          );
        }}
      </Loaded>
      {starts && <StartExperiment application={application} onClose={() => setStarts(false)} />}
    </>
  );
}

const EXAMPLE = [
  { name: "usual", version: "", share: "10" },
  { name: "big", version: "VERSION", share: "10" },
];

function None({ of }: { of: string }) {
  return (
    <Empty title={`No experiment of ${of} is under way`} command={commands.startExperiment("big-rows", EXAMPLE, "14", of, "prod", -1)}>
      An experiment shows one version to some members and another to others, each the same one until its last day, and compares how they fare. Everybody else
      sees what the line runs.
    </Empty>
  );
}

/** What the next version goes through, stage by stage and why; and the address from outside that starts it. */
import { useQuery } from "@tanstack/react-query";
import { useState } from "react";
import * as commands from "../api/commands";
import { explained } from "../api/pipelines";
import { useSession } from "../api/session";
import { Choice, useParameter } from "../parts/choice";
import { Command } from "../parts/command";
import { Loaded } from "../parts/loaded";
import { Section } from "../parts/page";
import { Tag } from "../parts/state";
import { withCode } from "../parts/trouble";
import { MakeHook, RemoveHook } from "./pipeline-actions";

const STACKS = [
  { value: "", text: "to prod" },
  { value: "test", text: "to test" },
];

export function Ahead({ of }: { of: string }) {
  const [said] = useParameter("way");
  const stack = said === "test" ? "test" : "prod";
  const query = useQuery(explained(of, stack));
  return (
    <Section title="What the next version goes through" actions={<Choice label="On its way" name="way" options={STACKS} />}>
      <Loaded query={query} rows={3}>
        {(told) => (
          <div className="card ahead">
            <ol className="ahead-stages" aria-label={`Stages to ${stack}`}>
              {told.stages.map((one) => (
                <li key={one.name}>
                  <h3>
                    {one.name} {one.waits && <Tag tone="accent">waits</Tag>}
                  </h3>
                  <p>{withCode(one.does)}</p>
                  <p className="faint">{one.why}</p>
                </li>
              ))}
            </ol>
            <div className="ahead-foot">
              <p className="faint">
                As <code>[pipeline]</code> and <code>[strategy]</code> in the <code>stagedoor.toml</code> of {told.version} say; a version carries its own.
              </p>
              <Hook of={of} />
            </div>
            <Command text={commands.explainPipeline(of, stack)} />
          </div>
        )}
      </Loaded>
    </Section>
  );
}

/** Nobody can say whether there is one: its secret is kept as a hash. */
function Hook({ of }: { of: string }) {
  const isViewer = useSession().role === "viewer";
  const [wish, setWish] = useState<"make" | "remove" | null>(null);
  const close = () => setWish(null);
  if (isViewer) return null;
  return (
    <>
      <span className="row-actions">
        <button type="button" className="button" onClick={() => setWish("make")}>
          Make a hook
        </button>
        <button type="button" className="button quiet danger-text" onClick={() => setWish("remove")}>
          Remove the hook
        </button>
      </span>
      {wish === "make" && <MakeHook of={of} onClose={close} />}
      {wish === "remove" && <RemoveHook of={of} onClose={close} />}
    </>
  );
}

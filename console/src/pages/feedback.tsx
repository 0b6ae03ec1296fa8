/** Telling the operators something; operators read it here. */
import { useMutation, useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { ask, control } from "../api/client";
import { feedback, queries } from "../api/queries";
import { useSession } from "../api/session";
import { Field } from "../parts/field";
import { Loaded } from "../parts/loaded";
import { cameFrom, Page, Section } from "../parts/page";
import { Time } from "../parts/time";
import { toast } from "../parts/toasts";
import { Empty, Problem } from "../parts/trouble";

export default function Feedback() {
  const { role } = useSession();
  return (
    <Page title="Feedback" lead="What is missing, in the way, or good: it goes to the operators of this platform.">
      <Give />
      {role === "operator" && (
        <Section title="What people said">
          <Said />
        </Section>
      )}
    </Page>
  );
}

function Give() {
  const [text, setText] = useState("");
  const giving = useMutation({
    mutationFn: () => ask(control.giveFeedback({ body: { text, page: cameFrom() } })),
    onSuccess: () => {
      setText("");
      toast("Thank you: the operators have it");
      void queries.invalidateQueries({ queryKey: ["feedback"] });
    },
  });
  return (
    <form
      className="card form"
      onSubmit={(event) => {
        event.preventDefault();
        giving.mutate();
      }}
    >
      <Field label="Your feedback" hint="What you expected, and what happened">
        {(ids) => <textarea {...ids} className="input" required value={text} onChange={(event) => setText(event.target.value)} />}
      </Field>
      {giving.error && <Problem error={giving.error} />}
      <div>
        <button type="submit" className="button primary" disabled={!text.trim() || giving.isPending}>
          Send
        </button>
      </div>
    </form>
  );
}

function Said() {
  const query = useQuery(feedback());
  return (
    <Loaded query={query}>
      {(all) =>
        all.length ? (
          <ol className="timeline">
            {all.map((one) => (
              <li key={one.id}>
                <span className="timeline-dot" aria-hidden="true" />
                <p>
                  <strong>{one.by}</strong> {one.text}
                </p>
                <span className="faint timeline-when">
                  {one.page && <span className="mono">{one.page} </span>}
                  <Time at={one.at} />
                </span>
              </li>
            ))}
          </ol>
        ) : (
          <Empty title="Nobody said anything yet" />
        )
      }
    </Loaded>
  );
}

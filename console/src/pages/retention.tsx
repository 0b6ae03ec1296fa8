/** What is old enough to be forgotten, and why. */
import { useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { ask, control, type Schemas } from "../api/client";
import { queries, retention } from "../api/queries";
import { Act } from "../parts/act";
import { count } from "../parts/format";
import { Loaded } from "../parts/loaded";
import { Section } from "../parts/page";
import { type Column, Table } from "../parts/table";
import { Empty } from "../parts/trouble";

type Forgotten = Pick<Schemas.Forgotten, "what" | "reason">;

const COLUMNS: Column<Forgotten>[] = [
  { name: "What", kind: "main", cell: (one) => one.what },
  { name: "Why", cell: (one) => one.reason },
];

export function Retention() {
  const query = useQuery(retention());
  const [asked, setAsked] = useState(false);
  const all = query.data ?? [];
  return (
    <Section
      title="Retention"
      actions={
        all.length > 0 && (
          <button type="button" className="button" onClick={() => setAsked(true)}>
            Forget now
          </button>
        )
      }
    >
      <Loaded query={query} rows={1}>
        {() =>
          all.length ? (
            <Table label="Retention" rows={all} id={(one) => one.what} columns={COLUMNS} />
          ) : (
            <Empty title="Nothing is old enough to go">The platform looks every hour, by the rule in its settings.</Empty>
          )
        }
      </Loaded>
      {asked && <Forget all={all} onClose={() => setAsked(false)} />}
    </Section>
  );
}

function Forget({ all, onClose }: { all: Forgotten[]; onClose: () => void }) {
  return (
    <Act
      title="Forget what is old"
      command="stagedoor retention --apply"
      button="Forget"
      danger
      done="What was old is forgotten"
      onClose={onClose}
      run={async () => {
        await ask(control.applyRetention());
        await queries.invalidateQueries();
        return [];
      }}
    >
      <p>{count(all.length, "thing")} will be gone for good. The platform does so by itself every hour.</p>
    </Act>
  );
}

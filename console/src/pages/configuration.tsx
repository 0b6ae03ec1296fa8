/** Configuration and secrets of an application in a stack; every change is a release that can be rolled back. */
import { useQuery } from "@tanstack/react-query";
import { useState } from "react";
import type { Schemas } from "../api/client";
import { values } from "../api/queries";
import { Choice, useParameter } from "../parts/choice";
import { Loaded } from "../parts/loaded";
import { Section } from "../parts/page";
import { type Column, Table } from "../parts/table";
import { Time } from "../parts/time";
import { Empty } from "../parts/trouble";
import type { ApplicationView } from "./application";
import { RemoveValue, SetSecret, SetValue } from "./value-actions";

type Value = Schemas.ValueView;
type Wish = { act: "set" | "remove"; secret: boolean; one: Value | null };

export default function Configuration({ application }: { application: ApplicationView }) {
  const [chosen] = useParameter("in");
  const stack = chosen || "test";
  const query = useQuery(values(application.name, stack));
  const [wish, setWish] = useState<Wish | null>(null);
  const target = { application: application.name, stack, onClose: () => setWish(null) };
  return (
    <>
      <div className="filters above">
        <Choice
          label="Stack"
          name="in"
          options={[
            { value: "", text: "test" },
            { value: "prod", text: "prod" },
          ]}
        />
        <p className="faint">What is set here goes before what the manifest says.</p>
      </div>
      {[false, true].map((secret) => (
        <Section
          key={String(secret)}
          title={secret ? "Secrets" : "Values"}
          actions={
            <button type="button" className="button" onClick={() => setWish({ act: "set", secret, one: null })}>
              {secret ? "Set a secret" : "Set a value"}
            </button>
          }
        >
          <Loaded query={query} rows={2}>
            {(all) => <Values all={all.filter((one) => one.secret === secret)} secret={secret} choose={(act, one) => setWish({ act, secret, one })} />}
          </Loaded>
        </Section>
      ))}
      {wish?.act === "set" && !wish.secret && <SetValue {...target} known={wish.one} />}
      {wish?.act === "set" && wish.secret && <SetSecret {...target} known={wish.one} />}
      {wish?.act === "remove" && wish.one && <RemoveValue {...target} one={wish.one} />}
    </>
  );
}

type Props = { all: Value[]; secret: boolean; choose: (act: "set" | "remove", one: Value) => void };

function Values({ all, secret, choose }: Props) {
  if (!all.length) {
    return secret ? (
      <Empty title="No secret is set">
        The script reads <code>secrets["NAME"]</code>. A secret is sealed, belongs to the release it came with, and is never shown again.
      </Empty>
    ) : (
      <Empty title="No value is set">
        The script reads <code>config["NAME"]</code>: from here, else from <code>[config]</code> of its manifest.
      </Empty>
    );
  }
  return <Table label={secret ? "Secrets" : "Values"} rows={all} id={(one) => one.name} columns={columns(secret, choose)} />;
}

function columns(secret: boolean, choose: Props["choose"]): Column<Value>[] {
  return [
    { name: "Name", kind: "main", cell: (one) => <strong className="mono">{one.name}</strong> },
    {
      name: "Value",
      cell: (one) => (secret ? <span className="faint">sealed</span> : <code className="value">{JSON.stringify(one.value)}</code>),
    },
    { name: "Number", kind: "number", cell: (one) => one.number },
    { name: "Set by", cell: (one) => one.set_by },
    { name: "When", cell: (one) => <Time at={one.set_at} /> },
    {
      name: "Actions",
      kind: "actions",
      cell: (one) => (
        <span className="row-actions">
          <button type="button" className="button quiet" onClick={() => choose("set", one)} aria-label={`${secret ? "Rotate" : "Change"} ${one.name}`}>
            {secret ? "Rotate" : "Change"}
          </button>
          <button type="button" className="button quiet danger-text" onClick={() => choose("remove", one)} aria-label={`Remove ${one.name}`}>
            Remove
          </button>
        </span>
      ),
    },
  ];
}

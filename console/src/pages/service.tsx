/** One service: how it fares, what of it is called by whom, what is refused and why, and what its owner allows. */
import { keepPreviousData, useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { Link } from "wouter";
import { Failure, type Schemas } from "../api/client";
import * as commands from "../api/commands";
import { service } from "../api/queries";
import { Errors, Refused, ServiceState } from "../parts/call-figures";
import { Choice, useParameter } from "../parts/choice";
import { Command } from "../parts/command";
import { latency, rate } from "../parts/format";
import { Loaded } from "../parts/loaded";
import { Page, Section } from "../parts/page";
import { Stack, State } from "../parts/state";
import { type Column, Table } from "../parts/table";
import { toml } from "../parts/toml";
import { Empty, Problem } from "../parts/trouble";
import { FaultTable } from "./fault-table";
import { AddFault, EndFault, SwitchOff, SwitchOn } from "./method-actions";
import { type Act, MethodTable } from "./method-table";
import { RemoveService, SaveService } from "./service-actions";
import { ServiceFigures } from "./service-figures";

export type Detail = Omit<Schemas.ServiceDetail, "series" | "limits"> & { series: number[][]; limits: { [method: string]: number[][] } };
type Wish = { act: Act; method: string } | { act: "end"; fault: Schemas.Fault } | { act: "change" | "remove" };

const EVERY = 2000;
const WINDOWS = [
  { value: "", text: "Minute" },
  { value: "600", text: "10 minutes" },
  { value: "3600", text: "Hour" },
];

export default function Service({ name }: { name: string }) {
  const [seconds] = useParameter("seconds");
  const [wish, setWish] = useState<Wish | null>(null);
  const query = useQuery({
    ...service(name, Number(seconds) || 60),
    refetchInterval: EVERY,
    placeholderData: keepPreviousData,
    // Nothing is asked of what is gone, or about to go.
    enabled: (one) => !isGone(one.state.error) && wish?.act !== "remove",
  });
  return (
    <Page
      title={`Service ${name}`}
      heading={name}
      lead={query.data && <Facts all={query.data} />}
      above={<Way />}
      actions={
        query.data && (
          <>
            <Link className="button" href={`/services/${name}/charts`}>
              Charts
            </Link>
            <button type="button" className="button" onClick={() => setWish({ act: "change" })}>
              Change
            </button>
            <button type="button" className="button quiet danger-text" onClick={() => setWish({ act: "remove" })}>
              Remove
            </button>
          </>
        )
      }
    >
      {isGone(query.error) ? (
        <Problem error={query.error!} />
      ) : (
        <Loaded query={query} rows={6}>
          {(all) => <Parts all={all} act={setWish} />}
        </Loaded>
      )}
      {wish && query.data && <Wished wish={wish} of={query.data.service} onClose={() => setWish(null)} />}
    </Page>
  );
}

function isGone(error: Error | null): boolean {
  return error instanceof Failure && error.status === 404;
}

function Wished({ wish, of, onClose }: { wish: Wish; of: Schemas.ServiceView; onClose: () => void }) {
  switch (wish.act) {
    case "off":
      return <SwitchOff service={of.name} method={wish.method} onClose={onClose} />;
    case "on":
      return <SwitchOn service={of.name} method={wish.method} onClose={onClose} />;
    case "fail":
      return <AddFault service={of.name} method={wish.method} onClose={onClose} />;
    case "end":
      return <EndFault service={of.name} fault={wish.fault} onClose={onClose} />;
    case "change":
      return <SaveService known={of} onClose={onClose} />;
    case "remove":
      return <RemoveService name={of.name} onClose={onClose} />;
  }
}

function Way() {
  return (
    <p className="way">
      <Link href="/services">Services</Link>
      <span aria-hidden="true"> / </span>
    </p>
  );
}

function Facts({ all: { service: one, endpoints, credential_field: field } }: { all: Detail }) {
  return (
    <span className="facts">
      <ServiceState of={one} down={endpoints.filter((each) => each.state === "down").length} />
      <span>
        Owner <strong>{one.team || "none"}</strong>
      </span>
      {field && (
        <span>
          Credential in <strong className="mono">{field}</strong>
        </span>
      )}
    </span>
  );
}

function Parts({ all, act }: { all: Detail; act: (wish: Wish) => void }) {
  const { service: one, endpoints, methods, callers, faults, policies, limits } = all;
  return (
    <>
      <Section title="Figures" actions={<Choice label="Of the last" name="seconds" options={WINDOWS} />}>
        <ServiceFigures all={all} />
      </Section>
      {faults.length > 0 && (
        <Section title="Faults">
          <FaultTable all={faults} end={(fault) => act({ act: "end", fault })} />
        </Section>
      )}
      <Section title="Methods">
        <MethodTable all={methods} limits={limits} faults={faults} act={(what, method) => act({ act: what, method })} />
        {!one.described && <p className="faint note">Without an OpenAPI document it has one method, for every path. “Change” takes its document.</p>}
      </Section>
      <Section title="Who calls it">
        {callers.length ? (
          <Table label="Callers" rows={callers} id={(each) => `${each.application} ${each.version} ${each.stack}`} columns={CALLERS} />
        ) : (
          <Empty title="Nobody called it of late">
            A script names it in its manifest, <code>services = ["{one.name}"]</code>, and calls it: <code>{inScript(one.name, methods)}</code>
          </Empty>
        )}
      </Section>
      <Section title="Endpoints">
        <Table label="Endpoints" rows={endpoints} id={(each) => each.address} columns={ENDPOINTS} />
      </Section>
      <Section title="Policies">
        {Object.keys(policies).length ? (
          <pre role="group" tabIndex={0} aria-label="Policies as a file">
            {toml(policies)}
          </pre>
        ) : (
          <p className="faint">None are set: the defaults hold.</p>
        )}
        <div className="next near">
          <Command text={commands.setPolicies(one.name)} />
        </div>
      </Section>
    </>
  );
}

/** As the `api` client has it: by name, or by key where the name is no identifier. */
function inScript(name: string, methods: Detail["methods"]): string {
  const of = /^[a-z_]\w*$/.test(name) ? `api.${name}` : `api["${name}"]`;
  const method = methods.find((one) => one.verb);
  return `await ${of}.${method ? `${method.name}(${method.parameters.some((one) => one.required) ? "…" : ""})` : 'get("/…")'}`;
}

const CALLERS: Column<Schemas.CallerView>[] = [
  {
    name: "Application",
    kind: "main",
    cell: (one) => (
      <>
        {/^[a-z0-9-]+$/.test(one.application) ? <Link href={`/applications/${one.application}/calls`}>{one.application}</Link> : one.application || "unknown"}
        <span className="mono">{one.version}</span>
      </>
    ),
  },
  { name: "Stack", cell: (one) => (one.stack ? <Stack name={one.stack} /> : <span className="faint">none</span>) },
  { name: "Calls/s", kind: "number", cell: (one) => rate(one.figures.rate ?? 0) },
  { name: "Errors", kind: "number", cell: (one) => <Errors of={one.figures} /> },
  { name: "Refused", kind: "number", cell: (one) => <Refused of={one.figures} /> },
  { name: "p99", kind: "number", cell: (one) => (one.figures.p99 ? latency(one.figures.p99) : <span className="faint">–</span>) },
];

const TONES = { up: "good", down: "bad" } as const;

const ENDPOINTS: Column<Schemas.EndpointView>[] = [
  { name: "Address", kind: "main", cell: (one) => <span className="mono">{one.address}</span> },
  { name: "State", cell: (one) => <State word={one.state} tone={TONES[one.state as keyof typeof TONES] ?? "off"} /> },
  { name: "Reason", cell: (one) => one.reason || <span className="faint">none</span> },
];

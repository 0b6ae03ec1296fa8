/** The catalogue of services that scripts may call: how each fares, and what is the matter with it. */
import { useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { Link } from "wouter";
import type { Schemas } from "../api/client";
import { services } from "../api/queries";
import { Errors, Latency, Refused, ServiceState } from "../parts/call-figures";
import { rate } from "../parts/format";
import { Loaded } from "../parts/loaded";
import { Page } from "../parts/page";
import { type Column, Table } from "../parts/table";
import { Empty } from "../parts/trouble";
import { SaveService } from "./service-actions";

type Service = Schemas.ServiceView;

const EVERY = 2000;

export default function Services() {
  const query = useQuery({ ...services(), refetchInterval: EVERY });
  const [adding, setAdding] = useState(false);
  return (
    <Page
      title="Services"
      lead="What scripts may call, with the figures of the last minute. A script names those it calls in its manifest; anything else is refused."
      actions={
        <button type="button" className="button" onClick={() => setAdding(true)}>
          Add a service
        </button>
      }
    >
      <Loaded query={query}>
        {(all) =>
          all.length ? (
            <Table label="Services" rows={all} id={(one) => one.name} columns={COLUMNS} />
          ) : (
            <Empty title="No service yet" command="stagedoor service add NAME --url http://host:port --openapi FILE">
              A service is an API of the company that scripts call by its name. With its OpenAPI document it has methods:{" "}
              <code>await api.discovery.rows(limit=3)</code>
            </Empty>
          )
        }
      </Loaded>
      {adding && <SaveService onClose={() => setAdding(false)} />}
    </Page>
  );
}

const COLUMNS: Column<Service>[] = [
  {
    name: "Service",
    kind: "main",
    cell: (one) => (
      <Link href={`/services/${one.name}`}>
        <strong>{one.name}</strong>
      </Link>
    ),
  },
  { name: "State", cell: (one) => <ServiceState of={one} /> },
  { name: "Team", cell: (one) => one.team || <span className="faint">none</span> },
  { name: "Address", cell: (one) => <Addresses urls={one.urls} /> },
  { name: "Methods", kind: "number", cell: (one) => (one.described ? one.methods : <span className="faint">not described</span>) },
  { name: "Calls/s", kind: "number", cell: (one) => rate(one.figures.rate ?? 0) },
  { name: "Errors", kind: "number", cell: (one) => <Errors of={one.figures} /> },
  { name: "Refused", kind: "number", cell: (one) => <Refused of={one.figures} /> },
  { name: "p50 / p99", kind: "number", cell: (one) => <Latency of={one.figures} /> },
];

function Addresses({ urls }: { urls: string[] }) {
  return (
    <span className="lines mono">
      {urls.map((one) => (
        <span key={one}>{one}</span>
      ))}
    </span>
  );
}

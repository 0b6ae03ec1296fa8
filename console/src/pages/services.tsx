/** The catalogue of services that scripts may call, and who says that it does. */
import { useQuery } from "@tanstack/react-query";
import type { Schemas } from "../api/client";
import { services } from "../api/queries";
import { Loaded } from "../parts/loaded";
import { Page } from "../parts/page";
import { type Column, Table } from "../parts/table";
import { Empty } from "../parts/trouble";

type Service = Schemas["Service"];

const COLUMNS: Column<Service>[] = [
  { name: "Service", kind: "main", cell: (one) => <strong>{one.name}</strong> },
  { name: "Address", cell: (one) => <span className="mono">{one.url}</span> },
  { name: "Reached at", cell: (one) => <span className="mono">{one.address || "–"}</span> },
  { name: "In a script", cell: (one) => <code>{inScript(one.name)}</code> },
];

/** As the `api` client has it: by name, or by key where the name is no identifier. */
function inScript(name: string): string {
  return /^[a-z_]\w*$/.test(name) ? `api.${name}.get(…)` : `api["${name}"].get(…)`;
}

export default function Services() {
  const query = useQuery(services());
  return (
    <Page title="Services" lead="What scripts may call. A script names those it calls in its manifest; anything else is refused.">
      <Loaded query={query}>
        {(all) =>
          all.length ? (
            <Table label="Services" rows={all} id={(one) => one.name} columns={COLUMNS} />
          ) : (
            <Empty title="No service yet">
              An operator registers one through the API: <code>PUT /v1/services/NAME</code> with its address. Scripts then call it by its name.
            </Empty>
          )
        }
      </Loaded>
    </Page>
  );
}

/** Who still uses what: before a version, an endpoint or a line goes. */
import { keepPreviousData, useQuery } from "@tanstack/react-query";
import { Failure, type Schemas } from "../api/client";
import * as commands from "../api/commands";
import type { Hint } from "../api/fields";
import { usage } from "../api/telemetry";
import { useParameter } from "../parts/choice";
import { Command } from "../parts/command";
import { FilterField } from "../parts/filter-field";
import { percent } from "../parts/format";
import { Loaded } from "../parts/loaded";
import { Page } from "../parts/page";
import { SpanChoice, useSince, useSpan } from "../parts/span-choice";
import { type Column, Table } from "../parts/table";
import { Time } from "../parts/time";
import { Empty } from "../parts/trouble";

type UsedBy = Schemas.UsedBy;

const FIELDS: { [name: string]: string } = {
  application: "Application",
  team: "Team",
  line: "Line",
  version: "Version",
  device_type: "Kind of device",
  endpoint: "Endpoint",
};
const EXAMPLES: Hint[] = [
  { text: 'application == "tv-home"', about: "of one application" },
  { text: 'endpoint == "GET /film/{id}"', about: "of one endpoint" },
  { text: 'stack == "prod"', about: "of one stack" },
];

export default function Usage() {
  const [query, setQuery] = useParameter("query");
  const [said, setSaid] = useParameter("by");
  const seconds = useSpan();
  const since = useSince();
  const chosen = said ? said.split(",").filter((one) => one in FIELDS) : ["application", "line"];
  const found = useQuery({ ...usage(chosen.join(","), query, seconds), placeholderData: keepPreviousData });
  const refused = found.error instanceof Failure && found.error.status === 400 ? found.error : null;

  function toggle(name: string) {
    const next = Object.keys(FIELDS).filter((one) => (one === name ? !chosen.includes(one) : chosen.includes(one)));
    if (next.length) setSaid(next.join(","));
  }

  return (
    <Page title="Who uses what" lead="Requests, devices and members, before something goes.">
      <FilterField label="Filter" kind="request" value={query} onApply={setQuery} failure={refused} examples={EXAMPLES} />
      <div className="filters" role="group" aria-label="What is shown">
        <div className="choice choice-many" role="group" aria-label="By">
          {Object.entries(FIELDS).map(([name, text]) => (
            <button key={name} type="button" aria-pressed={chosen.includes(name)} onClick={() => toggle(name)}>
              {text}
            </button>
          ))}
        </div>
        <SpanChoice />
      </div>
      {!refused && (
        <Loaded query={found}>
          {(rows) =>
            rows.length ? (
              <>
                <Table label="Usage" rows={rows} id={(one) => one.by.join(" ")} columns={columns(rows, rows[0]!.by.length === chosen.length ? chosen : [])} />
                <p className="faint note">
                  Devices and members are estimates. Requests are worked out from those that were kept, each by how many it stands for.
                </p>
              </>
            ) : (
              <Empty title="Nobody used it in this time" />
            )
          }
        </Loaded>
      )}
      <div className="next">
        <Command text={commands.usage(chosen.join(","), query, since)} />
      </div>
    </Page>
  );
}

function columns(rows: UsedBy[], chosen: string[]): Column<UsedBy>[] {
  const all = rows.reduce((sum, one) => sum + one.requests, 0);
  const most = Math.max(1, ...rows.map((one) => one.requests));
  const named = chosen.map((name, at): Column<UsedBy> => {
    const cell = (one: UsedBy) => <span className={name === "application" ? undefined : "mono"}>{one.by[at] || "not said"}</span>;
    return at === 0 ? { name: FIELDS[name]!, kind: "main", cell } : { name: FIELDS[name]!, cell };
  });
  return [
    ...named,
    { name: "Requests", kind: "number", cell: (one) => Math.round(one.requests).toLocaleString("en") },
    {
      name: "Share",
      cell: (one) => (
        <span className="share">
          <svg className="call-bar" viewBox="0 0 100 8" preserveAspectRatio="none" aria-hidden="true" focusable="false">
            <rect className="call-ground" width="100" height="8" />
            <rect width={(one.requests / most) * 100} height="8" />
          </svg>
          <span className="number">{percent(one.requests / Math.max(1, all))}</span>
        </span>
      ),
    },
    {
      name: "Errors",
      kind: "number",
      cell: (one) => (one.errors ? <span className="wrong">{Math.round(one.errors).toLocaleString("en")}</span> : <span className="faint">none</span>),
    },
    { name: "Devices", kind: "number", cell: (one) => one.devices.toLocaleString("en") },
    { name: "Members", kind: "number", cell: (one) => one.members.toLocaleString("en") },
    { name: "Last", cell: (one) => <Time at={one.last} /> },
  ];
}

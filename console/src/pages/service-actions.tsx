/** Adding a service to the catalogue, changing it, and taking it out. */
import { useState } from "react";
import { useLocation } from "wouter";
import { ask, control, type Schemas } from "../api/client";
import * as commands from "../api/commands";
import { queries } from "../api/queries";
import { useSession } from "../api/session";
import { Act } from "../parts/act";
import { Field } from "../parts/field";

type Close = { onClose: () => void };

/** Runs a change of a service and has what is shown of services asked for again. */
export async function changed(call: Promise<unknown>): Promise<[]> {
  await call;
  await queries.invalidateQueries({ queryKey: ["services"] });
  return [];
}

export function SaveService({ known, onClose }: Close & { known?: Schemas.ServiceView }) {
  const session = useSession();
  const [, go] = useLocation();
  const [name, setName] = useState(known?.name ?? "");
  const [addresses, setAddresses] = useState(known?.urls.join("\n") ?? "");
  const [team, setTeam] = useState(known?.team ?? session.team);
  const [document, setDocument] = useState("");
  const [file, setFile] = useState("");
  const urls = addresses.split(/[\s,]+/).filter(Boolean);
  const given = document.trim() ? file || "openapi.json" : "";
  const owner = team === known?.team ? "" : team;

  async function choose(chosen: File | undefined) {
    if (!chosen) return;
    setDocument(await chosen.text());
    setFile(chosen.name);
  }

  return (
    <Act
      title={known ? `Change ${known.name}` : "Add a service"}
      command={commands.addService(name, urls, given, owner)}
      button={known ? "Change" : "Add"}
      ready={name !== "" && urls.length > 0}
      done={known ? `${name} is changed` : `${name} may be called`}
      onClose={onClose}
      run={async () => {
        const body = { urls, ...(owner ? { team: owner } : {}), ...(given ? { openapi: document } : {}) };
        await changed(ask(control.saveService({ path: { name }, body: body as Schemas.ServiceWish })));
        if (!known) go(`/services/${name}`);
        return [];
      }}
    >
      <Field label="Name" hint={known ? undefined : "Scripts call it by this, as in discovery"}>
        {(ids) => (
          <input
            {...ids}
            className="input mono"
            value={name}
            readOnly={known !== undefined}
            onChange={(event) => setName(event.target.value.trim())}
            autoComplete="off"
          />
        )}
      </Field>
      <Field label="Addresses" hint="Scheme, host and port, one in a line; calls are spread over all of them">
        {(ids) => (
          <textarea
            {...ids}
            className="input mono two"
            rows={2}
            placeholder="http://127.0.0.1:9001"
            value={addresses}
            onChange={(event) => setAddresses(event.target.value)}
          />
        )}
      </Field>
      <Field label="Team" hint="Who owns it, and may change it">
        {(ids) => <input {...ids} className="input" value={team} onChange={(event) => setTeam(event.target.value)} autoComplete="off" />}
      </Field>
      <Field
        label="OpenAPI document"
        hint={
          known
            ? "JSON or YAML. Left empty, its methods stay as they are"
            : "JSON or YAML; it says which methods there are. Without one, scripts call it by path"
        }
      >
        {(ids) => (
          <textarea
            {...ids}
            className="input mono two"
            rows={3}
            placeholder="openapi: 3.1.0"
            value={document}
            onChange={(event) => (setDocument(event.target.value), setFile(""))}
          />
        )}
      </Field>
      <Field label="Or its file">
        {(ids) => <input {...ids} className="file" type="file" accept=".json,.yaml,.yml" onChange={(event) => void choose(event.target.files?.[0])} />}
      </Field>
    </Act>
  );
}

export function RemoveService({ name, onClose }: Close & { name: string }) {
  const [, go] = useLocation();
  return (
    <Act
      title={`Remove ${name}`}
      command={commands.removeService(name)}
      button="Remove"
      danger
      done={`${name} is removed`}
      onClose={onClose}
      run={async () => {
        await ask(control.removeService({ path: { name } }));
        queries.removeQueries({ queryKey: ["services", "one", name] });
        go("/services");
        return [];
      }}
    >
      <p>It leaves the catalogue, with its policies. While something that serves is granted it, it cannot be removed.</p>
    </Act>
  );
}

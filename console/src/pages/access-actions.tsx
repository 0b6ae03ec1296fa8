/** Making and ending tokens, users and teams. */
import { useState } from "react";
import { ask, control, type Schemas } from "../api/client";
import * as commands from "../api/commands";
import { queries } from "../api/queries";
import { Act } from "../parts/act";
import { Copy } from "../parts/command";
import { Dialog } from "../parts/dialog";
import { Field } from "../parts/field";

type Close = { onClose: () => void };

const ROLES = ["developer", "viewer", "operator"];

/** Runs a change of access and has what is shown of it asked for again. */
async function changed(call: Promise<unknown>): Promise<[]> {
  await call;
  await queries.invalidateQueries({ queryKey: ["access"] });
  return [];
}

type TextProps = { label: string; value: string; set: (value: string) => void; hint?: string };

function Text({ label, value, set, hint }: TextProps) {
  return (
    <Field label={label} hint={hint}>
      {(ids) => <input {...ids} className="input" value={value} onChange={(event) => set(event.target.value)} autoComplete="off" />}
    </Field>
  );
}

function RoleFields({ role, setRole, team, setTeam }: { role: string; setRole: (role: string) => void; team: string; setTeam: (team: string) => void }) {
  return (
    <>
      <Field label="Role">
        {(ids) => (
          <select {...ids} className="input" value={role} onChange={(event) => setRole(event.target.value)}>
            {ROLES.map((one) => (
              <option key={one}>{one}</option>
            ))}
          </select>
        )}
      </Field>
      {role === "developer" && <Text label="Team" value={team} set={setTeam} hint="What it owns, the holder may change" />}
    </>
  );
}

export function CreateToken({ onClose }: Close) {
  const [name, setName] = useState("");
  const [role, setRole] = useState("developer");
  const [team, setTeam] = useState("");
  const [expires, setExpires] = useState("90d");
  const [made, setMade] = useState<Schemas.NewToken | null>(null);
  const owner = role === "developer" ? team : "";
  if (made) return <Made made={made} onClose={onClose} />;
  return (
    <Act
      title="Create a token"
      command={commands.createToken(name, role, owner, expires)}
      button="Create"
      ready={name !== "" && (role !== "developer" || team !== "")}
      done={`The token of ${name} is made`}
      onClose={onClose}
      run={async () => {
        const token = await ask(control.createToken({ body: { name, role, team: owner, expires } }));
        await queries.invalidateQueries({ queryKey: ["access"] });
        setMade(token);
        return [];
      }}
      keepOpen
    >
      <Text label="Holder" value={name} set={setName} hint="A person or a pipeline, as in ci-tv" />
      <RoleFields role={role} setRole={setRole} team={team} setTeam={setTeam} />
      <Text label="Holds for" value={expires} set={setExpires} hint="As in 12h or 90d; empty: for ever" />
    </Act>
  );
}

/** The only time that the token is seen. */
function Made({ made, onClose }: Close & { made: Schemas.NewToken }) {
  return (
    <Dialog title={`The token of ${made.name}`} onClose={onClose}>
      <p>It is shown this once. Keep it where secrets are kept.</p>
      <div className="command">
        <code>{made.token}</code>
        <Copy text={made.token} what="token" />
      </div>
      <footer className="dialog-foot">
        <button type="button" className="button primary" onClick={onClose}>
          I have it
        </button>
      </footer>
    </Dialog>
  );
}

export function RevokeToken({ one, onClose }: Close & { one: Schemas.Token }) {
  return (
    <Act
      title={`Revoke the token of ${one.name}`}
      command={commands.revokeToken(one.id)}
      button="Revoke"
      danger
      done={`The token of ${one.name} is revoked`}
      onClose={onClose}
      run={() => changed(ask(control.revokeToken({ path: { token_id: one.id } })))}
    >
      <p>Whoever uses it is turned away from now on, and the sessions that began with it end.</p>
    </Act>
  );
}

export function AddUser({ onClose }: Close) {
  const [name, setName] = useState("");
  const [role, setRole] = useState("developer");
  const [team, setTeam] = useState("");
  const owner = role === "developer" ? team : "";
  return (
    <Act
      title="Add a user"
      command={commands.addUser(name, role, owner)}
      button="Add"
      ready={name !== "" && (role !== "developer" || team !== "")}
      done={`${name} may sign in`}
      onClose={onClose}
      run={() => changed(ask(control.saveUser({ path: { name }, body: { role, team: owner } })))}
    >
      <Text label="Name" value={name} set={setName} hint="As the sign-in's provider vouches for it, a mail address" />
      <RoleFields role={role} setRole={setRole} team={team} setTeam={setTeam} />
    </Act>
  );
}

export function RemoveUser({ name, onClose }: Close & { name: string }) {
  return (
    <Act
      title={`Remove ${name}`}
      command={commands.removeUser(name)}
      button="Remove"
      danger
      done={`${name} is removed`}
      onClose={onClose}
      run={() => changed(ask(control.removeUser({ path: { name } })))}
    >
      <p>They may sign in no more, and their sessions end.</p>
    </Act>
  );
}

export function AddTeam({ onClose }: Close) {
  const [name, setName] = useState("");
  const [contact, setContact] = useState("");
  return (
    <Act
      title="Add a team"
      command={commands.addTeam(name, contact)}
      button="Add"
      ready={name !== ""}
      done={`Team ${name} is there`}
      onClose={onClose}
      run={() => changed(ask(control.saveTeam({ path: { name }, body: { contact } })))}
    >
      <Text label="Name" value={name} set={setName} />
      <Text label="Contact" value={contact} set={setContact} hint="How the team is reached" />
    </Act>
  );
}

export function RemoveTeam({ name, onClose }: Close & { name: string }) {
  return (
    <Act
      title={`Remove team ${name}`}
      command={commands.removeTeam(name)}
      button="Remove"
      danger
      done={`Team ${name} is removed`}
      onClose={onClose}
      run={() => changed(ask(control.removeTeam({ path: { name } })))}
    >
      <p>Only a team that owns nothing and has no users can be removed.</p>
    </Act>
  );
}

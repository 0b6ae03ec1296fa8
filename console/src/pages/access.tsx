/** Who may do what: tokens, users, teams. For operators. */
import { useQuery } from "@tanstack/react-query";
import { useState } from "react";
import type { Schemas } from "../api/client";
import { teams, tokens, users } from "../api/queries";
import { useSession } from "../api/session";
import { Loaded } from "../parts/loaded";
import { Page, Section } from "../parts/page";
import { State } from "../parts/state";
import { type Column, Table } from "../parts/table";
import { Time } from "../parts/time";
import { Empty } from "../parts/trouble";
import { AddTeam, AddUser, CreateToken, RemoveTeam, RemoveUser, RevokeToken } from "./access-actions";

type Token = Schemas.Token;
type User = Schemas.User;
type Team = Schemas.Team;

type Wish = { act: "token" | "user" | "team" } | { act: "revoke"; one: Token } | { act: "remove-user"; one: User } | { act: "remove-team"; one: Team };

export default function Access() {
  const { role, name, team } = useSession();
  const [wish, setWish] = useState<Wish | null>(null);
  const close = () => setWish(null);
  return (
    <Page title="Access" lead={`Signed in as ${name}, with the role ${team ? `${role} of ${team}` : role}.`}>
      {role === "operator" ? <Lists choose={setWish} /> : <NoOperator />}
      {wish?.act === "token" && <CreateToken onClose={close} />}
      {wish?.act === "user" && <AddUser onClose={close} />}
      {wish?.act === "team" && <AddTeam onClose={close} />}
      {wish?.act === "revoke" && <RevokeToken one={wish.one} onClose={close} />}
      {wish?.act === "remove-user" && <RemoveUser name={wish.one.name} onClose={close} />}
      {wish?.act === "remove-team" && <RemoveTeam name={wish.one.name} onClose={close} />}
    </Page>
  );
}

function NoOperator() {
  return <Empty title="Tokens, users and teams are for operators">Ask one of them when you need a token or another role.</Empty>;
}

type Choose = { choose: (wish: Wish) => void };

function Lists({ choose }: Choose) {
  const [allTokens, allUsers, allTeams] = [useQuery(tokens()), useQuery(users()), useQuery(teams())];
  return (
    <>
      <Section title="Tokens" actions={<Button text="Create a token" press={() => choose({ act: "token" })} />}>
        <Loaded query={allTokens}>{(all) => <Table label="Tokens" rows={all} id={(one) => one.id} columns={tokenColumns(choose)} />}</Loaded>
      </Section>
      <Section title="Users" actions={<Button text="Add a user" press={() => choose({ act: "user" })} />}>
        <Loaded query={allUsers}>
          {(all) =>
            all.length ? (
              <Table label="Users" rows={all} id={(one) => one.name} columns={userColumns(choose)} />
            ) : (
              <Empty title="No user yet">Users sign in with the organisation's provider, by the names that it vouches for.</Empty>
            )
          }
        </Loaded>
      </Section>
      <Section title="Teams" actions={<Button text="Add a team" press={() => choose({ act: "team" })} />}>
        <Loaded query={allTeams}>
          {(all) =>
            all.length ? (
              <Table label="Teams" rows={all} id={(one) => one.name} columns={teamColumns(choose)} />
            ) : (
              <Empty title="No team yet">A team owns applications; its developers may change them.</Empty>
            )
          }
        </Loaded>
      </Section>
    </>
  );
}

function Button({ text, press }: { text: string; press: () => void }) {
  return (
    <button type="button" className="button" onClick={press}>
      {text}
    </button>
  );
}

function remover(text: string, name: string, press: () => void) {
  return (
    <span className="row-actions">
      <button type="button" className="button quiet danger-text" onClick={press} aria-label={`${text} ${name}`}>
        {text}
      </button>
    </span>
  );
}

function roleOf(one: { role: string; team: string }): string {
  return one.team ? `${one.role} of ${one.team}` : one.role;
}

function TokenState({ one }: { one: Token }) {
  if (one.revoked_at) return <State word="revoked" tone="off" />;
  if (one.expires_at && one.expires_at * 1000 < Date.now()) return <State word="expired" tone="off" />;
  return <State word="holds" tone="good" />;
}

function tokenColumns(choose: Choose["choose"]): Column<Token>[] {
  return [
    { name: "Holder", kind: "main", cell: (one) => <strong>{one.name}</strong> },
    { name: "Id", cell: (one) => <span className="mono">{one.id}</span> },
    { name: "State", cell: (one) => <TokenState one={one} /> },
    { name: "Role", cell: roleOf },
    { name: "Made", cell: (one) => <Time at={one.created_at} /> },
    { name: "By", cell: (one) => one.made_by },
    { name: "Ends", cell: (one) => (one.expires_at ? <Time at={one.expires_at} /> : "never") },
    { name: "Actions", kind: "actions", cell: (one) => (one.revoked_at ? null : remover("Revoke", one.name, () => choose({ act: "revoke", one }))) },
  ];
}

function userColumns(choose: Choose["choose"]): Column<User>[] {
  return [
    { name: "User", kind: "main", cell: (one) => <strong>{one.name}</strong> },
    { name: "Role", cell: roleOf },
    { name: "Since", cell: (one) => <Time at={one.created_at} /> },
    { name: "Actions", kind: "actions", cell: (one) => remover("Remove", one.name, () => choose({ act: "remove-user", one })) },
  ];
}

function teamColumns(choose: Choose["choose"]): Column<Team>[] {
  return [
    { name: "Team", kind: "main", cell: (one) => <strong>{one.name}</strong> },
    { name: "Contact", cell: (one) => one.contact || <span className="faint">none</span> },
    { name: "Since", cell: (one) => <Time at={one.created_at} /> },
    { name: "Actions", kind: "actions", cell: (one) => remover("Remove", one.name, () => choose({ act: "remove-team", one })) },
  ];
}

"""The store's part about access: tokens, users, teams, sessions."""

from dataclasses import asdict, replace

from sqlalchemy import Connection, delete, insert, select, update
from sqlalchemy.exc import IntegrityError

from stagedoor.control import news
from stagedoor.control.ports.store import Change
from stagedoor.model.access import Identity, Session, Team, Token, User
from stagedoor.model.errors import Conflict
from stagedoor.sql import tables
from stagedoor.sql.database import Database, put

LOGIN, SESSION = "login", "session"


class People(Database):
    # Tokens

    async def add_token(self, digest: str, token: Token, change: Change) -> None:
        def work(connection: Connection) -> None:
            connection.execute(insert(tables.tokens).values(hash=digest, **asdict(token)))
            if token.team:
                _know_team(connection, token.team, token.created_at)
            self._note(connection, change)

        await self._run(work, news.ACCESS, news.ACTIVITIES)

    async def tokens(self) -> list[Token]:
        query = select(tables.tokens).order_by(tables.tokens.c.created_at)
        return [_token(row._mapping) for row in await self._run(lambda c: c.execute(query).all())]

    async def end_token(self, token: Token, change: Change) -> None:
        """Writes that it was revoked, and ends the sessions that began with it."""

        def work(connection: Connection) -> None:
            table = tables.tokens
            connection.execute(update(table).where(table.c.id == token.id).values(revoked_at=token.revoked_at))
            hashes = select(table.c.hash).where(table.c.id == token.id)
            connection.execute(delete(tables.sessions).where(tables.sessions.c.token.in_(hashes)))
            self._note(connection, change)

        await self._run(work, news.ACCESS, news.ACTIVITIES)

    async def token(self, digest: str) -> Token | None:
        table = tables.tokens
        row = await self._run(lambda c: c.execute(select(table).where(table.c.hash == digest)).first())
        return _token(row._mapping) if row else None

    # Users and teams

    async def users(self) -> list[User]:
        query = select(tables.users).order_by(tables.users.c.name)
        return [User(**row._mapping) for row in await self._run(lambda c: c.execute(query).all())]

    async def save_user(self, user: User, change: Change) -> None:
        def work(connection: Connection) -> None:
            values = asdict(user)
            put(connection, tables.users, {"name": values.pop("name")}, values)
            if user.team:
                _know_team(connection, user.team, user.created_at)
            self._note(connection, change)

        await self._run(work, news.ACCESS, news.ACTIVITIES)

    async def drop_user(self, name: str, change: Change) -> None:
        """The user, and every session of theirs."""

        def work(connection: Connection) -> None:
            connection.execute(delete(tables.users).where(tables.users.c.name == name))
            connection.execute(delete(tables.sessions).where(tables.sessions.c.user == name))
            self._note(connection, change)

        await self._run(work, news.ACCESS, news.ACTIVITIES)

    async def teams(self) -> list[Team]:
        query = select(tables.teams).order_by(tables.teams.c.name)
        return [Team(**row._mapping) for row in await self._run(lambda c: c.execute(query).all())]

    async def save_team(self, team: Team, change: Change) -> None:
        def work(connection: Connection) -> None:
            values = asdict(team)
            put(connection, tables.teams, {"name": values.pop("name")}, values)
            self._note(connection, change)

        await self._run(work, news.ACCESS, news.ACTIVITIES)

    async def drop_team(self, name: str, change: Change) -> None:
        """Raises Conflict when it owns applications, or somebody belongs to it."""

        def work(connection: Connection) -> str:
            for table, what in ((tables.applications, "applications"), (tables.users, "users")):
                found = connection.execute(select(table.c.name).where(table.c.team == name)).scalars().all()
                if found:
                    return f"team {name} has {what}: {', '.join(found)}"
            token = tables.tokens.c
            live = (token.team == name, token.revoked_at == 0)
            if held := connection.execute(select(token.id).where(*live)).scalars().all():
                return f"team {name} has tokens: {', '.join(held)}"
            connection.execute(delete(tables.teams).where(tables.teams.c.name == name))
            self._note(connection, change)
            return ""

        if held := await self._run(work, news.ACCESS, news.ACTIVITIES):
            raise Conflict(held, hint="revoke them, or give them to another team, first")

    # Sessions

    async def add_login(self, digest: str, login: Session) -> None:
        """A link that can be used once. Those that nobody used in time go."""

        def work(connection: Connection) -> None:
            table = tables.sessions
            connection.execute(delete(table).where(table.c.expires_at < self._clock()))
            connection.execute(insert(table).values(hash=digest, kind=LOGIN, **asdict(login)))

        await self._run(work)

    async def redeem(self, login: str, session: str, expires_at: float) -> Session | None:
        """Turns a link into a session, once; None for one that is unknown, used or too old."""

        def work(connection: Connection) -> Session | None:
            table = tables.sessions
            fresh = (table.c.hash == login, table.c.kind == LOGIN, table.c.expires_at > self._clock())
            row = connection.execute(select(table).where(*fresh)).first()
            # Who deletes the row has it: two who come at once cannot both.
            if row is None or not connection.execute(delete(table).where(*fresh)).rowcount:
                return None
            made = replace(Session(row.token, row.user, 0.0), expires_at=expires_at)
            connection.execute(insert(table).values(hash=session, kind=SESSION, **asdict(made)))
            return made

        return await self._run(work)

    async def session(self, digest: str) -> tuple[Identity, Session] | None:
        """Who a browser is, as of now: a revoked token or a user that is gone ends it."""

        def work(connection: Connection) -> tuple[Identity, Session] | None:
            table = tables.sessions
            now = self._clock()
            live = (table.c.hash == digest, table.c.kind == SESSION, table.c.expires_at > now)
            row = connection.execute(select(table).where(*live)).first()
            if row is None:
                return None
            found = Session(row.token, row.user, row.expires_at)
            identity = _holder(connection, found, now)
            return (identity, found) if identity else None

        return await self._run(work)

    async def end_session(self, digest: str) -> None:
        await self._run(lambda c: c.execute(delete(tables.sessions).where(tables.sessions.c.hash == digest)))


def _holder(connection: Connection, session: Session, now: float) -> Identity | None:
    if session.user:
        row = connection.execute(select(tables.users).where(tables.users.c.name == session.user)).first()
        return User(**row._mapping).identity if row else None
    row = connection.execute(select(tables.tokens).where(tables.tokens.c.hash == session.token)).first()
    token = _token(row._mapping) if row else None
    return token.identity if token and token.holds(now) else None


def _know_team(connection: Connection, name: str, now: float) -> None:
    """A team exists once an operator named it."""
    if not connection.execute(select(tables.teams.c.name).where(tables.teams.c.name == name)).first():
        try:
            with connection.begin_nested():
                connection.execute(insert(tables.teams).values(name=name, contact="", created_at=now))
        except IntegrityError:
            pass  # Somebody else named it just now.


def _token(row: object) -> Token:
    return Token(**{key: value for key, value in dict(row).items() if key != "hash"})  # type: ignore[call-overload]

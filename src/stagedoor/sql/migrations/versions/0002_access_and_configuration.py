"""Users, teams, sessions; tokens that expire; configuration and secrets.

Revision ID: 0002
Revises: 0001
"""

from typing import Any

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "users",
        sa.Column("name", sa.String(80), primary_key=True),
        sa.Column("role", sa.String(16), nullable=False),
        sa.Column("team", sa.String(40), nullable=False),
        sa.Column("created_at", sa.Float(), nullable=False),
    )
    op.create_table(
        "teams",
        sa.Column("name", sa.String(40), primary_key=True),
        sa.Column("contact", sa.Text(), nullable=False),
        sa.Column("created_at", sa.Float(), nullable=False),
    )
    op.create_table(
        "sessions",
        sa.Column("hash", sa.String(64), primary_key=True),
        sa.Column("kind", sa.String(16), nullable=False),
        sa.Column("token", sa.String(64), nullable=False),
        sa.Column("user", sa.String(80), nullable=False),
        sa.Column("expires_at", sa.Float(), nullable=False),
    )
    op.create_table(
        "values",
        sa.Column("application", sa.String(40), nullable=False),
        sa.Column("stack", sa.String(16), nullable=False),
        sa.Column("secret", sa.Boolean(), nullable=False),
        sa.Column("name", sa.String(80), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("content", sa.Text(), nullable=False),
        sa.Column("set_by", sa.String(80), nullable=False),
        sa.Column("set_at", sa.Float(), nullable=False),
        sa.Column("dropped", sa.Boolean(), nullable=False),
        sa.PrimaryKeyConstraint("application", "stack", "secret", "name", "number"),
    )
    op.create_table(
        "feedback",
        sa.Column("id", sa.Integer(), primary_key=True, autoincrement=True),
        sa.Column("at", sa.Float(), nullable=False),
        sa.Column("by", sa.String(80), nullable=False),
        sa.Column("page", sa.Text(), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
    )
    _add("releases", ("values", sa.JSON(), "{}"), ("secrets", sa.JSON(), "{}"))
    _add("deployments", ("secrets", sa.JSON(), "{}"))
    _add("versions", ("forgotten", sa.Boolean(), sa.false()))
    _add(
        "tokens", ("id", sa.String(16), ""), ("made_by", sa.String(80), ""), ("expires_at", sa.Float(), "0"),
        ("revoked_at", sa.Float(), "0"),
    )  # fmt: skip
    op.execute("UPDATE tokens SET id = 't-' || substr(hash, 1, 8)")
    op.execute("UPDATE tokens SET revoked_at = created_at WHERE revoked")
    with op.batch_alter_table("tokens") as table:
        table.drop_column("revoked")
        table.create_unique_constraint("tokens_id", ["id"])


def downgrade() -> None:
    _add("tokens", ("revoked", sa.Boolean(), sa.false()))
    # An older Stagedoor knows no expiry: what would expire is revoked, so that nothing lives longer than it was given.
    op.execute(sa.text("UPDATE tokens SET revoked = true WHERE revoked_at > 0 OR expires_at > 0"))
    with op.batch_alter_table("tokens") as table:
        table.drop_constraint("tokens_id", type_="unique")
        for name in ("id", "made_by", "expires_at", "revoked_at"):
            table.drop_column(name)
    # An older Stagedoor would take what was forgotten for a version whose files are there.
    op.execute(sa.text("DELETE FROM versions WHERE forgotten"))
    with op.batch_alter_table("versions") as table:
        table.drop_column("forgotten")
    with op.batch_alter_table("deployments") as table:
        table.drop_column("secrets")
    with op.batch_alter_table("releases") as table:
        table.drop_column("secrets")
        table.drop_column("values")
    for name in ("feedback", "values", "sessions", "teams", "users"):
        op.drop_table(name)


def _add(table: str, *columns: tuple[str, Any, Any]) -> None:
    """Columns for rows that are there already: filled once, then without a default, as the tables say."""
    with op.batch_alter_table(table) as changed:
        for name, kind, filled in columns:
            changed.add_column(sa.Column(name, kind, nullable=False, server_default=filled))
    with op.batch_alter_table(table) as changed:
        for name, _, _ in columns:
            changed.alter_column(name, server_default=None)

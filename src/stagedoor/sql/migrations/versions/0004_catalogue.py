"""The catalogue: a service with its endpoints, methods and policies; its OpenAPI document beside it.

Revision ID: 0004
Revises: 0003
"""

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None

_old = sa.table("services", sa.column("name"), sa.column("url"), sa.column("address"), sa.column("content", sa.JSON()))


def upgrade() -> None:
    op.add_column("services", sa.Column("number", sa.Integer(), nullable=False, server_default="1"))
    op.add_column("services", sa.Column("content", sa.JSON(), nullable=True))
    bind = op.get_bind()
    for row in bind.execute(sa.select(_old.c.name, _old.c.url, _old.c.address)).all():
        content = {"urls": [row.url], "addresses": [row.address] if row.address else []}
        bind.execute(sa.update(_old).where(_old.c.name == row.name).values(content=content))
    op.drop_column("services", "url")
    op.drop_column("services", "address")
    op.create_table(
        "descriptions",
        sa.Column("service", sa.String(40), primary_key=True),
        sa.Column("document", sa.Text(), nullable=False),
    )


def downgrade() -> None:
    op.drop_table("descriptions")
    op.add_column("services", sa.Column("url", sa.Text(), nullable=False, server_default=""))
    op.add_column("services", sa.Column("address", sa.String(80), nullable=False, server_default=""))
    bind = op.get_bind()
    for row in bind.execute(sa.select(_old.c.name, _old.c.content)).all():
        content = row.content or {}
        first = {key: (content.get(key) or [""])[0] for key in ("urls", "addresses")}
        values = {"url": first["urls"], "address": first["addresses"]}
        bind.execute(sa.update(_old).where(_old.c.name == row.name).values(**values))
    op.drop_column("services", "content")
    op.drop_column("services", "number")

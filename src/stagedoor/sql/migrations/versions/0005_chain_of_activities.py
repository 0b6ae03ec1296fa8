"""Activities are a chain: each holds a hash of its content and of the one before. Those there are get theirs now.

Revision ID: 0005
Revises: 0004
"""

import hashlib
import json

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None

_NAMES = ("id", "at", "by", "action", "application", "target", "before", "after")
_JSON = ("before", "after")
_activities = sa.table(
    "activities", sa.column("hash"), *(sa.column(n, sa.JSON() if n in _JSON else None) for n in _NAMES)
)
_MANY = 2000


def upgrade() -> None:
    op.add_column("activities", sa.Column("hash", sa.String(64), nullable=False, server_default=""))
    chains = op.create_table(
        "chains",
        sa.Column("name", sa.String(40), primary_key=True),
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("hash", sa.String(64), nullable=False),
    )
    last, digest = _chain_all(op.get_bind())
    op.bulk_insert(chains, [{"name": "activities", "id": last, "hash": digest}])


def _chain_all(bind: sa.Connection) -> tuple[int, str]:
    """(number, hash) of the last one. The rule is that of this revision, whatever it is later on."""
    columns = _activities.c
    last, digest = 0, "0" * 64
    change = sa.update(_activities).where(columns.id == sa.bindparam("number")).values(hash=sa.bindparam("digest"))
    query = sa.select(*(columns[name] for name in _NAMES)).order_by(columns.id).limit(_MANY)
    while rows := bind.execute(query.where(columns.id > last)).all():
        changes = []
        for row in rows:
            content = [row.id, float(row.at), *row[2:]]
            text = json.dumps(content, sort_keys=True, separators=(",", ":"))
            last, digest = row.id, hashlib.sha256(f"{digest}\n{text}".encode()).hexdigest()
            changes.append({"number": last, "digest": digest})
        bind.execute(change, changes)
    return last, digest


def downgrade() -> None:
    bind = op.get_bind()
    if bind.dialect.name == "postgresql":
        # The older version lets the database count, which was not asked since.
        text = (
            "SELECT setval(pg_get_serial_sequence('activities', 'id'), (SELECT coalesce(max(id), 1) FROM activities))"
        )
        bind.execute(sa.text(text))
    op.drop_table("chains")
    op.drop_column("activities", "hash")

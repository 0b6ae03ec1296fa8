"""Rollouts, experiments, and what starts a pipeline from outside.

Revision ID: 0008
Revises: 0007
"""

import sqlalchemy as sa
from alembic import op

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "rollouts",
        sa.Column("id", sa.Integer(), primary_key=True, autoincrement=True),
        sa.Column("operation", sa.Integer(), nullable=False, index=True),
        sa.Column("application", sa.String(40), nullable=False, index=True),
        sa.Column("stack", sa.String(16), nullable=False),
        sa.Column("state", sa.String(16), nullable=False, index=True),
        sa.Column("wish", sa.String(16), nullable=False, server_default=""),
        sa.Column("wished_by", sa.String(80), nullable=False, server_default=""),
        sa.Column("body", sa.JSON(), nullable=False),
    )
    op.create_table(
        "experiments",
        sa.Column("id", sa.Integer(), primary_key=True, autoincrement=True),
        sa.Column("application", sa.String(40), nullable=False, index=True),
        sa.Column("stack", sa.String(16), nullable=False),
        sa.Column("state", sa.String(16), nullable=False, index=True),
        sa.Column("body", sa.JSON(), nullable=False),
    )
    op.create_table(
        "hooks",
        sa.Column("application", sa.String(40), primary_key=True),
        sa.Column("hash", sa.String(64), nullable=False, index=True),
    )


def downgrade() -> None:
    op.drop_table("hooks")
    op.drop_table("experiments")
    op.drop_table("rollouts")

"""Reports of replays and shadows, differences that somebody wants, and shadows.

Revision ID: 0009
Revises: 0008
"""

import sqlalchemy as sa
from alembic import op

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "replay_reports",
        sa.Column("id", sa.Integer(), primary_key=True, autoincrement=True),
        sa.Column("application", sa.String(40), nullable=False, index=True),
        sa.Column("kind", sa.String(16), nullable=False),
        sa.Column("body", sa.JSON(), nullable=False),
    )
    op.create_table(
        "accepted_differences",
        sa.Column("application", sa.String(40), primary_key=True),
        sa.Column("endpoint", sa.String(400), primary_key=True),
        sa.Column("place", sa.String(400), primary_key=True),
        sa.Column("kind", sa.String(16), primary_key=True),
        sa.Column("by", sa.String(80), nullable=False),
        sa.Column("why", sa.Text(), nullable=False),
        sa.Column("at", sa.Float(), nullable=False),
    )
    op.create_table(
        "shadows",
        sa.Column("application", sa.String(40), primary_key=True),
        sa.Column("stack", sa.String(16), primary_key=True),
        sa.Column("body", sa.JSON(), nullable=False),
    )


def downgrade() -> None:
    op.drop_table("shadows")
    op.drop_table("accepted_differences")
    op.drop_table("replay_reports")

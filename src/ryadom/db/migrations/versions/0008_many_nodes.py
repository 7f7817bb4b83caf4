"""Several nodes: what commits emit is kept for some minutes, what each node knows of devices, and who is away."""

import sqlalchemy as sa
from alembic import op

from ryadom.db.migrations.columns import moment, number, ref

revision = "many_nodes"
down_revision = "commits"


def upgrade() -> None:
    """Make the tables."""
    op.create_table(
        "commit_log",
        number("number", primary_key=True, autoincrement=False, server_default=None),
        moment("at"),
        sa.Column("node", sa.String(32), nullable=False),
        sa.Column("body", sa.LargeBinary, nullable=False),
    )
    op.create_index("ix_commit_log_at", "commit_log", ["at"])
    op.create_table(
        "live_devices",
        ref("session_id", "user_sessions.id", primary_key=True),
        sa.Column("node", sa.String(32), primary_key=True),
        ref("user_id", "user.id"),
        sa.Column("standing", sa.String(8), nullable=False),
        moment("active"),
        moment("seen"),
    )
    op.create_index("ix_live_devices_user_id", "live_devices", ["user_id"])
    op.create_index("ix_live_devices_node", "live_devices", ["node"])
    op.create_table("nodes", sa.Column("node", sa.String(32), primary_key=True), moment("seen_at"))
    op.create_table("away", ref("user_id", "user.id", primary_key=True))

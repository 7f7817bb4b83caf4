"""Each node says which of its devices are idle: the last activity that others read of may be a minute old."""

import sqlalchemy as sa
from alembic import op

from ryadom.db.migrations.columns import flag, moment, ref

revision = "idle_devices"
down_revision = "many_nodes"


def upgrade() -> None:
    """Add the flag. SQLite has one node alone, which keeps nothing in this table: there it is made anew."""
    if op.get_context().dialect.name != "sqlite":
        op.add_column("live_devices", flag("idle"))
        return
    op.drop_table("live_devices")
    op.create_table(
        "live_devices",
        ref("session_id", "user_sessions.id", primary_key=True),
        sa.Column("node", sa.String(32), primary_key=True),
        ref("user_id", "user.id"),
        sa.Column("standing", sa.String(8), nullable=False),
        moment("active"),
        moment("seen"),
        flag("idle"),
    )
    op.create_index("ix_live_devices_user_id", "live_devices", ["user_id"])
    op.create_index("ix_live_devices_node", "live_devices", ["node"])

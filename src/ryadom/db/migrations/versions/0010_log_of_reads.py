"""The log of reads is kept in the order of its moves: each lies beside the one before, not in a page of its own.

A move is named by its rev. Revs of old moves were not kept (only that of each mark's last): they are numbered from 1 on
in the order of their time, which is below every rev, since a rev is at least the microseconds since 1970.
"""

import sqlalchemy as sa
from alembic import op

from ryadom.db.migrations.columns import ID, moment, number, ref

revision = "log_of_reads"
down_revision = "idle_devices"


def upgrade() -> None:
    """Make the table anew."""
    op.execute("CREATE TABLE was_reads AS SELECT chat_id, user_id, up_to_seq, read_at FROM message_read_statuses")
    op.drop_table("message_read_statuses")
    op.create_table(
        "message_read_statuses",
        sa.Column("rev", ID, primary_key=True, autoincrement=False),
        ref("chat_id", "chats.id"),
        ref("user_id", "user.id"),
        number("up_to_seq", server_default=None),
        moment("read_at"),
    )
    op.execute(
        "INSERT INTO message_read_statuses (rev, chat_id, user_id, up_to_seq, read_at)"
        " SELECT row_number() OVER (ORDER BY read_at, chat_id, user_id, up_to_seq),"
        " chat_id, user_id, up_to_seq, read_at FROM was_reads"
    )
    op.drop_table("was_reads")

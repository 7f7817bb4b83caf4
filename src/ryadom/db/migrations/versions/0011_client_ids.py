"""Client_ids have a table of their own, which messages of an SQLite database enter many at a time."""

import sqlalchemy as sa
from alembic import op

from ryadom.db.migrations.columns import number

revision = "client_ids"
down_revision = "log_of_reads"


def upgrade() -> None:
    """Make the table in place of the index, with all that are there."""
    op.create_table(
        "client_ids",
        number("sender_id", primary_key=True, server_default=None),
        sa.Column("client_id", sa.String(64), primary_key=True),
        number("message_id", server_default=None),
        sqlite_with_rowid=False,
    )
    op.execute(
        "INSERT INTO client_ids (sender_id, client_id, message_id)"
        " SELECT sender_id, client_id, id FROM messages WHERE client_id IS NOT NULL ORDER BY sender_id, client_id"
    )
    op.drop_index("uq_messages_sender_id_client_id", "messages")

"""Mutual contacts: an entry says whether it is mutual, so whom a person may see is one short walk along an index.

And messages that may lie after their sender's own mark are counted by their index alone.
"""

import sqlalchemy as sa
from alembic import op

from ryadom.db.migrations.columns import flag, moment, ref

revision = "mutual_contacts"
down_revision = "lighter_messages"

_MUTUAL = """
UPDATE contacts SET mutual = (1 = 1)
WHERE removed_at IS NULL
  AND EXISTS (SELECT 1 FROM contacts t
              WHERE t.owner_id = contacts.contact_id AND t.contact_id = contacts.owner_id AND t.removed_at IS NULL)
  AND NOT EXISTS (SELECT 1 FROM blocks b
                  WHERE (b.owner_id = contacts.owner_id AND b.blocked_id = contacts.contact_id)
                     OR (b.owner_id = contacts.contact_id AND b.blocked_id = contacts.owner_id))
"""


def upgrade() -> None:
    """Give entries their column, and what it says an index."""
    if op.get_context().dialect.name == "sqlite":
        _rebuild()
    else:
        op.add_column("contacts", flag("mutual"))
    op.execute(_MUTUAL)
    op.create_index("ix_contacts_owner_id_mutual_contact_id", "contacts", ["owner_id", "mutual", "contact_id"])
    op.drop_index("ix_messages_behind", "messages")
    # As each database writes the condition in a query, so that it finds the index.
    op.create_index(
        "ix_messages_behind", "messages", ["chat_id", "sender_id", "seq", "deleted_at", "behind"],
        sqlite_where=sa.text("behind = 1"), postgresql_where=sa.text("behind"),
    )  # fmt: skip


def _rebuild() -> None:
    """SQLite cannot put a column where it belongs."""
    op.execute("CREATE TABLE was_contacts AS SELECT * FROM contacts")
    op.drop_table("contacts")
    op.create_table(
        "contacts",
        ref("owner_id", "user.id", primary_key=True),
        ref("contact_id", "user.id", primary_key=True),
        moment("added_at"),
        moment("removed_at", nullable=True),
        flag("mutual"),
        sa.CheckConstraint("owner_id <> contact_id", name="not_oneself"),
    )
    op.execute(
        "INSERT INTO contacts (owner_id, contact_id, added_at, removed_at)"
        " SELECT owner_id, contact_id, added_at, removed_at FROM was_contacts ORDER BY owner_id, contact_id"
    )
    op.drop_table("was_contacts")
    op.create_index("ix_contacts_contact_id", "contacts", ["contact_id"])

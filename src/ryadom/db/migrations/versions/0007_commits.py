"""Commits are numbered: a node sees by the number whether another one has written since its own last commit."""

import sqlalchemy as sa
from alembic import op

from ryadom.db.migrations.columns import number

revision = "commits"
down_revision = "mutual_contacts"


def upgrade() -> None:
    """Give the row that every commit of a node goes through a count of them."""
    if op.get_context().dialect.name == "sqlite":
        _rebuild()
    else:
        op.add_column("revision", number("commits"))


def _rebuild() -> None:
    """SQLite cannot put a column where it belongs."""
    op.execute("CREATE TABLE was_revision AS SELECT value, last_message_id FROM revision")
    op.drop_table("revision")
    op.create_table(
        "revision",
        sa.Column("id", sa.Integer, primary_key=True),
        number("value"),
        number("last_message_id"),
        number("commits"),
        sa.CheckConstraint("id = 1", name="one_row"),
    )
    op.execute("INSERT INTO revision SELECT 1, value, last_message_id, 0 FROM was_revision")
    op.drop_table("was_revision")

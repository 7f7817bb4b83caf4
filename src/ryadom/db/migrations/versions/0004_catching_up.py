"""Catching up: seq and rev for everything that lasts, watermarks, contacts and blocks, pairs of direct chats.

Every table changes, so each is set aside, made anew and filled from what was set aside, by SQL alone.
"""

from ryadom.db.migrations.catching_up import aside, people, schema, talks

revision = "catching_up"
down_revision = "migration_sessions_status"


def upgrade() -> None:
    """Rebuild the tables around the same facts."""
    aside.put()
    schema.create_tables()
    people.fill()
    talks.fill()
    schema.create_indexes()
    aside.clear()

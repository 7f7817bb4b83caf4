"""What the command line asks the database: it sees everybody, the disabled too. It only reads."""

from datetime import datetime
from typing import NamedTuple

from sqlalchemy import bindparam, func, select

from ryadom.auth.store import limits
from ryadom.db.tables import Instant, user, user_sessions
from ryadom.db.tx import Tx

_alive = (
    select(func.count())
    .select_from(user_sessions)
    .where(
        user_sessions.c.user_id == user.c.id,
        user_sessions.c.ended_at.is_(None),
        user_sessions.c.last_seen > bindparam("unused_since", type_=Instant),
        user_sessions.c.created_at > bindparam("born_since", type_=Instant),
    )
    .scalar_subquery()
)
_account = select(
    user.c.id, user.c.username, user.c.display_name, user.c.last_seen, user.c.disabled_at, _alive.label("sessions")
).where(user.c.deleted_at.is_(None))
ALL = _account.order_by(user.c.username)
NAMED = _account.where(user.c.username == bindparam("username"))


class Account(NamedTuple):
    """An account as whoever runs the server sees it."""

    id: int
    username: str
    display_name: str
    last_seen: datetime | None
    disabled_at: datetime | None
    sessions: int
    """How many are alive."""


def accounts(tx: Tx) -> list[Account]:
    """Everybody, by username."""
    return [Account(*row) for row in tx.run(ALL, **limits(tx.now))]


def account(tx: Tx, username: str) -> Account | None:
    """The account of this name, in whatever case it is written."""
    row = tx.first(NAMED, username=username.lower(), **limits(tx.now))
    return None if row is None else Account(*row)

"""SQL of presence. `publish` is the one writer of `user.is_online` and `user.last_seen`."""

from datetime import datetime
from typing import Any, NamedTuple

from sqlalchemy import Integer, String, and_, bindparam, case, exists, func, select, type_coerce, update

from ryadom.contacts.store import mutual_pairs
from ryadom.db.query import moment
from ryadom.db.tables import Instant, chat_members, contacts, messages, user, user_sessions
from ryadom.db.tx import Tx
from ryadom.live.device import Standing

_seen = bindparam("seen", type_=Instant)
PUBLISH = (
    update(user)
    .where(user.c.id == bindparam("user_id"))
    .values(
        is_online=bindparam("online"),
        # It never goes back.
        last_seen=case((user.c.last_seen > _seen, user.c.last_seen), else_=func.coalesce(_seen, user.c.last_seen)),
    )
    .returning(user.c.last_seen)
)
ONE = select(user.c.id, user.c.is_online, user.c.last_seen).where(user.c.id == bindparam("user_id"))
OF_CONTACTS = (
    mutual_pairs()
    .with_only_columns(user.c.id, user.c.is_online, user.c.last_seen)
    .join(user, user.c.id == contacts.c.contact_id)
    .where(contacts.c.owner_id == bindparam("reader"))
    .order_by(contacts.c.contact_id)
)
SHOWN = OF_CONTACTS.with_only_columns(
    user.c.id, type_coerce(user.c.is_online, Integer), type_coerce(user.c.last_seen, String)
)
"""The same as the database keeps it: most of it has been converted before."""
ONE_CONTACT = OF_CONTACTS.where(user.c.id == bindparam("user_id"))
_mine, _theirs = chat_members.alias("mine"), chat_members.alias("theirs_in_chat")
OF_CHAT_MATES = OF_CONTACTS.where(
    exists(
        select(1)
        .select_from(_mine.join(_theirs, _theirs.c.chat_id == _mine.c.chat_id))
        .where(
            _mine.c.user_id == bindparam("reader"), _mine.c.left_at.is_(None),
            _theirs.c.user_id == user.c.id, _theirs.c.left_at.is_(None),
        )
        .correlate(user)
    )
)  # fmt: skip
CHATS = select(chat_members.c.chat_id).where(
    chat_members.c.user_id == bindparam("user_id"), chat_members.c.left_at.is_(None)
)
LEFT_BEHIND = (
    select(
        user_sessions.c.id, user_sessions.c.user_id, user_sessions.c.standing, user_sessions.c.last_activity,
        user_sessions.c.last_seen,
    )
    .where(user_sessions.c.ended_at.is_(None), user_sessions.c.standing != "gone")
)  # fmt: skip
ONLINE = (
    select(user.c.id, func.max(user_sessions.c.last_seen))
    .select_from(user.join(user_sessions, user_sessions.c.user_id == user.c.id))
    .where(user.c.is_online, user_sessions.c.standing != "absent")
    .group_by(user.c.id)
)
_reader, _author = chat_members.alias("reader"), chat_members.alias("author")
READ_BY = (
    select(_reader.c.chat_id, _reader.c.read_up_to_seq, _reader.c.read_rev)
    .select_from(
        _reader.join(
            _author,
            and_(
                _author.c.chat_id == _reader.c.chat_id,
                _author.c.user_id == bindparam("author"),
                _author.c.left_at.is_(None),
            ),
        )
    )
    .where(
        _reader.c.user_id == bindparam("reader"),
        _reader.c.left_at.is_(None),
        exists(
            select(1).where(
                messages.c.chat_id == _reader.c.chat_id,
                messages.c.sender_id == bindparam("author"),
                messages.c.seq <= _reader.c.read_up_to_seq,
            )
        ),
    )
)


Kept = Any
"""What the database keeps of what is published about a person, a row: id, whether they are online, last seen."""


class Published(NamedTuple):
    """What others were last told about a person."""

    user_id: int
    is_online: bool
    last_seen: datetime | None


class Left(NamedTuple):
    """A session that counted, or was absent, when the server ended."""

    session_id: int
    user_id: int
    standing: Standing
    active: datetime
    seen: datetime


def publish(tx: Tx, user_id: int, online: bool, seen: datetime | None) -> datetime | None:
    """Write what others are told; gives the last_seen that they are told."""
    last_seen: datetime | None = tx.value(PUBLISH, user_id=user_id, online=online, seen=seen)
    return last_seen


def one(tx: Tx, user_id: int) -> Published | None:
    """A person."""
    row = tx.first(ONE, user_id=user_id)
    return None if row is None else Published(*row)


def contact(tx: Tx, reader: int, user_id: int) -> Published | None:
    """A mutual contact of the reader."""
    row = tx.first(ONE_CONTACT, reader=reader, user_id=user_id)
    return None if row is None else Published(*row)


def contacts_of(tx: Tx, reader: int) -> list[Kept]:
    """All mutual contacts of the reader, by id."""
    return tx.run(SHOWN, reader=reader)


def published(row: Kept) -> Published:
    """What is published about a person, out of what the database keeps."""
    user_id, is_online, last_seen = row
    return Published(user_id, bool(is_online), moment(last_seen))


def chat_mates(tx: Tx, reader: int) -> list[Published]:
    """The mutual contacts with whom the reader shares a chat."""
    return [Published(*row) for row in tx.run(OF_CHAT_MATES, reader=reader)]


def chats_of(tx: Tx, user_id: int) -> set[int]:
    """The chats that a person is in."""
    return {row[0] for row in tx.run(CHATS, user_id=user_id)}


def left_behind(tx: Tx) -> tuple[list[Any], list[Left]]:
    """After a start: everybody shown as online (id, last proof of presence), and the sessions that matter."""
    return tx.run(ONLINE), [Left(*row) for row in tx.run(LEFT_BEHIND)]

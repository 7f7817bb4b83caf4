"""SQL of watermarks: moving them, what they leave unread, and whose messages were read."""

from typing import Any, NamedTuple

from sqlalchemy import BigInteger, and_, bindparam, exists, func, select, update

from ryadom.chats.store import unread_count
from ryadom.contacts.store import mutual_pairs
from ryadom.db.query import ids_in, new, rows
from ryadom.db.tables import chat_members, chats, contacts, message_read_statuses, messages, revision, user
from ryadom.db.tx import Tx

TOLD_AT_MOST = 100
"""Message ids in one `messages_read`."""

_asked = rows("items", user_id=BigInteger, chat_id=BigInteger, message_id=BigInteger)
TARGETS = (
    select(_asked.c.ordinal, messages.c.seq, chat_members.c.read_up_to_seq, chat_members.c.read_rev)
    .select_from(
        _asked.join(
            chat_members,
            and_(
                chat_members.c.chat_id == _asked.c.chat_id,
                chat_members.c.user_id == _asked.c.user_id,
                chat_members.c.left_at.is_(None),
            ),
        ).join(messages, and_(messages.c.id == _asked.c.message_id, messages.c.chat_id == _asked.c.chat_id))
    )
)  # fmt: skip
MOVE = (
    update(chat_members)
    .where(
        chat_members.c.chat_id == bindparam("chat"),
        chat_members.c.user_id == bindparam("reader"),
        chat_members.c.read_up_to_seq < bindparam("seq"),
    )
    .values(read_up_to_seq=bindparam("seq"), read_rev=bindparam("rev"))
)
LOG = new(message_read_statuses, "chat_id", "user_id", "up_to_seq", "read_at")
_pairs = rows("items", user_id=BigInteger, chat_id=BigInteger)
UNREAD = select(
    _pairs.c.ordinal, unread_count(chat_members, chats), chat_members.c.read_up_to_seq, chat_members.c.read_rev
).select_from(
    _pairs.join(
        chat_members,
        and_(chat_members.c.chat_id == _pairs.c.chat_id, chat_members.c.user_id == _pairs.c.user_id),
    ).join(chats, chats.c.id == _pairs.c.chat_id)
)
_read = rows("items", user_id=BigInteger, chat_id=BigInteger, after=BigInteger, up_to=BigInteger)
_between = and_(messages.c.chat_id == _read.c.chat_id, messages.c.seq > _read.c.after, messages.c.seq <= _read.c.up_to)
AUTHORS = (
    mutual_pairs()
    .with_only_columns(_read.c.ordinal, contacts.c.contact_id)
    .join(_read, _read.c.user_id == contacts.c.owner_id)
    .join(
        chat_members,
        and_(
            chat_members.c.chat_id == _read.c.chat_id,
            chat_members.c.user_id == contacts.c.contact_id,
            chat_members.c.left_at.is_(None),
        ),
    )
    .where(exists(select(1).where(_between, messages.c.sender_id == contacts.c.contact_id).correlate(_read, contacts)))
)
NEWLY_READ = (
    select(messages.c.id)
    .where(
        messages.c.chat_id == bindparam("chat_id"),
        messages.c.seq > bindparam("after"),
        messages.c.seq <= bindparam("up_to"),
        messages.c.sender_id != bindparam("reader"),
        messages.c.deleted_at.is_(None),
    )
    .order_by(messages.c.seq.desc())
    .limit(TOLD_AT_MOST)
)
RESOLVE = (
    select(messages.c.id, messages.c.chat_id, messages.c.seq)
    .select_from(
        messages.join(
            chat_members,
            and_(
                chat_members.c.chat_id == messages.c.chat_id,
                chat_members.c.user_id == bindparam("user_id"),
                chat_members.c.left_at.is_(None),
            ),
        )
    )
    .where(messages.c.id.in_(ids_in("ids")))
    .order_by(messages.c.seq)
)

LAST_REV = select(revision.c.value)
_mine = chat_members.alias("mine")
MARKS_REV = (
    select(func.coalesce(func.max(chat_members.c.read_rev), 0))
    .select_from(chat_members.join(_mine, _mine.c.chat_id == chat_members.c.chat_id))
    .where(
        _mine.c.user_id == bindparam("user_id"),
        _mine.c.left_at.is_(None),
        chat_members.c.user_id.in_(ids_in("mutual")),
        chat_members.c.left_at.is_(None),
    )
)
USER_REV = select(user.c.rev).where(user.c.id == bindparam("user_id"))


class Ask(NamedTuple):
    """Someone asks to mark a message, and all before it in its chat, as read."""

    user_id: int
    chat_id: int
    message_id: int


class Move(NamedTuple):
    """A watermark that moves."""

    user_id: int
    chat_id: int
    after: int
    up_to: int


def targets(tx: Tx, asks: list[Ask]) -> dict[int, tuple[int, int, int]]:
    """For each ask that is allowed, by its place: (seq of the message, the reader's mark, the mark's rev)."""
    return {place: (seq, mark, rev) for place, seq, mark, rev in tx.run(TARGETS, items=asks)}


def move(tx: Tx, moves: list[Move], revs: dict[Move, int]) -> None:
    """Raise watermarks and log it."""
    tx.run_many(MOVE, [{"chat": m.chat_id, "reader": m.user_id, "seq": m.up_to, "rev": revs[m]} for m in moves])
    tx.run_many(
        LOG,
        [{"chat_id": m.chat_id, "user_id": m.user_id, "up_to_seq": m.up_to, "read_at": tx.now} for m in moves],
    )


def unread(tx: Tx, pairs: list[tuple[int, int]]) -> list[tuple[int, int, int]]:
    """For each (person, chat): (unread, mark, the mark's rev)."""
    found = {place: values for place, *values in tx.run(UNREAD, items=pairs)}
    return [tuple(found[place]) for place in range(len(pairs))]


def authors(tx: Tx, moves: list[Move]) -> dict[int, list[int]]:
    """For each move, by its place: the authors of what was newly read who are mutual contacts of the reader."""
    found: dict[int, list[int]] = {}
    for place, author in tx.run(AUTHORS, items=moves):
        found.setdefault(place, []).append(author)
    return found


def newly_read(tx: Tx, move: Move) -> list[int]:
    """The last ids of others' messages that this move covers, in order."""
    found: list[Any] = tx.run(NEWLY_READ, chat_id=move.chat_id, after=move.after, up_to=move.up_to, reader=move.user_id)
    return [row[0] for row in reversed(found)]

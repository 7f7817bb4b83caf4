"""SQL of watermarks: moving them, what they leave unread, and whose messages were read."""

from typing import Any

import msgspec
from sqlalchemy import BigInteger, Integer, and_, bindparam, func, select, type_coerce, update

from ryadom.chats.store import MEMBERSHIPS, unread_count
from ryadom.db import commit_log
from ryadom.db.query import ids_in, new, rows
from ryadom.db.tables import chat_members, chats, message_read_statuses, messages, revision, user
from ryadom.db.tx import Tx

TOLD_AT_MOST = 100
"""Message ids in one `messages_read`."""
SHORT = 200
"""Messages that are read at once by a move that is looked at together with others."""
MAX_REMEMBERED = 100_000
"""Marks that are kept between sets at most."""
LOOKED_AT_MOST = 20_000
"""Messages whose authors are told of one reading: whoever wrote only before those sees the mark in the chat."""

_asked = rows("items", user_id=BigInteger, chat_id=BigInteger, message_id=BigInteger)
# Asked for with every reading: the driver's own truth will do.
_is_there = type_coerce(messages.c.deleted_at.is_(None), Integer)
TARGETS = (
    select(
        _asked.c.ordinal, messages.c.seq, messages.c.sender_id, _is_there,
        chat_members.c.read_up_to_seq, chat_members.c.read_rev,
    )
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
_named = rows("items", chat_id=BigInteger, message_id=BigInteger)
NAMED = select(_named.c.ordinal, messages.c.seq, messages.c.sender_id, _is_there).select_from(
    _named.join(messages, and_(messages.c.id == _named.c.message_id, messages.c.chat_id == _named.c.chat_id))
)
MOVE = (
    update(chat_members)
    .where(
        chat_members.c.chat_id == bindparam("chat"),
        chat_members.c.user_id == bindparam("reader"),
        chat_members.c.read_up_to_seq < bindparam("seq"),
    )
    .values(read_up_to_seq=bindparam("seq"), read_rev=bindparam("rev"))
)
_LOGGED = ("rev", "chat_id", "user_id", "up_to_seq", "read_at")
LOG = new(message_read_statuses, *_LOGGED)
_pairs = rows("items", user_id=BigInteger, chat_id=BigInteger)
UNREAD = select(_pairs.c.ordinal, unread_count(chat_members, chats)).select_from(
    _pairs.join(
        chat_members,
        and_(chat_members.c.chat_id == _pairs.c.chat_id, chat_members.c.user_id == _pairs.c.user_id),
    ).join(chats, chats.c.id == _pairs.c.chat_id)
)
_moved = rows("items", user_id=BigInteger, chat_id=BigInteger, after=BigInteger, up_to=BigInteger)
_others = and_(messages.c.sender_id != _moved.c.user_id, messages.c.deleted_at.is_(None))
NEWLY_READ_SHORT = (
    select(_moved.c.ordinal, messages.c.id, messages.c.sender_id)
    .select_from(
        _moved.join(
            messages,
            and_(
                messages.c.chat_id == _moved.c.chat_id,
                messages.c.seq > _moved.c.after,
                messages.c.seq <= _moved.c.up_to,
            ),
        )
    )
    .where(_others)
    .order_by(_moved.c.ordinal, messages.c.seq)
)
NEWLY_READ = (
    select(messages.c.id, messages.c.sender_id)
    .where(
        messages.c.chat_id == bindparam("chat_id"),
        messages.c.seq > bindparam("after"),
        messages.c.seq <= bindparam("up_to"),
        messages.c.sender_id != bindparam("reader"),
        messages.c.deleted_at.is_(None),
    )
    .order_by(messages.c.seq.desc())
    .limit(LOOKED_AT_MOST)
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
REVS = (
    select(
        chat_members.c.user_id, func.max(chats.c.rev), func.max(chat_members.c.rev), func.max(chat_members.c.read_rev)
    )
    .select_from(MEMBERSHIPS)
    .where(chat_members.c.user_id.in_(ids_in("ids")))
    .group_by(chat_members.c.user_id)
)
OWN_REVS = select(user.c.id, user.c.rev).where(user.c.id.in_(ids_in("ids")))
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


Pair = tuple[int, int]
"""A person and a chat."""


class Ask(msgspec.Struct, frozen=True, gc=False):
    """Someone asks to mark a message, and all before it in its chat, as read."""

    user_id: int
    chat_id: int
    message_id: int
    counted: bool
    """Whether the answer is to say what is unread then."""


class Move(msgspec.Struct, frozen=True, gc=False):
    """A watermark that moves."""

    user_id: int
    chat_id: int
    after: int
    up_to: int
    last: tuple[int, int] | None
    """(id, sender) of the message at `up_to`, if it is somebody else's and there."""


def marks(tx: Tx) -> dict[Pair, int]:
    """(person, chat) → their mark, as far as sets have met it: see `db.tx.Memory`."""
    return tx.memory.setdefault("marks", {})


Target = Any
"""The message that an ask names, a row: place of the ask, seq, sender, whether it is there still (1 or 0 on SQLite)."""


def targets(tx: Tx, asks: list[Ask], pairs: list[Pair]) -> tuple[list[Target], dict[Pair, int]]:
    """What the asks that are allowed name; and of which rev the marks of those pairs are, where an ask is `counted`.

    `marks` knows the marks of all of them.
    """
    known = marks(tx)
    if len(known) > MAX_REMEMBERED:
        known.clear()
    # Whoever has a mark in memory is a member.
    if known.keys() >= set(pairs) and not any(ask.counted for ask in asks):
        return tx.run(NAMED, items=[(ask.chat_id, ask.message_id) for ask in asks]), {}
    found = tx.run(TARGETS, items=[(ask.user_id, ask.chat_id, ask.message_id) for ask in asks])
    known.update({pairs[place]: mark for place, _, _, _, mark, _ in found})
    return [row[:4] for row in found], {pairs[row[0]]: row[5] for row in found}


def move(tx: Tx, moves: list[Move], first_rev: int) -> None:
    """Raise watermarks, with one rev each from the first on, and log it."""
    raised = [(m.chat_id, m.user_id, m.up_to, rev) for rev, m in enumerate(moves, first_rev)]
    tx.run_rows(MOVE, ("chat", "reader", "seq", "rev"), raised)
    stamp = tx.stamp
    tx.run_rows(LOG, _LOGGED, [(rev, chat, reader, seq, stamp) for chat, reader, seq, rev in raised])
    marks(tx).update({(m.user_id, m.chat_id): m.up_to for m in moves})


def unread(tx: Tx, pairs: list[Pair]) -> list[int]:
    """What each (person, chat) has unread."""
    return [count for _, count in sorted(tx.run(UNREAD, items=pairs))] if pairs else []


class Read(msgspec.Struct, frozen=True):
    """Others' messages that a move covers: the last ids in order, the authors, and how many there are."""

    last_ids: list[int]
    authors: list[int]
    number: int
    whole: bool = True
    """Whether all were looked at: else `authors` and `number` are of the latest only."""


NOTHING = Read([], [], 0)


def newly_read(tx: Tx, moves: list[Move]) -> list[Read]:
    """What each of these moves covers."""
    short = [move for move in moves if 1 < move.up_to - move.after <= SHORT]
    found: dict[Move, list[tuple[int, int]]] = {move: [] for move in short}
    asked = [(move.user_id, move.chat_id, move.after, move.up_to) for move in short]
    for ordinal, id_, author in tx.run(NEWLY_READ_SHORT, items=asked) if asked else ():
        found[short[ordinal]].append((id_, author))
    return [_read_by(tx, move, found) for move in moves]


def _read_by(tx: Tx, move: Move, found: dict[Move, list[tuple[int, int]]]) -> Read:
    if move.up_to - move.after == 1:
        # Who reads as it comes: the message that was named is all.
        return NOTHING if move.last is None else Read([move.last[0]], [move.last[1]], 1)
    latest = found.get(move)
    if latest is None:
        latest = tx.run(NEWLY_READ, chat_id=move.chat_id, after=move.after, up_to=move.up_to, reader=move.user_id)[::-1]
    ids = [id_ for id_, _ in latest[-TOLD_AT_MOST:]]
    return Read(ids, list(dict.fromkeys([author for _, author in latest])), len(latest), len(latest) < LOOKED_AT_MOST)


def highest_revs(tx: Tx, ids: list[int]) -> tuple[dict[int, int], int]:
    """The highest rev that concerns each of these people, but for what others have read; and the number of a commit.

    All of that was committed by then.
    """
    highest: dict[int, int] = dict(map(tuple, tx.run(OWN_REVS, ids=ids)))
    for user_id, *revs in tx.run(REVS, ids=ids):
        highest[user_id] = max(highest.get(user_id, 0), *revs)
    return highest, commit_log.head(tx)

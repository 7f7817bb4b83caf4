"""Catching up: the whole of what a client shows, and what changed in a chat since a rev. One moment each."""

from collections.abc import Iterable
from typing import Any

from msgspec import structs
from sqlalchemy import bindparam, or_, select

from ryadom.auth.store import get_me, own_rev
from ryadom.chats import store as chats
from ryadom.chats.actions import membership, view
from ryadom.chats.recall import Recall
from ryadom.chats.snapshot import views
from ryadom.contacts.store import list_contacts, mutual_ids
from ryadom.db.query import ids_in
from ryadom.db.tables import chat_members
from ryadom.db.tx import Tx
from ryadom.messages.store import since, since_many
from ryadom.presence.statuses import Statuses
from ryadom.protocol.events import CaughtUp
from ryadom.protocol.schemas import Changes, Chat, Mark, Message, Snapshot

PAGE = 500
"""Messages in one answer of `changes`, and of `catch_up`."""
MOST_CHATS = 200
"""Changed chats in one answer of `catch_up`."""

MARKS_SINCE = select(chat_members.c.user_id, chat_members.c.read_up_to_seq).where(
    chat_members.c.chat_id == bindparam("chat_id"),
    chat_members.c.left_at.is_(None),
    chat_members.c.read_rev > bindparam("rev"),
    or_(chat_members.c.user_id == bindparam("user_id"), chat_members.c.user_id.in_(ids_in("mutual"))),
)


_chats_in = chat_members.c.chat_id.in_(ids_in("chat_ids"))
MARKS_SINCE_OF_MANY = select(
    chat_members.c.chat_id, chat_members.c.user_id, chat_members.c.read_up_to_seq
).where(
    _chats_in,
    chat_members.c.left_at.is_(None),
    chat_members.c.read_rev > bindparam("rev"),
    or_(chat_members.c.user_id == bindparam("user_id"), chat_members.c.user_id.in_(ids_in("mutual"))),
)  # fmt: skip
MEMBERS_SINCE_OF_MANY = chats.MEMBERS_SINCE_COLUMNS.add_columns(chat_members.c.chat_id).where(
    _chats_in, chat_members.c.rev > bindparam("rev")
)
LEFT_SINCE = select(chat_members.c.chat_id).where(
    chat_members.c.user_id == bindparam("user_id"),
    chat_members.c.left_at.is_not(None),
    chat_members.c.rev > bindparam("rev"),
)


def missed(tx: Tx, user_id: int, after_rev: int, statuses: Statuses, away: bool, recall: Recall) -> CaughtUp:
    """What changed in all of one's chats after a rev."""
    own = views(tx, user_id, None, recall)
    me_rev = own_rev(tx, user_id)
    answer = CaughtUp(
        timestamp=tx.now, rev=max(me_rev, *(chat.rev for chat in own), 0), whole=False, chats=[], gone=[], statuses=[],
        total_unread=sum(chat.unread_count for chat in own if not chats.is_muted(chat.muted_until, tx.now)),
    )  # fmt: skip
    changed = {chat.id: chat for chat in own if chat.rev > after_rev}
    if me_rev > after_rev or len(changed) > MOST_CHATS:
        return answer
    chats_changed = _changed(tx, user_id, after_rev, changed) if changed else []
    if chats_changed is None:
        return answer
    return structs.replace(
        answer, whole=True, chats=chats_changed, statuses=statuses.read_contacts(tx, user_id, away),
        gone=[row[0] for row in tx.run(LEFT_SINCE, user_id=user_id, rev=after_rev)],
    )  # fmt: skip


def _changed(tx: Tx, user_id: int, after_rev: int, changed: dict[int, Chat]) -> list[Changes] | None:
    """What changed after a rev in these chats; None when it is more than a page."""
    messages = since_many(tx, {chat.id: chat.last_seq for chat in changed.values()}, after_rev, PAGE)
    if sum(map(len, messages.values())) >= PAGE:
        return None
    marks = _by_chat(
        tx.run(
            MARKS_SINCE_OF_MANY, chat_ids=list(changed), user_id=user_id, mutual=mutual_ids(tx, [user_id])[user_id],
            rev=after_rev,
        ), 0,
    )  # fmt: skip
    members = _by_chat(tx.run(MEMBERS_SINCE_OF_MANY, chat_ids=list(changed), rev=after_rev), -1)
    return [
        _changes(chat, messages[id_], members.get(id_, ()), [row[1:] for row in marks.get(id_, ())], chat.rev)
        for id_, chat in changed.items()
    ]


def _by_chat(found: list[Any], column: int) -> dict[int, list[Any]]:
    """Rows by the chat's id that stands in a column."""
    grouped: dict[int, list[Any]] = {}
    for row in found:
        grouped.setdefault(row[column], []).append(row)
    return grouped


def snapshot(tx: Tx, user_id: int, statuses: Statuses, away: bool, recall: Recall | None = None) -> Snapshot:
    """Everything that one's client needs to show its list."""
    me = get_me(tx, user_id)
    own = views(tx, user_id, None, recall)
    return Snapshot(
        rev=max(me.rev, *(chat.rev for chat in own), 0), server_time=tx.now, me=me, chats=own,
        statuses=statuses.read_contacts(tx, user_id, away), contacts=list_contacts(tx, user_id),
        total_unread=sum(chat.unread_count for chat in own if not chats.is_muted(chat.muted_until, tx.now)),
    )  # fmt: skip


def changes(tx: Tx, user_id: int, chat_id: int, after_rev: int) -> Changes:
    """What changed in a chat after a rev. Refuses `not_found` to whoever is no member."""
    membership(tx, chat_id, user_id)
    chat = view(tx, user_id, chat_id)
    messages = since(tx, chat_id, after_rev, PAGE + 1)
    more = len(messages) > PAGE
    messages = messages[:PAGE]
    members = tx.run(chats.MEMBERS_SINCE, chat_id=chat_id, rev=after_rev)
    mutual = mutual_ids(tx, [user_id])[user_id]
    marks = tx.run(MARKS_SINCE, chat_id=chat_id, user_id=user_id, mutual=mutual, rev=after_rev)
    rev = messages[-1].rev if more else max(chat.rev, after_rev)
    return _changes(chat, messages, members, marks, rev, more=more)


def _changes(
    chat: Chat, messages: list[Message], members: Iterable[Any], marks: Iterable[Any], rev: int, *, more: bool = False
) -> Changes:
    """`members` are rows of MEMBERS_SINCE, `marks` (reader, seq)."""
    return Changes(
        chat=chat, rev=rev, messages=messages, more=more,
        members=[chats.member_of(row) for row in members if row[5] is None],
        left=[row[0] for row in members if row[5] is not None],
        marks=[Mark(user_id=reader, up_to_seq=seq) for reader, seq in marks],
    )  # fmt: skip

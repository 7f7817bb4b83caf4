"""Catching up: the whole of what a client shows, and what changed in a chat since a rev. One moment each."""

from sqlalchemy import bindparam, or_, select

from ryadom.auth.store import get_me
from ryadom.chats import store as chats
from ryadom.chats.actions import membership, view
from ryadom.chats.recall import Recall
from ryadom.contacts.store import list_contacts, mutual_ids
from ryadom.db.query import ids_in
from ryadom.db.tables import chat_members
from ryadom.db.tx import Tx
from ryadom.messages.store import since
from ryadom.presence.statuses import Statuses
from ryadom.protocol.schemas import Changes, Mark, Snapshot

PAGE = 500
"""Messages in one answer of `changes`."""

MARKS_SINCE = select(chat_members.c.user_id, chat_members.c.read_up_to_seq).where(
    chat_members.c.chat_id == bindparam("chat_id"),
    chat_members.c.left_at.is_(None),
    chat_members.c.read_rev > bindparam("rev"),
    or_(chat_members.c.user_id == bindparam("user_id"), chat_members.c.user_id.in_(ids_in("mutual"))),
)


def snapshot(tx: Tx, user_id: int, statuses: Statuses, away: bool, recall: Recall | None = None) -> Snapshot:
    """Everything that one's client needs to show its list."""
    me = get_me(tx, user_id)
    own = chats.views(tx, user_id, None, recall)
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
    return Changes(
        chat=chat, rev=messages[-1].rev if more else max(chat.rev, after_rev), messages=messages, more=more,
        members=[chats.member_of(row) for row in members if row[5] is None],
        left=[row[0] for row in members if row[5] is not None],
        marks=[Mark(user_id=reader, up_to_seq=seq) for reader, seq in marks],
    )  # fmt: skip

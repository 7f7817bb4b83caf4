"""A person's chats as they see them: read in few statements, and as little as possible anew (`recall`)."""

from typing import Any

from sqlalchemy import Select, and_, bindparam, exists, select

from ryadom.auth.store import USER_COLUMNS, user_of
from ryadom.db.query import ids_in
from ryadom.db.tables import chat_members, chats, contacts, messages, user
from ryadom.db.tx import Tx
from ryadom.protocol.schemas import Chat

from .recall import Common, Marks, Recall, View
from .store import MEMBERSHIPS, MESSAGE_COLUMNS, PEER_ID, message_of, unread_count

CROWD = 100
"""Members beyond which a chat is crowded."""

_peer = chat_members.alias("peer")
_is_mutual = exists(
    select(1)
    .select_from(contacts)
    .where(contacts.c.owner_id == bindparam("user_id"), contacts.c.contact_id == _peer.c.user_id, contacts.c.mutual)
    .correlate(_peer)
)
_shown = and_(_peer.c.left_at.is_(None), _peer.c.read_up_to_seq > 0)
"""A member's mark that others may see, as far as they may see that member."""
_peers = and_(_peer.c.chat_id == chats.c.id, _peer.c.user_id == PEER_ID, _shown, _is_mutual)
MINE = (
    select(
        chats.c.id, chats.c.rev, chat_members.c.role, chat_members.c.read_up_to_seq, chat_members.c.rev,
        chat_members.c.read_rev, chat_members.c.muted_until, _peer.c.read_up_to_seq, _peer.c.read_rev,
    )
    .select_from(MEMBERSHIPS.outerjoin(_peer, _peers))
    .where(chat_members.c.user_id == bindparam("user_id"))
)  # fmt: skip
MINE_IN = MINE.where(chats.c.id == bindparam("chat_id"))
UNREAD_IN = (
    select(chats.c.id, unread_count(chat_members, chats))
    .select_from(MEMBERSHIPS)
    .where(chat_members.c.user_id == bindparam("user_id"), chats.c.id.in_(ids_in("chat_ids")))
)
_low, _high = user.alias("low"), user.alias("high")


def common(crowd: int) -> Select[Any]:
    """What chats are to all their members; `crowd`: members beyond which a chat is crowded."""
    beyond = select(1).select_from(_peer).where(_peer.c.chat_id == chats.c.id).correlate(chats).limit(1).offset(crowd)
    people = (one.c[column.name] for one in (_low, _high) for column in USER_COLUMNS)
    return (
        select(
            chats.c.id, chats.c.rev, chats.c.kind, chats.c.title, chats.c.created_at, chats.c.last_seq,
            exists(beyond), *people, *MESSAGE_COLUMNS,
        )
        .select_from(
            chats.outerjoin(_low, _low.c.id == chats.c.direct_low)
            .outerjoin(_high, _high.c.id == chats.c.direct_high)
            .outerjoin(messages, and_(messages.c.chat_id == chats.c.id, messages.c.seq == chats.c.last_seq))
        )
        .where(chats.c.id.in_(ids_in("ids")))
    )  # fmt: skip


COMMON = common(CROWD)
_marks = select(_peer.c.chat_id, _peer.c.user_id, _peer.c.read_up_to_seq, _peer.c.read_rev)
MARKS = _marks.where(_peer.c.chat_id.in_(ids_in("chat_ids")), _shown, _is_mutual)
_mutual = select(contacts.c.contact_id).where(contacts.c.owner_id == bindparam("user_id"), contacts.c.mutual)
MARKS_IN_CROWDS = _marks.where(_peer.c.chat_id.in_(ids_in("chat_ids")), _peer.c.user_id.in_(_mutual), _shown)
"""The same by one look for each contact instead of one for each member."""


def views(tx: Tx, user_id: int, chat_id: int | None = None, recall: Recall | None = None) -> list[Chat]:
    """A person's chats as they see them, the latest message first; or only one of them.

    `recall` keeps for the next reading what chats are to all their members; a writing has none.
    """
    mine = tx.run(MINE, user_id=user_id) if chat_id is None else tx.run(MINE_IN, user_id=user_id, chat_id=chat_id)
    kept = {} if recall is None else recall.views(user_id, mine)
    others = [row for row in mine if row[0] not in kept]
    commons = {id_: one.common for id_, one in kept.items()}
    unread = {}
    if others:
        commons |= _commons(tx, others, recall)
        unread = _unread_in(tx, user_id, others, commons)
    marks = _marks_in(tx, user_id, commons)
    found = []
    for row in mine:
        id_ = row[0]
        one, theirs = kept.get(id_), marks.get(id_, [])
        if one is None or one.marks != theirs:
            count = unread[id_] if one is None else one.chat.unread_count
            one = View(row, commons[id_], theirs, _view(user_id, row, count, commons[id_], theirs))
            if recall is not None:
                recall.keep_view(user_id, one)
        found.append((one.common.moment, id_, one.chat))
    return [chat for _, _, chat in sorted(found, reverse=True)]


def _commons(tx: Tx, mine: list[Any], recall: Recall | None) -> dict[int, Common]:
    """Each of these chats as it is to all its members."""
    found = {} if recall is None else recall.known((row[0], row[1]) for row in mine)
    missing = [row[0] for row in mine if row[0] not in found]
    if missing:
        for id_, rev, kind, title, created_at, last_seq, crowded, *rest in tx.run(COMMON, ids=missing):
            low, high = [None if one[0] is None else user_of(one) for one in (rest[:3], rest[3:6])]
            last = None if rest[6] is None else message_of(rest[6:])
            found[id_] = Common(kind, title, created_at, last_seq, crowded, low, high, last)
            if recall is not None:
                recall.keep(id_, rev, found[id_])
    return found


def _unread_in(tx: Tx, user_id: int, mine: list[Any], commons: dict[int, Common]) -> dict[int, int]:
    """How many messages are unread in each of these chats."""
    asked = [id_ for id_, _, _, mark, *_ in mine if mark < commons[id_].last_seq]
    counted = dict(tx.run(UNREAD_IN, user_id=user_id, chat_ids=asked)) if asked else {}
    return {row[0]: counted.get(row[0], 0) for row in mine}


def _marks_in(tx: Tx, user_id: int, commons: dict[int, Common]) -> dict[int, Marks]:
    """Group or channel → the marks there of this person's contacts."""
    marks: dict[int, Marks] = {}
    for crowded, query in ((False, MARKS), (True, MARKS_IN_CROWDS)):
        asked = [id_ for id_, common in commons.items() if common.kind != "direct" and common.crowded is crowded]
        for id_, *mark in tx.run(query, user_id=user_id, chat_ids=asked) if asked else ():
            marks.setdefault(id_, []).append(tuple(mark))
    return marks


def _view(user_id: int, row: Any, unread: int, common: Common, marks: Marks) -> Chat:
    id_, rev, role, mark, member_rev, read_rev, muted_until, peers_mark, peers_rev = row
    peer = common.peer(user_id)
    if peers_mark is not None and peer is not None:
        marks = [(peer.id, peers_mark, peers_rev)]
    return Chat(
        id=id_, kind=common.kind, title=common.title, peer=peer, role=role, last_message=common.last_message,
        last_seq=common.last_seq, rev=max(rev, member_rev, read_rev, *[rev for _, _, rev in marks]),
        unread_count=unread, read_up_to_seq=mark, peers_read_up_to_seq={str(reader): seq for reader, seq, _ in marks},
        muted_until=muted_until, created_at=common.created_at,
    )  # fmt: skip

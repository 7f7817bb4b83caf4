"""SQL of messages. Appends go down in sets: a fixed number of statements, however many arrive together."""

from typing import Any, NamedTuple

from sqlalchemy import BigInteger, Text, and_, bindparam, exists, func, insert, select, true, update

from ryadom.chats.store import MESSAGE_COLUMNS, PEER_ID, may_write, message_of
from ryadom.contacts.store import blocked
from ryadom.db.query import ids_in, rows
from ryadom.db.tables import Instant, chat_members, chats, contacts, messages, user
from ryadom.db.tx import Tx
from ryadom.protocol.schemas import Message

_pair = rows("items", user_id=BigInteger, chat_id=BigInteger)
_peer = user.alias("peer")
_sender = user.alias("sender")
_later = messages.alias("later")
PERMITS = (
    select(
        _pair.c.ordinal,
        chats.c.kind,
        chat_members.c.role,
        chats.c.last_seq,
        _peer.c.id,
        _peer.c.deleted_at.is_(None),
        blocked(chat_members.c.user_id, _peer.c.id),
        and_(
            func.coalesce(_sender.c.settings["add_contacts"].as_boolean(), true()),
            ~exists(
                select(1).where(contacts.c.owner_id == _sender.c.id, contacts.c.contact_id == _peer.c.id)
            ),
        ),
        ~exists(
            select(1).where(
                _later.c.chat_id == chats.c.id,
                _later.c.seq > chat_members.c.read_up_to_seq,
                _later.c.sender_id != chat_members.c.user_id,
                _later.c.deleted_at.is_(None),
            )
        ),
    )
    .select_from(
        _pair.join(
            chat_members,
            and_(
                chat_members.c.chat_id == _pair.c.chat_id,
                chat_members.c.user_id == _pair.c.user_id,
                chat_members.c.left_at.is_(None),
            ),
        )
        .join(chats, chats.c.id == chat_members.c.chat_id)
        .join(_sender, _sender.c.id == chat_members.c.user_id)
        .outerjoin(_peer, _peer.c.id == PEER_ID)
    )
)  # fmt: skip
_named = rows("items", sender_id=BigInteger, client_id=Text)
KNOWN = select(*MESSAGE_COLUMNS).select_from(
    _named.join(messages, and_(messages.c.sender_id == _named.c.sender_id, messages.c.client_id == _named.c.client_id))
)
IN_CHAT = select(messages.c.id, messages.c.chat_id).where(messages.c.id.in_(ids_in("ids")))
_new = rows(
    "items", chat_id=BigInteger, seq=BigInteger, rev=BigInteger, sender_id=BigInteger, text=Text, client_id=Text,
    reply_to=BigInteger,
)  # fmt: skip
APPEND = (
    insert(messages)
    .from_select(
        ["chat_id", "seq", "rev", "sender_id", "text", "client_id", "reply_to", "kind", "created_at"],
        select(
            _new.c.chat_id, _new.c.seq, _new.c.rev, _new.c.sender_id, _new.c.text, _new.c.client_id, _new.c.reply_to,
            bindparam("kind", type_=Text), bindparam("now", type_=Instant),
        ).order_by(_new.c.ordinal),
    )
    .returning(messages.c.chat_id, messages.c.seq, messages.c.id)
)  # fmt: skip
ADVANCE = (
    update(chats).where(chats.c.id == bindparam("chat")).values(last_seq=bindparam("seq"), rev=bindparam("new_rev"))
)
OWN_MARK = (
    update(chat_members)
    .where(
        chat_members.c.chat_id == bindparam("chat"),
        chat_members.c.user_id == bindparam("sender"),
        chat_members.c.read_up_to_seq < bindparam("seq"),
    )
    .values(read_up_to_seq=bindparam("seq"), read_rev=bindparam("new_rev"))
)
_readable = messages.join(
    chat_members,
    and_(
        chat_members.c.chat_id == messages.c.chat_id,
        chat_members.c.user_id == bindparam("reader"),
        chat_members.c.left_at.is_(None),
    ),
)
MESSAGE = select(*MESSAGE_COLUMNS).select_from(_readable).where(messages.c.id == bindparam("message_id"))
_in_chat = select(*MESSAGE_COLUMNS).where(messages.c.chat_id == bindparam("chat_id"))
_in_range = and_(messages.c.seq > bindparam("after"), messages.c.seq < bindparam("before"))
LATEST = _in_chat.where(_in_range).order_by(messages.c.seq.desc()).limit(bindparam("limit"))
EARLIEST = _in_chat.where(_in_range).order_by(messages.c.seq).limit(bindparam("limit"))
SINCE = _in_chat.where(messages.c.rev > bindparam("rev")).order_by(messages.c.rev).limit(bindparam("limit"))
EDIT = (
    update(messages)
    .where(messages.c.id == bindparam("message"))
    .values(text=bindparam("new_text"), edited_at=bindparam("at", type_=Instant), rev=bindparam("new_rev"))
)
DELETE = (
    update(messages)
    .where(messages.c.id == bindparam("message"))
    .values(text="", deleted_at=bindparam("at", type_=Instant), rev=bindparam("new_rev"))
)
LAST_POSSIBLE = 2**62


class Permit(NamedTuple):
    """What a sender may do in a chat, and what sending means there."""

    kind: str
    role: str
    last_seq: int
    peer_id: int | None
    peer_here: bool
    blocked: bool
    adds_contact: bool
    """The peer has never been among the sender's contacts, and the sender's setting adds whom they write to."""
    clear: bool
    """Nothing of others lies unread before the sender's next message."""

    @property
    def may_write(self) -> bool:
        """Whether the sender may post here."""
        return may_write(self.kind, self.role, cut_off=self.blocked or not self.peer_here)


class Row(NamedTuple):
    """A message to append."""

    chat_id: int
    seq: int
    rev: int
    sender_id: int
    text: str
    client_id: str | None
    reply_to: int | None


def permits(tx: Tx, pairs: list[tuple[int, int]]) -> dict[tuple[int, int], Permit]:
    """What each (sender, chat) may do; one who is no member is missing."""
    found = {}
    for place, *values in tx.run(PERMITS, items=pairs):
        permit = Permit(*values)
        found[pairs[place]] = permit._replace(adds_contact=bool(permit.adds_contact) and permit.kind == "direct")
    return found


def known(tx: Tx, names: list[tuple[int, str]]) -> dict[tuple[int, str], Message]:
    """The messages that these (sender, client_id) have become before."""
    if not names:
        return {}
    found = [message_of(row) for row in tx.run(KNOWN, items=names)]
    return {(message.sender_id, message.client_id or ""): message for message in found}


def chats_of(tx: Tx, message_ids: list[int]) -> dict[int, int]:
    """The chat of each of these messages."""
    return dict(tx.run(IN_CHAT, ids=message_ids)) if message_ids else {}


def append(tx: Tx, new: list[Row]) -> list[Message]:
    """Store messages; they come back in the same order."""
    ids = {(chat_id, seq): id_ for chat_id, seq, id_ in tx.run(APPEND, items=new, kind="text", now=tx.now)}
    last = {row.chat_id: row for row in new}
    tx.run_many(ADVANCE, [{"chat": row.chat_id, "seq": row.seq, "new_rev": row.rev} for row in last.values()])
    return [
        Message(
            id=ids[row.chat_id, row.seq], chat_id=row.chat_id, seq=row.seq, rev=row.rev, kind="text",
            sender_id=row.sender_id, text=row.text, client_id=row.client_id, reply_to=row.reply_to,
            created_at=tx.now, edited_at=None, deleted=False,
        )
        for row in new
    ]  # fmt: skip


def move_own_marks(tx: Tx, moved: list[Message]) -> None:
    """Set the senders' own marks to these messages of theirs."""
    tx.run_many(
        OWN_MARK,
        [{"chat": one.chat_id, "sender": one.sender_id, "seq": one.seq, "new_rev": one.rev} for one in moved],
    )


def get_message(tx: Tx, message_id: int, reader: int) -> Message | None:
    """A message in a chat that the reader is in."""
    row = tx.first(MESSAGE, message_id=message_id, reader=reader)
    return None if row is None else message_of(row)


def history(tx: Tx, chat_id: int, limit: int, before: int | None, after: int | None) -> list[Message]:
    """Messages between two seqs (exclusive), ascending; the latest ones, unless only `after` is given."""
    forward = after is not None and before is None
    found: list[Any] = tx.run(
        EARLIEST if forward else LATEST,
        chat_id=chat_id, limit=limit, after=after or 0, before=LAST_POSSIBLE if before is None else before,
    )  # fmt: skip
    messages_ = [message_of(row) for row in found]
    return messages_ if forward else messages_[::-1]


def since(tx: Tx, chat_id: int, rev: int, limit: int) -> list[Message]:
    """What is new, edited or deleted after a rev, by rev."""
    return [message_of(row) for row in tx.run(SINCE, chat_id=chat_id, rev=rev, limit=limit)]

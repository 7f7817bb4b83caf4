"""SQL of messages. Appends go down in sets: a fixed number of statements, however many arrive together."""

from typing import Any

from sqlalchemy import BigInteger, Text, and_, bindparam, exists, func, null, select, true, update

from ryadom.chats.store import MESSAGE_COLUMNS, PEER_ID, may_write, message_of
from ryadom.contacts.store import blocked
from ryadom.db.query import ids_in, new, rows
from ryadom.db.tables import Instant, chat_members, chats, client_ids, contacts, messages, user
from ryadom.db.tx import Tx, forget
from ryadom.protocol.schemas import Message
from ryadom.receipts.store import Pair, marks

LATEST_AT_MOST = 2_000
"""Messages back from the last, of which some may have to enter `client_ids` yet. To lower it would be to lose some."""

_pair = rows("items", user_id=BigInteger, chat_id=BigInteger)
_peer = user.alias("peer")
_sender = user.alias("sender")
_later = messages.alias("later")
PERMITS = (
    select(
        _pair.c.ordinal,
        chats.c.last_seq,
        chat_members.c.read_up_to_seq,
        chats.c.kind,
        chat_members.c.role,
        _peer.c.id,
        _peer.c.deleted_at.is_(None),
        blocked(chat_members.c.user_id, _peer.c.id),
        exists(
            select(1).where(contacts.c.owner_id == chat_members.c.user_id, contacts.c.contact_id == _peer.c.id)
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
        .outerjoin(_peer, _peer.c.id == PEER_ID)
    )
)  # fmt: skip
ADDS_CONTACTS = select(func.coalesce(_sender.c.settings["add_contacts"].as_boolean(), true())).where(
    _sender.c.id == bindparam("sender")
)
_marked = rows("items", user_id=BigInteger, chat_id=BigInteger, mark=BigInteger)
UNSEEN = select(_marked.c.ordinal).where(
    exists(
        select(1)
        .where(
            _later.c.chat_id == _marked.c.chat_id,
            _later.c.seq > _marked.c.mark,
            _later.c.sender_id != _marked.c.user_id,
            _later.c.deleted_at.is_(None),
        )
        .correlate(_marked)
    )
)
_named = rows("items", sender_id=BigInteger, client_id=Text)
NAMED = (
    select(*MESSAGE_COLUMNS)
    .select_from(
        _named.join(
            client_ids,
            and_(client_ids.c.sender_id == _named.c.sender_id, client_ids.c.client_id == _named.c.client_id),
        ).join(messages, messages.c.id == client_ids.c.message_id)
    )
)  # fmt: skip
BY_ID = select(*MESSAGE_COLUMNS).where(messages.c.id.in_(ids_in("ids")))
ENTRY = ("sender_id", "client_id", "message_id")
ADD_CLIENT_IDS = new(client_ids, *ENTRY)
FAIL_IF_THERE = (
    # A message_id cannot be null; where there is no such row, nothing is done.
    update(client_ids)
    .where(client_ids.c.sender_id == bindparam("sender"), client_ids.c.client_id == bindparam("name"))
    .values(message_id=null())
)
_entry = (messages.c.sender_id, messages.c.client_id, messages.c.id)
NOT_ENTERED = (
    select(*_entry)
    .where(
        messages.c.id > select(func.max(messages.c.id)).scalar_subquery() - LATEST_AT_MOST,
        messages.c.client_id.is_not(None),
        ~exists(
            select(1).where(
                client_ids.c.sender_id == messages.c.sender_id, client_ids.c.client_id == messages.c.client_id
            )
        ),
    )
    .order_by(messages.c.id)
)
ENTER = client_ids.insert().from_select(
    ("sender_id", "client_id", "message_id"),
    select(*_entry).where(
        messages.c.id >= bindparam("first"), messages.c.id <= bindparam("last"), messages.c.client_id.is_not(None)
    ),
)
IN_CHAT = select(messages.c.id, messages.c.chat_id).where(messages.c.id.in_(ids_in("ids")))
_APPENDED = (
    "id", "chat_id", "seq", "rev", "sent_rev", "sender_id", "text", "client_id", "reply_to", "created_at", "behind",
)  # fmt: skip
APPEND = new(messages, *_APPENDED)
_ADVANCED = ("seq", "new_rev", "chat")
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
_untouched = and_(messages.c.edited_at.is_(None), messages.c.deleted_at.is_(None))
NEW_SINCE = (
    _in_chat.where(_untouched, messages.c.seq > bindparam("after")).order_by(messages.c.seq).limit(bindparam("limit"))
)
CHANGED_SINCE = (
    _in_chat.where(~_untouched, messages.c.rev > bindparam("rev")).order_by(messages.c.rev).limit(bindparam("limit"))
)
_lasts = rows("items", chat_id=BigInteger, after=BigInteger)
LAST_OF_MANY = (
    select(*MESSAGE_COLUMNS)
    .select_from(_lasts.join(messages, and_(messages.c.chat_id == _lasts.c.chat_id, messages.c.seq > _lasts.c.after)))
    .where(_untouched, messages.c.sent_rev > bindparam("rev"))
)
CHANGED_OF_MANY = (
    select(*MESSAGE_COLUMNS)
    .where(messages.c.chat_id.in_(ids_in("ids")), ~_untouched, messages.c.rev > bindparam("rev"))
    .limit(bindparam("limit"))
)
SENT_REV = select(messages.c.sent_rev).where(
    messages.c.chat_id == bindparam("chat_id"), messages.c.seq == bindparam("seq")
)
LAST_SEQ = select(chats.c.last_seq).where(chats.c.id == bindparam("chat_id"))
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
FEW = 8
"""New messages of a chat that are asked for together with those of others."""
MAX_REMEMBERED = 50_000
"""Permits that are kept between sets at most."""


class Permit:
    """What a sender may do in a chat, and what sending means there."""

    __slots__ = ("entered", "kind", "may_write", "peer_id")

    def __init__(
        self, kind: str, role: str, peer_id: int | None, peer_here: bool, blocked_: bool, entered: bool
    ) -> None:
        self.kind = kind
        self.peer_id = peer_id
        self.may_write = may_write(kind, role, cut_off=blocked_ or not peer_here)
        """Whether the sender may post here."""
        self.entered = entered
        """The peer is, or has been, among the sender's contacts."""


def permits(tx: Tx, pairs: list[Pair]) -> dict[Pair, Permit]:
    """What these (sender, chat), and others that sets have met, may do; one who is no member is missing.

    `last_seqs` and `marks` of the receipts know the chats and marks of all of them.
    """
    known: dict[Pair, Permit] = tx.memory.setdefault("permits", {})
    last_seqs_, marks_ = last_seqs(tx), marks(tx)
    missing = [pair for pair in pairs if pair not in known or pair not in marks_]
    if missing:
        if len(known) > MAX_REMEMBERED:
            forget(tx.memory)
            return permits(tx, pairs)
        for place, last_seq, mark, *values in tx.run(PERMITS, items=missing):
            pair = missing[place]
            known[pair] = Permit(*values)
            last_seqs_[pair[1]], marks_[pair] = last_seq, mark
    return known


def last_seqs(tx: Tx) -> dict[int, int]:
    """Chat → the seq of its last message, as far as sets have met it."""
    return tx.memory.setdefault("last_seqs", {})


def behind(tx: Tx, pairs: list[Pair]) -> set[Pair]:
    """Which of these (sender, chat) have others' messages unread."""
    last_seqs_, marks_ = last_seqs(tx), marks(tx)
    permitted = permits(tx, pairs)
    doubtful = [(*pair, marks_[pair]) for pair in pairs if pair in permitted and marks_[pair] < last_seqs_[pair[1]]]
    if not doubtful:
        return set()
    return {doubtful[place][:2] for (place,) in tx.run(UNSEEN, items=doubtful)}


def adds_contacts(tx: Tx, sender_id: int) -> bool:
    """Whether this person's contacts grow by whom they write to."""
    return bool(tx.value(ADDS_CONTACTS, sender=sender_id))


def chats_of(tx: Tx, message_ids: list[int]) -> dict[int, int]:
    """The chat of each of these messages."""
    return dict(tx.run(IN_CHAT, ids=message_ids)) if message_ids else {}


class NewMessages:
    """Messages to append in one set, `most` of them: each gets the next id and rev, and the next seq of its chat."""

    def __init__(self, tx: Tx, most: int) -> None:
        self._tx = tx
        self._now, self._stamp = tx.now, tx.stamp
        self._rev, self._id = tx.next_rev_and_id(most)
        self._rows: list[tuple[Any, ...]] = []
        self._last: dict[int, tuple[int, int, int]] = {}
        self._moved: dict[Pair, tuple[int, int, int, int]] = {}
        self._last_seqs = last_seqs(tx)
        self._marks = marks(tx)

    def add(self, pair: Pair, text: str, client_id: str | None, reply_to: int | None, *, behind: bool) -> Message:
        """The next message of (sender, chat). `behind`: others' messages lie unread before it; else it moves the mark.

        The chat is one of `last_seqs`.
        """
        sender_id, chat_id = pair
        place = len(self._rows)
        id_, rev = self._id + place, self._rev + place
        seq = self._last_seqs[chat_id] = self._last_seqs[chat_id] + 1
        self._rows.append((id_, chat_id, seq, rev, rev, sender_id, text, client_id, reply_to, self._stamp, behind))
        self._last[chat_id] = (seq, rev, chat_id)
        if not behind:
            self._moved[pair] = (chat_id, sender_id, seq, rev)
            self._marks[pair] = seq
        return Message(id_, chat_id, seq, rev, "text", sender_id, text, client_id, reply_to, self._now, None, False)

    def write(self) -> int:
        """Store all of them, and give the id of the last; 0 when there are none."""
        if not self._rows:
            return 0
        self._tx.run_rows(APPEND, _APPENDED, self._rows)
        self._tx.run_rows(ADVANCE, _ADVANCED, list(self._last.values()))
        self._tx.run_rows(OWN_MARK, ("chat", "sender", "seq", "new_rev"), list(self._moved.values()))
        return int(self._rows[-1][0])


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


def since_many(tx: Tx, last_seqs_: dict[int, int], rev: int, limit: int) -> dict[int, list[Message]]:
    """`since` for several chats, given the seq of each one's last message: all together where little is new."""
    asked = [(chat_id, max(last_seq - FEW, 0)) for chat_id, last_seq in last_seqs_.items()]
    found: dict[int, list[Message]] = {chat_id: [] for chat_id in last_seqs_}
    for row in tx.run(LAST_OF_MANY, items=asked, rev=rev):
        found[row[1]].append(message_of(row))
    for row in tx.run(CHANGED_OF_MANY, ids=list(last_seqs_), rev=rev, limit=limit):
        found[row[1]].append(message_of(row))
    for chat_id, messages_ in found.items():
        found[chat_id] = (
            since(tx, chat_id, rev, limit) if len(messages_) >= FEW
            else sorted(messages_, key=lambda message: message.rev)
        )  # fmt: skip
    return found


def since(tx: Tx, chat_id: int, rev: int, limit: int) -> list[Message]:
    """What is new, edited or deleted after a rev, by rev."""
    found = tx.run(NEW_SINCE, chat_id=chat_id, after=_sent_by(tx, chat_id, rev), limit=limit)
    found = found + tx.run(CHANGED_SINCE, chat_id=chat_id, rev=rev, limit=limit)
    return sorted(map(message_of, found), key=lambda message: message.rev)[:limit]


def _sent_by(tx: Tx, chat_id: int, rev: int) -> int:
    """The seq of the last message that was sent at or before a rev; 0 for none. Near the end it is found soonest."""
    high: int = tx.value(LAST_SEQ, chat_id=chat_id) + 1
    step = 1
    low = max(high - step, 0)
    while low > 0 and tx.value(SENT_REV, chat_id=chat_id, seq=low) > rev:
        step *= 2
        low, high = max(low - step, 0), low
    while high - low > 1:
        middle = (low + high) // 2
        if tx.value(SENT_REV, chat_id=chat_id, seq=middle) > rev:
            high = middle
        else:
            low = middle
    return low

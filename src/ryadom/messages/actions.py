"""Send, edit, delete. An answered message is on disk; a retry with the same client_id is harmless."""

import asyncio
from functools import partial
from typing import NamedTuple

from msgspec import structs

from ryadom.chats.actions import membership
from ryadom.chats.store import SET_REV
from ryadom.contacts.actions import changing
from ryadom.contacts.store import add
from ryadom.db.database import Database, Told
from ryadom.db.tx import Tx
from ryadom.limits import Limiter
from ryadom.protocol.audience import Chat
from ryadom.protocol.errors import Refusal
from ryadom.protocol.events import MessageDeleted, MessageEdited, NewMessage
from ryadom.protocol.facts import MessageRemoved
from ryadom.protocol.schemas import Message

from . import store
from .store import Permit, Row


class Send(NamedTuple):
    """A message to send."""

    sender_id: int
    chat_id: int
    text: str
    client_id: str | None
    reply_to: int | None
    connection_id: str | None
    """The socket that sends it, which gets `message_sent` in place of `new_message`."""


class Sent(NamedTuple):
    """A message on disk, and whether it is new."""

    message: Message
    new: bool


class Messages:
    """What people do with messages."""

    def __init__(self, db: Database, limiter: Limiter) -> None:
        self._db = db
        self._limiter = limiter

    def send(self, send: Send) -> "asyncio.Future[Sent]":
        """Store a message and deliver it. Refuses `not_found`, `cannot_write`, `client_id_reused`, `too_many`."""
        self._limiter.check("message_user", send.sender_id)
        return self._db.write_many(send_many, send)

    def post(self, send: Send, told: Told) -> None:
        """`send` for a socket: `told` gets the `Sent` or the refusal. Raises `Refusal` for what is refused at once."""
        self._limiter.check("message_user", send.sender_id)
        self._db.post(send_many, send, told)

    async def edit(self, user_id: int, message_id: int, text: str) -> Message:
        """Give one's message a new text. Refuses `not_found`, `forbidden`, `message_deleted`, `cannot_write`."""
        self._limiter.check("message_user", user_id)
        return await self._db.write(partial(_edit, user_id=user_id, message_id=message_id, text=text))

    async def delete(self, user_id: int, message_id: int) -> None:
        """Leave a tombstone of one's message. Refuses `not_found`, `forbidden`."""
        self._limiter.check("message_user", user_id)
        await self._db.write(partial(_delete, user_id=user_id, message_id=message_id))


class _Batch:
    """What a set of sends becomes: decided in the order in which they came, written together."""

    def __init__(self, tx: Tx, items: list[Send], known: dict[tuple[int, str], Message] | None) -> None:
        pairs = list(dict.fromkeys([(item.sender_id, item.chat_id) for item in items]))
        self.permits = store.permits(tx, pairs)
        self.behind = store.behind(tx, pairs)
        self.known = known
        """What these names have become before; None when that was not looked up."""
        self.reply_chats = store.chats_of(tx, [item.reply_to for item in items if item.reply_to is not None])
        known_seqs = store.last_seqs(tx)
        self.last_seq = {chat_id: known_seqs[chat_id] for _, chat_id in pairs if chat_id in known_seqs}
        self.crowded: dict[int, int | None] = {}
        """Chat → who alone has written in this batch; None: several have."""
        self.rows: list[Row] = []
        self.places: dict[tuple[int, str], int] = {}

    def take(self, send: Send, rev: int) -> int | Message | Refusal:
        """The place of a new row, the message that this was before, or why not."""
        permit = self.permits.get((send.sender_id, send.chat_id))
        if permit is None:
            return Refusal("not_found")
        if send.client_id is not None:
            again = self._again(send, send.client_id)
            if again is not None:
                return again
        refusal = self._refusal(send, permit)
        if refusal is not None:
            if self.known is None and send.client_id is not None:
                raise _Doubt  # perhaps it was sent when it still could be
            return refusal
        return self._append(send, rev)

    def _refusal(self, send: Send, permit: Permit) -> Refusal | None:
        if not permit.may_write:
            return Refusal("cannot_write")
        if send.reply_to is not None and self.reply_chats.get(send.reply_to) != send.chat_id:
            return Refusal("not_found", "reply_to is no message of this chat.")
        return None

    def _again(self, send: Send, client_id: str) -> int | Message | Refusal | None:
        name = (send.sender_id, client_id)
        place = self.places.get(name)
        if place is not None:
            row = self.rows[place]
            same = row.chat_id == send.chat_id and row.text == send.text
            return place if same else Refusal("client_id_reused")
        before = self.known.get(name) if self.known is not None else None
        if before is None:
            return None
        untouched = before.edited_at is None and not before.deleted
        if before.chat_id != send.chat_id or (untouched and before.text != send.text):
            return Refusal("client_id_reused")
        return before

    def _append(self, send: Send, rev: int) -> int:
        place = len(self.rows)
        sender_id, chat_id, text, client_id, reply_to, _ = send
        seq = self.last_seq[chat_id] = self.last_seq[chat_id] + 1
        alone = self.crowded.setdefault(chat_id, sender_id)
        if alone != sender_id:
            self.crowded[chat_id] = None
        behind = alone != sender_id or (sender_id, chat_id) in self.behind
        self.rows.append(Row(chat_id, seq, rev, sender_id, text, client_id, reply_to, behind))
        if client_id is not None:
            self.places[sender_id, client_id] = place
        return place


class _Doubt(Exception):
    """A refusal that a retry of an earlier message must not get."""


def send_many(tx: Tx, items: list[Send]) -> list[Sent | Refusal]:
    """Append a set of messages: gapless seqs, one new rev each, senders' own marks, contacts, events.

    Retries are rare, so their names are looked up only when the set has met one: then it raises and runs again.
    """
    known = None
    if tx.again:
        known = store.known(tx, [(item.sender_id, item.client_id) for item in items if item.client_id is not None])
    first_rev = tx.next_rev(len(items))
    batch = _Batch(tx, items, known)
    taken = [batch.take(item, first_rev + place) for place, item in enumerate(items)]
    messages = store.append(tx, batch.rows) if batch.rows else []
    results: list[Sent | Refusal] = []
    told = -1
    for item, outcome in zip(items, taken, strict=True):
        if type(outcome) is int:
            message = messages[outcome]
            results.append(Sent(message, outcome > told))
            if outcome > told:
                told = outcome
                event = NewMessage(timestamp=tx.now, rev=message.rev, message=message)
                tx.emit(event, Chat(message.chat_id, item.connection_id))
                _acquaint(tx, item, batch.permits[item.sender_id, item.chat_id])
        else:
            results.append(Sent(outcome, False) if isinstance(outcome, Message) else outcome)  # type: ignore[arg-type]
    return results


def _acquaint(tx: Tx, item: Send, permit: Permit) -> None:
    """Writing to somebody makes them one's contact."""
    peer_id = permit.peer_id
    if permit.entered or permit.kind != "direct" or peer_id is None:
        return
    if store.adds_contacts(tx, item.sender_id):
        changing(tx, item.sender_id, peer_id, lambda: add(tx, item.sender_id, peer_id, by_hand=False))


def _own(tx: Tx, user_id: int, message_id: int) -> Message:
    message = store.get_message(tx, message_id, user_id)
    if message is None:
        raise Refusal("not_found")
    if message.sender_id != user_id:
        raise Refusal("forbidden", "Only its sender changes a message.")
    return message


def _edit(tx: Tx, user_id: int, message_id: int, text: str) -> Message:
    message = _own(tx, user_id, message_id)
    if message.deleted:
        raise Refusal("message_deleted")
    if not membership(tx, message.chat_id, user_id).may_write:
        raise Refusal("cannot_write")
    if message.text == text:
        return message
    rev = tx.next_rev()
    tx.run(store.EDIT, message=message_id, new_text=text, at=tx.now, new_rev=rev)
    tx.run(SET_REV, chat=message.chat_id, rev=rev)
    edited = structs.replace(message, text=text, edited_at=tx.now, rev=rev)
    tx.emit(MessageEdited(timestamp=tx.now, rev=rev, message=edited), Chat(message.chat_id))
    return edited


def _delete(tx: Tx, user_id: int, message_id: int) -> None:
    message = _own(tx, user_id, message_id)
    if message.deleted:
        return
    rev = tx.next_rev()
    tx.run(store.DELETE, message=message_id, at=tx.now, new_rev=rev)
    tx.run(SET_REV, chat=message.chat_id, rev=rev)
    gone = structs.replace(message, text="", deleted=True, rev=rev)
    tx.emit(MessageDeleted(timestamp=tx.now, rev=rev, message=gone), Chat(message.chat_id))
    tx.tell(MessageRemoved(rev=rev, chat_id=message.chat_id, sender_id=user_id, seq=message.seq))

"""Send, edit, delete. An answered message is on disk; a retry with the same client_id is harmless."""

import asyncio
from functools import partial

import msgspec
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
from ryadom.receipts.store import Pair

from . import client_ids, store
from .store import Permit


class Send(msgspec.Struct, frozen=True, gc=False):
    """A message to send."""

    sender_id: int
    chat_id: int
    text: str
    client_id: str | None
    reply_to: int | None
    connection_id: str | None
    """The socket that sends it, which gets `message_sent` in place of `new_message`."""


class Sent(msgspec.Struct, frozen=True):
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


NOBODY = 0
"""No person's id."""


class _Doubt(Exception):
    """A refusal that a retry of an earlier message must not get."""


class _Batch:
    """What a set of sends becomes: decided in the order in which they came, written together."""

    def __init__(self, tx: Tx, items: list[Send], known: dict[tuple[int, str], Message] | None) -> None:
        pairs = list(dict.fromkeys([(item.sender_id, item.chat_id) for item in items]))
        self._tx = tx
        self._permits = store.permits(tx, pairs)
        self._behind = store.behind(tx, pairs)
        self._known = known
        """What these names have become before; None when that was not looked up."""
        self._reply_chats = store.chats_of(tx, [item.reply_to for item in items if item.reply_to is not None])
        self._writer: dict[int, int] = {}
        """Chat → who wrote there first in this batch; nobody, once several have."""
        self._sent: dict[tuple[int, str], Message] = {}
        self.new = store.NewMessages(tx, len(items))

    def take(self, send: Send) -> Sent | Refusal:
        """The message that this becomes, or was before, or why not."""
        pair = (send.sender_id, send.chat_id)
        permit = self._permits.get(pair)
        if permit is None:
            return Refusal("not_found")
        if send.client_id is not None:
            again = self._again(send, send.client_id)
            if again is not None:
                return again
        if not permit.may_write:
            return self._refuse(send, Refusal("cannot_write"))
        if send.reply_to is not None and self._reply_chats.get(send.reply_to) != send.chat_id:
            return self._refuse(send, Refusal("not_found", "reply_to is no message of this chat."))
        message = self.new.add(pair, send.text, send.client_id, send.reply_to, behind=self._lags(pair))
        if send.client_id is not None:
            self._sent[send.sender_id, send.client_id] = message
        event = NewMessage(timestamp=self._tx.now, rev=message.rev, message=message)
        self._tx.emit(event, Chat(send.chat_id, send.connection_id))
        if not permit.entered:
            _acquaint(self._tx, send.sender_id, permit)
        return Sent(message, True)

    def write(self) -> None:
        """Store what is new. Raises when a client_id was there before and that was not looked up."""
        if last_id := self.new.write():
            client_ids.remember(self._tx, {name: message.id for name, message in self._sent.items()}, last_id)

    def _refuse(self, send: Send, refusal: Refusal) -> Refusal:
        if self._known is None and send.client_id is not None:
            raise _Doubt  # perhaps it was sent when it still could be
        return refusal

    def _again(self, send: Send, client_id: str) -> Sent | Refusal | None:
        name = (send.sender_id, client_id)
        before = self._sent.get(name) or (self._known.get(name) if self._known is not None else None)
        if before is None:
            return None
        untouched = before.edited_at is None and not before.deleted
        if before.chat_id != send.chat_id or (untouched and before.text != send.text):
            return Refusal("client_id_reused")
        return Sent(before, False)

    def _lags(self, pair: Pair) -> bool:
        """Whether others' messages lie unread before the next one of this sender, in this batch or from before."""
        sender_id, chat_id = pair
        if self._writer.setdefault(chat_id, sender_id) == sender_id:
            return pair in self._behind
        self._writer[chat_id] = NOBODY
        return True


def send_many(tx: Tx, items: list[Send]) -> list[Sent | Refusal]:
    """Append a set of messages: gapless seqs, one new rev each, senders' own marks, contacts, events.

    A set that meets a retry that was not looked up raises and runs again.
    """
    names = [(item.sender_id, item.client_id) for item in items if item.client_id is not None]
    batch = _Batch(tx, items, client_ids.look_up(tx, names))
    results = [batch.take(item) for item in items]
    batch.write()
    return results


def _acquaint(tx: Tx, sender_id: int, permit: Permit) -> None:
    """Writing to somebody makes them one's contact."""
    peer_id = permit.peer_id
    if permit.kind == "direct" and peer_id is not None and store.adds_contacts(tx, sender_id):
        changing(tx, sender_id, peer_id, lambda: add(tx, sender_id, peer_id, by_hand=False))
        permit.entered = True


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

"""Reading: a watermark that only rises, and who hears of it."""

import asyncio
from typing import NamedTuple

from ryadom.db.database import Database, Told
from ryadom.db.tx import Tx
from ryadom.protocol.audience import Mutual
from ryadom.protocol.errors import Refusal
from ryadom.protocol.events import MessagesRead
from ryadom.protocol.facts import CountMoved
from ryadom.protocol.schemas import ReadResult

from . import store
from .counts import Counts
from .store import Ask, Move


class Marked(NamedTuple):
    """One's mark in a chat after reading."""

    unread: int
    up_to: int
    rev: int


class Receipts:
    """What people do with read marks."""

    def __init__(self, db: Database, counts: Counts) -> None:
        self._db = db
        self._counts = counts

    def mark_read(self, user_id: int, chat_id: int, message_id: int) -> "asyncio.Future[Marked]":
        """Mark a message and all before it in its chat as read. Refuses `not_found`."""
        return self._db.write_many(mark_read, Ask(user_id, chat_id, message_id))

    def post(self, user_id: int, chat_id: int, message_id: int, told: Told) -> None:
        """`mark_read` for a socket: `told` gets what the mark is now, or the refusal."""
        self._db.post(mark_read, Ask(user_id, chat_id, message_id), told)

    async def read(self, user_id: int, chat_id: int | None, message_ids: list[int]) -> ReadResult:
        """The same for the last of several messages of one chat. Refuses `not_found`, `different_chats`."""
        wanted = dict.fromkeys(message_ids)
        found = await self._db.read(lambda tx: tx.run(store.RESOLVE, user_id=user_id, ids=list(wanted)))
        if len(found) != len(wanted):
            raise Refusal("not_found")
        if len({row[1] for row in found}) > 1:
            raise Refusal("different_chats")
        last_id, in_chat, _ = found[-1]
        if chat_id not in (None, in_chat):
            raise Refusal("not_found")
        marked = await self.mark_read(user_id, in_chat, last_id)
        return ReadResult(
            chat_id=in_chat, up_to_seq=marked.up_to, unread_count=marked.unread, rev=marked.rev,
            total_unread=await self._counts.total(user_id),
        )  # fmt: skip


def mark_read(tx: Tx, asks: list[Ask]) -> list[Marked | Refusal]:
    """Move the watermarks of a set of asks. What moves nothing is silent."""
    targets = store.targets(tx, asks)
    highest: dict[tuple[int, int], Move] = {}
    for place, (seq, mark, _) in targets.items():
        ask = asks[place]
        known = highest.get((ask.user_id, ask.chat_id))
        if seq > (known.up_to if known else mark):
            highest[ask.user_id, ask.chat_id] = Move(ask.user_id, ask.chat_id, mark, seq)
    moves = list(highest.values())
    if moves:
        store.move(tx, moves, tx.next_rev(len(moves)))
    pairs = list(dict.fromkeys((asks[place].user_id, asks[place].chat_id) for place in targets))
    state = {pair: Marked(*values) for pair, values in zip(pairs, store.unread(tx, pairs), strict=True)}
    if moves:
        _tell(tx, moves, state)
    return [
        state[ask.user_id, ask.chat_id] if place in targets else Refusal("not_found") for place, ask in enumerate(asks)
    ]


def _tell(tx: Tx, moves: list[Move], state: dict[tuple[int, int], Marked]) -> None:
    for move in moves:
        marked = state[move.user_id, move.chat_id]
        message_ids, authors = store.newly_read(tx, move)
        if authors:
            event = MessagesRead(
                timestamp=tx.now, rev=marked.rev, chat_id=move.chat_id, user_id=move.user_id, up_to_seq=move.up_to,
                message_ids=message_ids,
            )  # fmt: skip
            tx.emit(event, Mutual(authors, move.user_id, move.chat_id))
        tx.tell(
            CountMoved(
                rev=marked.rev, chat_id=move.chat_id, user_id=move.user_id, unread_count=marked.unread,
                up_to_seq=marked.up_to,
            )
        )  # fmt: skip

"""Reading: a watermark that only rises, and who hears of it."""

import asyncio
from itertools import count

import msgspec

from ryadom.db.database import Database, Told
from ryadom.db.tx import Tx
from ryadom.protocol.audience import Mutual
from ryadom.protocol.errors import Refusal
from ryadom.protocol.events import MessagesRead
from ryadom.protocol.facts import MarkMoved
from ryadom.protocol.schemas import ReadResult

from . import store
from .counts import Counts
from .store import Ask, Move, Pair


class Marked(msgspec.Struct, frozen=True, gc=False):
    """One's mark in a chat after reading; what is unread then, if that was asked."""

    up_to: int
    rev: int
    unread: int | None = None


class Receipts:
    """What people do with read marks."""

    def __init__(self, db: Database, counts: Counts) -> None:
        self._db = db
        self._counts = counts

    def mark_read(self, user_id: int, chat_id: int, message_id: int) -> "asyncio.Future[Marked]":
        """Mark a message and all before it in its chat as read. Refuses `not_found`."""
        return self._db.write_many(mark_read, Ask(user_id, chat_id, message_id, True))

    def post(self, user_id: int, chat_id: int, message_id: int, told: Told) -> None:
        """`mark_read` for a socket: `told` gets what the mark is now, without a count, or the refusal."""
        self._db.post(mark_read, Ask(user_id, chat_id, message_id, False), told)

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
        assert marked.unread is not None
        return ReadResult(
            chat_id=in_chat, up_to_seq=marked.up_to, unread_count=marked.unread, rev=marked.rev,
            total_unread=await self._counts.total(user_id),
        )  # fmt: skip


def mark_read(tx: Tx, asks: list[Ask]) -> list[Marked | Refusal]:
    """Move the watermarks of a set of asks. What moves nothing is silent."""
    pairs = [(ask.user_id, ask.chat_id) for ask in asks]
    targets, revs = store.targets(tx, asks, pairs)
    marks = store.marks(tx)
    moves: dict[Pair, Move] = {}
    for place, seq, sender_id, there in targets:
        user_id, chat_id = pair = pairs[place]
        mark = marks[pair]
        if seq > mark and (pair not in moves or seq > moves[pair].up_to):
            last = (asks[place].message_id, sender_id) if there and sender_id != user_id else None
            moves[pair] = Move(user_id, chat_id, mark, seq, last)
    if moves:
        first_rev = tx.next_rev(len(moves))
        store.move(tx, list(moves.values()), first_rev)
        revs |= zip(moves, count(first_rev))
        _tell(tx, list(moves.values()), first_rev)
    counted = list({pairs[place]: None for place, *_ in targets if asks[place].counted})
    unread = dict(zip(counted, store.unread(tx, counted), strict=True))
    marked: dict[int, Marked] = {}
    for place, *_ in targets:
        pair = pairs[place]
        marked[place] = Marked(marks[pair], revs.get(pair, 0), unread.get(pair))
    return [marked.get(place) or Refusal("not_found") for place in range(len(asks))]


def _tell(tx: Tx, moves: list[Move], first_rev: int) -> None:
    """The authors hear of it, and all servers of what is unread no more."""
    for rev, (move, read) in enumerate(zip(moves, store.newly_read(tx, moves), strict=True), first_rev):
        if read.authors:
            event = MessagesRead(
                timestamp=tx.now, rev=rev, chat_id=move.chat_id, user_id=move.user_id, up_to_seq=move.up_to,
                message_ids=read.last_ids,
            )  # fmt: skip
            tx.emit(event, Mutual(read.authors, move.user_id, move.chat_id))
        left = None if read.whole else store.unread(tx, [(move.user_id, move.chat_id)])[0]
        tx.tell(
            MarkMoved(
                rev=rev, timestamp=tx.now, chat_id=move.chat_id, user_id=move.user_id, up_to_seq=move.up_to,
                read=read.number, unread_count=left,
            )
        )  # fmt: skip

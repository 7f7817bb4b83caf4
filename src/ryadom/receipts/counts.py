"""What connected people have unread: loaded when they connect, moved by what is committed, told as absolute counts.

So a new message in a large chat costs no query per recipient. Everything here carries the `rev` it includes: a change
that was already in the loaded count is not counted twice.
"""

import heapq
from collections.abc import Callable
from datetime import datetime

from ryadom.auth.store import own_rev
from ryadom.chats.store import COUNTS, total_unread
from ryadom.clock import Clock
from ryadom.contacts.store import mutual_ids
from ryadom.db.database import Database
from ryadom.db.tx import Tx
from ryadom.protocol.events import NewMessage, UnreadChanged, UnreadMessage
from ryadom.protocol.facts import MarkMoved, MemberJoined, MemberLeft, MessageRemoved, Muted, MutualFlipped
from ryadom.realtime.encoded import LastFields
from ryadom.realtime.frames import text_frame
from ryadom.realtime.hub import UNKNOWN, Hub
from ryadom.realtime.outbox import Outbox
from ryadom.realtime.people import Loaded, Person
from ryadom.realtime.room import Count, Room

from . import store

INFINITY = float("inf")
_COUNTED = LastFields("unread_count", "total_unread")
"""What is each member's own in an `UnreadMessage`."""


class Counts:
    """The unread counts of everybody who is connected to this node."""

    def __init__(self, hub: Hub, outbox: Outbox, db: Database, clock: Clock) -> None:
        self._hub = hub
        self._db = db
        self._clock = clock
        self._unmute: list[tuple[float, int, int]] = []
        self._mutes: dict[tuple[int, int], float] = {}
        self.moved: Callable[[], None] = lambda: None
        """Called when the next end of a mute may have come nearer."""
        hub.accompany(NewMessage, UnreadMessage, self._counted)
        outbox.follow(NewMessage, self._new_message)
        outbox.follow(MarkMoved, self._moved)
        outbox.follow(MessageRemoved, self._removed)
        outbox.follow(MemberJoined, self._joined)
        outbox.follow(MemberLeft, self._left)
        outbox.follow(Muted, self._muted)
        outbox.follow(MutualFlipped, self._mutual_flipped)

    async def total(self, user_id: int) -> int:
        """Unread messages in all of a person's chats that are not muted."""
        person = self._hub.people.get(user_id)
        if person is None:
            return await self._db.read(total_unread, user_id)
        self._wake()
        return self._sum(person)

    def watch(self, user_id: int, person: Person) -> None:
        """A person has connected: note when their muted chats count again."""
        for room, place in person.seats():
            self._note_mute(user_id, room, place)

    def next_due(self) -> float:
        """When the next muted chat counts again."""
        return self._unmute[0][0] if self._unmute else INFINITY

    def sweep(self, now: float) -> None:
        """Tell those whose chats have just stopped being muted."""
        again: list[tuple[Room, int]] = []
        while self._unmute and self._unmute[0][0] <= now:
            until, user_id, chat_id = heapq.heappop(self._unmute)
            if self._mutes.get((user_id, chat_id)) == until:
                del self._mutes[user_id, chat_id]
            found = self._find(user_id, chat_id)
            if found is not None and found[0].muted_until[found[1]] == until:
                self._mute(*found, 0.0)
                again.append(found)
        for room, place in again:
            self._tell(room, place)

    def _wake(self) -> None:
        """What was muted until now counts again, also when the sweep has not been there yet."""
        if self._unmute and self._unmute[0][0] <= self._clock.now():
            self.sweep(self._clock.now())

    def _mute(self, room: Room, place: int, until: float) -> None:
        room.mute(place, until)
        self._hub.totals[room.rows[place]] = UNKNOWN

    def _sum(self, person: Person) -> int:
        """What somebody has unread in all."""
        total = self._hub.totals[person.row]
        if total == UNKNOWN:
            total = sum(room.unread[place] * room.adds[place] for room, place in person.seats())
            self._hub.totals[person.row] = total
        return total

    def _set(self, room: Room, place: int, unread: int, rev: int) -> None:
        """Where one member's count changes."""
        totals, row = self._hub.totals, room.rows[place]
        if totals[row] != UNKNOWN:
            totals[row] += room.adds[place] * (unread - room.unread[place])
        room.change(place, unread, rev)

    def _counted(self, event: NewMessage, room: Room, frame: bytes) -> list[bytes]:
        """Count a message for each member but the sender; what each gets, by their places."""
        if self._unmute:
            self._wake()
        rev, sender = event.rev, room.places.get(event.message.sender_id or 0, -1)
        # Most often nobody's count includes it yet.
        included = rev <= room.newest or rev <= room.counted
        column, heard, totals = room.unread, room.adds, self._hub.totals
        pieces: list[bytes] = []
        made: dict[tuple[int, int], bytes] = {}
        pattern = piece = b""
        before = total_before = -1
        for place, row in enumerate(room.rows):
            if place == sender:
                pieces.append(b"")
                continue
            unread, total = column[place], totals[row]
            if total == UNKNOWN:
                total = self._sum(room.people[place])
            if not included or rev > room.rev(place):
                column[place] = unread = unread + 1
                totals[row] = total = total + heard[place]
            if unread != before or total != total_before:
                # Neighbours often have the very same.
                before, total_before = counted = unread, total
                piece = made.get(counted, b"")
                if not piece:
                    pattern = pattern or _COUNTED.pattern(_uncounted(event))
                    piece = made[counted] = frame + text_frame(pattern % counted)
            pieces.append(piece)
        if rev > room.counted:
            room.counted = rev
        return pieces

    def _new_message(self, event: NewMessage) -> None:
        """The count of the sender: who has nothing unread has read up to what they write."""
        message = event.message
        room = self._hub.chats.get(message.chat_id)
        place = None if room is None else room.places.get(message.sender_id or 0)
        if room is None or place is None or room.unread[place]:
            return
        if event.rev > room.revs[place] and message.seq > room.marks[place]:
            room.marks[place] = message.seq
        self._tell(room, place, event.timestamp)

    def _moved(self, fact: MarkMoved) -> None:
        found = self._find(fact.user_id, fact.chat_id)
        if found is not None:
            room, place = found
            if fact.rev > room.rev(place):
                room.marks[place] = fact.up_to_seq
                unread = room.unread[place] - fact.read if fact.unread_count is None else fact.unread_count
                self._set(room, place, unread, fact.rev)
            self._tell(room, place, fact.timestamp)

    def _removed(self, fact: MessageRemoved) -> None:
        room = self._hub.chats.get(fact.chat_id)
        if room is None:
            return
        for user_id, place in room.places.items():
            if user_id != fact.sender_id and fact.seq > room.marks[place]:
                if fact.rev > room.rev(place):
                    self._set(room, place, room.unread[place] - 1, fact.rev)
                self._tell(room, place)

    def _joined(self, fact: MemberJoined) -> None:
        if fact.user_id not in self._hub.people:
            return
        found = self._find(fact.user_id, fact.chat_id)
        if found is None or found[0].rev(found[1]) < fact.rev:
            self._hub.join(fact.chat_id, fact.user_id, Count(0, fact.up_to_seq, 0.0, fact.rev))
        room = self._hub.chats[fact.chat_id]
        self._tell(room, room.places[fact.user_id])

    def _left(self, fact: MemberLeft) -> None:
        found = self._find(fact.user_id, fact.chat_id)
        if found is not None and found[0].rev(found[1]) < fact.rev:
            room, place = found
            try:
                if room.unread[place]:
                    self._set(room, place, 0, fact.rev)
                    self._tell(room, place)
            finally:
                self._hub.leave(fact.chat_id, fact.user_id)

    def _muted(self, fact: Muted) -> None:
        found = self._find(fact.user_id, fact.chat_id)
        if found is not None:
            room, place = found
            self._mute(room, place, fact.until)
            room.change(place, room.unread[place], max(room.revs[place], fact.rev))
            self._note_mute(fact.user_id, room, place)
            self._tell(room, place)

    def _mutual_flipped(self, fact: MutualFlipped) -> None:
        for one, other in ((fact.first, fact.second), (fact.second, fact.first)):
            person = self._hub.people.get(one)
            if person is not None:
                (person.mutual.add if fact.mutual else person.mutual.discard)(other)

    def _find(self, user_id: int, chat_id: int) -> tuple[Room, int] | None:
        room = self._hub.chats.get(chat_id)
        place = None if room is None else room.places.get(user_id)
        return None if room is None or place is None else (room, place)

    def _note_mute(self, user_id: int, room: Room, place: int) -> None:
        """Come back when this mute ends. One note per member and chat, however often it is muted or they connect."""
        chat_id, until = room.chat_id, room.muted_until[place]
        if until <= self._clock.now():
            if until and self._mutes.get((user_id, chat_id)) != until:
                # Else the sweep is about to tell of it.
                self._mute(room, place, 0.0)
            return
        if self._mutes.get((user_id, chat_id)) == until:
            return
        self._mutes[user_id, chat_id] = until
        if len(self._unmute) > 2 * len(self._mutes) + 64:
            self._unmute = [(when, *member) for member, when in self._mutes.items()]
            heapq.heapify(self._unmute)
        else:
            heapq.heappush(self._unmute, (until, user_id, chat_id))
        self.moved()

    def _tell(self, room: Room, place: int, now: datetime | None = None) -> None:
        if self._unmute:
            self._wake()
        person = room.people[place]
        changed = UnreadChanged(
            timestamp=now or self._clock.utcnow(), rev=room.rev(place), chat_id=room.chat_id,
            unread_count=room.unread[place], total_unread=self._sum(person), up_to_seq=room.marks[place],
        )  # fmt: skip
        self._hub.tell(person, changed)


def _uncounted(event: NewMessage) -> UnreadMessage:
    """What is told of a message, but for the numbers."""
    message = event.message
    return UnreadMessage(
        timestamp=event.timestamp, rev=event.rev, chat_id=message.chat_id, message_id=message.id,
        sender_id=message.sender_id, unread_count=0, total_unread=0,
    )  # fmt: skip


def load_person(tx: Tx, user_id: int) -> Loaded:
    """What fan-out needs to know of a person who connects, at one moment."""
    return _person(tx, user_id, mutual_ids(tx, [user_id])[user_id])


def load_arrival(tx: Tx, user_id: int) -> tuple[Loaded, int]:
    """The same, and the highest rev that concerns them: a mutual contact may have read since they were here."""
    mutual = mutual_ids(tx, [user_id])[user_id]
    person = _person(tx, user_id, mutual)
    return person, max(person.rev, tx.value(store.MARKS_REV, user_id=user_id, mutual=mutual))


def _person(tx: Tx, user_id: int, mutual: list[int]) -> Loaded:
    rev = tx.value(store.LAST_REV)
    highest = own_rev(tx, user_id)
    counts = {}
    for chat_id, unread, mark, muted_until, *revs in tx.run(COUNTS, user_id=user_id):
        counts[chat_id] = Count(unread, mark, _seconds(muted_until), rev)
        highest = max(highest, *revs)
    return Loaded(counts, set(mutual), highest)


def _seconds(moment: datetime | None) -> float:
    return 0.0 if moment is None else moment.timestamp()

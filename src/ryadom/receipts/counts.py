"""What connected people have unread: loaded when they connect, moved by what is committed, told as absolute counts.

So a new message in a large chat costs no query per recipient. Everything here carries the `rev` it includes: a change
that was already in the loaded count is not counted twice.
"""

import heapq
from collections.abc import Callable, Iterator
from datetime import datetime

from ryadom.auth.store import own_rev
from ryadom.chats.store import COUNTS, total_unread
from ryadom.clock import Clock
from ryadom.contacts.store import mutual_ids
from ryadom.db.database import Database
from ryadom.db.tx import Tx
from ryadom.protocol.events import NewMessage, UnreadChanged, UnreadMessage
from ryadom.protocol.facts import MarkMoved, MemberJoined, MemberLeft, MessageRemoved, Muted, MutualFlipped
from ryadom.realtime.frames import text_frame
from ryadom.realtime.hub import Hub, LastFields
from ryadom.realtime.outbox import Outbox
from ryadom.realtime.people import Count, Members, Person

from . import store

INFINITY = float("inf")
COUNTED = LastFields("unread_count", "total_unread")
"""What is each member's own in it."""


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
        return self._sum(person)

    def watch(self, user_id: int, person: Person) -> None:
        """A person has connected: note when their muted chats count again."""
        for chat_id, count in person.chats.items():
            self._note_mute(user_id, chat_id, count.muted_until)

    def next_due(self) -> float:
        """When the next muted chat counts again."""
        return self._unmute[0][0] if self._unmute else INFINITY

    def sweep(self, now: float) -> None:
        """Tell those whose chats have just stopped being muted."""
        while self._unmute and self._unmute[0][0] <= now:
            until, user_id, chat_id = heapq.heappop(self._unmute)
            if self._mutes.get((user_id, chat_id)) == until:
                del self._mutes[user_id, chat_id]
            person = self._hub.people.get(user_id)
            count = person.chats.get(chat_id) if person is not None else None
            if person is not None and count is not None and count.muted_until == until:
                person.total = None
                self._tell(person, chat_id, count)

    def _sum(self, person: Person) -> int:
        if person.total is None or (self._unmute and self._mute_has_ended()):
            now = self._clock.now()
            person.total = sum(count.unread for count in person.chats.values() if count.muted_until <= now)
        return person.total

    def _mute_has_ended(self) -> bool:
        """Whether someone's chat counts again, and the sweep has not been there yet. Somebody has muted one."""
        return self._unmute[0][0] <= self._clock.now()

    def _set(self, person: Person, count: Count, unread: int, rev: int) -> int:
        """Where a count changes; what is unread in all then."""
        total = person.total
        if total is not None and (not count.muted_until or count.muted_until <= self._clock.now()):
            total = person.total = total + unread - count.unread
        count.unread, count.rev = unread, rev
        return self._sum(person) if total is None or self._unmute else total

    def _counted(self, event: NewMessage, members: Members) -> Iterator[tuple[Person, bytes]]:
        """Count a message for each member; what each is told of that, but for the sender."""
        message = event.message
        sender_id, rev = message.sender_id, event.rev
        pattern = frame = b""
        frames: dict[tuple[int, int], bytes] = {}
        before, total_before = -1, -1
        for user_id, (person, count) in members.items():
            if user_id == sender_id:
                yield person, b""
                continue
            total = person.total
            if rev <= count.rev:
                total = self._sum(person)
            elif total is None or count.muted_until or self._unmute:
                total = self._set(person, count, count.unread + 1, rev)
            else:
                # As `_set` does, without a call for each of many.
                total = person.total = total + 1
                count.unread += 1
                count.rev = rev
            unread = count.unread
            if unread != before or total != total_before:
                before, total_before = counted = unread, total
                frame = frames.get(counted, b"")
                if not frame:
                    pattern = pattern or COUNTED.pattern(_uncounted(event))
                    frame = frames[counted] = text_frame(pattern % counted)
            yield person, frame

    def _new_message(self, event: NewMessage) -> None:
        """The count of the sender."""
        message = event.message
        member = self._hub.chats.get(message.chat_id, {}).get(message.sender_id)
        if member is not None:
            self._own_message(event, *member)

    def _own_message(self, event: NewMessage, person: Person, count: Count) -> None:
        """Who has nothing unread has read up to what they write."""
        if count.unread == 0:
            if event.rev > count.rev:
                count.mark, count.rev = event.message.seq, event.rev
            self._tell(person, event.message.chat_id, count, event.timestamp)

    def _moved(self, fact: MarkMoved) -> None:
        found = self._find(fact.user_id, fact.chat_id)
        if found is not None:
            person, count = found
            if fact.rev > count.rev:
                count.mark = fact.up_to_seq
                unread = count.unread - fact.read if fact.unread_count is None else fact.unread_count
                self._set(person, count, unread, fact.rev)
            self._tell(person, fact.chat_id, count, fact.timestamp)

    def _removed(self, fact: MessageRemoved) -> None:
        for user_id, (person, count) in self._hub.chats.get(fact.chat_id, {}).items():
            if user_id != fact.sender_id and fact.seq > count.mark:
                if fact.rev > count.rev:
                    self._set(person, count, count.unread - 1, fact.rev)
                self._tell(person, fact.chat_id, count)

    def _joined(self, fact: MemberJoined) -> None:
        person = self._hub.people.get(fact.user_id)
        if person is None:
            return
        known = person.chats.get(fact.chat_id)
        if known is None or known.rev < fact.rev:
            known = Count(0, fact.up_to_seq, 0.0, fact.rev)
            self._hub.join(fact.chat_id, fact.user_id, known)
        self._tell(person, fact.chat_id, known)

    def _left(self, fact: MemberLeft) -> None:
        found = self._find(fact.user_id, fact.chat_id)
        if found is not None and found[1].rev < fact.rev:
            person, count = found
            self._hub.leave(fact.chat_id, fact.user_id)
            if count.unread:
                self._set(person, count, 0, fact.rev)
                self._tell(person, fact.chat_id, count)

    def _muted(self, fact: Muted) -> None:
        found = self._find(fact.user_id, fact.chat_id)
        if found is not None:
            person, count = found
            count.muted_until = fact.until
            person.total = None
            count.rev = max(count.rev, fact.rev)
            self._note_mute(fact.user_id, fact.chat_id, fact.until)
            self._tell(person, fact.chat_id, count)

    def _mutual_flipped(self, fact: MutualFlipped) -> None:
        for one, other in ((fact.first, fact.second), (fact.second, fact.first)):
            person = self._hub.people.get(one)
            if person is not None:
                (person.mutual.add if fact.mutual else person.mutual.discard)(other)

    def _find(self, user_id: int, chat_id: int) -> tuple[Person, Count] | None:
        person = self._hub.people.get(user_id)
        count = person.chats.get(chat_id) if person is not None else None
        return None if person is None or count is None else (person, count)

    def _note_mute(self, user_id: int, chat_id: int, until: float) -> None:
        """Come back when this mute ends. One note per member and chat, however often it is muted or they connect."""
        if until <= self._clock.now() or self._mutes.get((user_id, chat_id)) == until:
            return
        self._mutes[user_id, chat_id] = until
        if len(self._unmute) > 2 * len(self._mutes) + 64:
            self._unmute = [(when, *member) for member, when in self._mutes.items()]
            heapq.heapify(self._unmute)
        else:
            heapq.heappush(self._unmute, (until, user_id, chat_id))
        self.moved()

    def _tell(self, person: Person, chat_id: int, count: Count, now: datetime | None = None) -> None:
        changed = UnreadChanged(
            timestamp=now or self._clock.utcnow(), rev=count.rev, chat_id=chat_id, unread_count=count.unread,
            total_unread=self._sum(person), up_to_seq=count.mark,
        )  # fmt: skip
        self._hub.tell(person, changed)


def _uncounted(event: NewMessage) -> UnreadMessage:
    """What is told of a message, but for the numbers."""
    message = event.message
    return UnreadMessage(
        timestamp=event.timestamp, rev=event.rev, chat_id=message.chat_id, message_id=message.id,
        sender_id=message.sender_id, unread_count=0, total_unread=0,
    )  # fmt: skip


def load_person(tx: Tx, user_id: int) -> Person:
    """What fan-out needs to know of a person who connects, at one moment."""
    return _person(tx, user_id, mutual_ids(tx, [user_id])[user_id])


def load_arrival(tx: Tx, user_id: int) -> tuple[Person, int]:
    """The same, and the highest rev that concerns them: a mutual contact may have read since they were here."""
    mutual = mutual_ids(tx, [user_id])[user_id]
    person = _person(tx, user_id, mutual)
    return person, max(person.rev, tx.value(store.MARKS_REV, user_id=user_id, mutual=mutual))


def _person(tx: Tx, user_id: int, mutual: list[int]) -> Person:
    rev = tx.value(store.LAST_REV)
    highest = own_rev(tx, user_id)
    chats = {}
    for chat_id, unread, mark, muted_until, *revs in tx.run(COUNTS, user_id=user_id):
        chats[chat_id] = Count(unread, mark, _seconds(muted_until), rev)
        highest = max(highest, *revs)
    return Person(chats, set(mutual), highest)


def _seconds(moment: datetime | None) -> float:
    return 0.0 if moment is None else moment.timestamp()

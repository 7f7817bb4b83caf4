"""Settle: bring what is published about people in line with what their devices say.

Whoever changes something about a device, a contact or a session only marks the person due (`live.registry`) or tells a
fact; one runner here computes, writes and emits, for all who are due at once.
"""

import asyncio
from collections.abc import Iterable
from datetime import datetime
from typing import NamedTuple

from ryadom.auth.activity import ActivityWriter
from ryadom.clock import Clock, utc
from ryadom.contacts.store import are_mutual, mutual_ids
from ryadom.db.database import Database
from ryadom.db.tx import Tx
from ryadom.live.registry import Registry
from ryadom.protocol.audience import Users
from ryadom.protocol.errors import Refusal
from ryadom.protocol.events import Event, MessagesRead, StatusChange, UserOffline, UserOnline
from ryadom.protocol.facts import MutualFlipped, SessionEnded
from ryadom.protocol.schemas import Status
from ryadom.realtime.outbox import Outbox

from . import rules, store

AT_ONCE = 50
"""People whose status is published in one transaction: others have their turn between two."""
AGAIN_AFTER = 1.0
"""Seconds until publishing is tried again when the database refused."""


class Step(NamedTuple):
    """A person's status goes from one to another."""

    user_id: int
    before: Status
    after: Status
    seen: float | None


class Publication(NamedTuple):
    """What one transaction publishes."""

    crossing: list[Step]
    """To offline, or from there."""
    idling: list[Step]
    """Between online and away."""
    pairs: list[tuple[int, int]]
    """People who may see each other from now on."""
    statuses: dict[int, Status]
    """Of everybody who is named above."""


class Presence:
    """The runner that publishes presence."""

    def __init__(self, db: Database, clock: Clock, outbox: Outbox, live: Registry, activity: ActivityWriter) -> None:
        self._db = db
        self._clock = clock
        self._outbox = outbox
        self._live = live
        self._activity = activity
        self._pairs: list[tuple[int, int]] = []
        self._waiting: list[asyncio.Future[None]] = []
        self._wake = asyncio.Event()
        self._busy = False
        live.wake = self._wake.set
        outbox.follow(SessionEnded, self._session_ended)
        outbox.follow(MutualFlipped, self._mutual_flipped)

    @property
    def quiet(self) -> bool:
        """Whether everything that is known is published."""
        return not (self._busy or self._live.due or self._pairs or self._waiting)

    async def start(self) -> None:
        """After a start of the server: who was online has a grace to come back."""
        online, sessions = await self._db.read(store.left_behind)
        now = self._clock.now()
        for user_id, seen in online:
            self._live.published[user_id] = "online"
            self._live.remember(user_id, seen.timestamp())
            self._live.mark(user_id)
        for one in sessions:
            times = one.active.timestamp(), one.seen.timestamp()
            self._live.expect(one.session_id, one.user_id, one.standing, *times, now)

    async def declare(self, session_id: int, user_id: int, *, online: bool) -> None:
        """A session says that it is here, or that it does not count until it comes anew."""
        self._live.declared(session_id, user_id, self._clock.now(), online=online)
        self._activity.save(session_id)
        await self.settled()

    async def run(self) -> None:
        """Settle whenever somebody is due, for ever."""
        while True:
            await self._wake.wait()
            self._wake.clear()
            if not await self.settle():
                await self._clock.sleep(AGAIN_AFTER)
                self._wake.set()

    async def settled(self) -> None:
        """Return when all that is known now has been published."""
        if self._live.due or self._pairs or self._busy:
            future = asyncio.get_running_loop().create_future()
            self._waiting.append(future)
            self._wake.set()
            await future

    async def settle(self) -> bool:
        """Publish what is due. False on a failure: then it stays due."""
        due, self._live.due = self._live.due, set()
        pairs, self._pairs = self._pairs, []
        waiting, self._waiting = self._waiting, []
        left = list(due)
        self._busy = True
        try:
            while left or pairs:
                some = left[-AT_ONCE:]
                await self._publish(some, pairs)
                pairs = []
                del left[len(left) - len(some) :]
                if left:
                    await asyncio.sleep(0)
        except BaseException as error:
            self._live.due.update(left)
            self._pairs = pairs + self._pairs
            if not isinstance(error, Refusal):
                raise
            return False
        finally:
            self._busy = False
            for future in waiting:
                if not future.done():
                    future.set_result(None)
        return True

    async def _publish(self, due: Iterable[int], pairs: list[tuple[int, int]]) -> None:
        now = self._clock.now()
        steps = []
        for user_id in due:
            # What they last did goes down with the same commit.
            self._live.parted(user_id, now)
            before = self._live.published.get(user_id, "offline")
            after = self.computed(user_id, now)
            if before == after:
                self._live.settled(user_id, after, now)
            else:
                steps.append(Step(user_id, before, after, self._live.last_proof(user_id)))
        crossing = [step for step in steps if "offline" in (step.before, step.after)]
        idling = [step for step in steps if "offline" not in (step.before, step.after)]
        if steps or pairs:
            statuses: dict[int, Status] = {
                one: self._live.published.get(one, "offline") for pair in pairs for one in pair
            }
            statuses |= {step.user_id: step.after for step in steps}
            await self._db.write_many(_publish_all, Publication(crossing, idling, pairs, statuses))
        for step in steps:
            self._live.settled(step.user_id, step.after, now)
            if self.computed(step.user_id, self._clock.now()) != step.after:
                # It stepped on while this was being written.
                self._live.mark(step.user_id)

    def computed(self, user_id: int, now: float) -> Status:
        """What others should see of a person now."""
        return rules.status(self._live.devices(user_id), now, hidden=user_id in self._live.hidden)

    def _session_ended(self, fact: SessionEnded) -> None:
        self._live.ended(fact.session_id)

    def _mutual_flipped(self, fact: MutualFlipped) -> None:
        if fact.mutual:
            self._pairs.append((fact.first, fact.second))
            self._wake.set()


def _publish_all(tx: Tx, items: list[Publication]) -> list[None]:
    """A set, though one comes at a time: it is short, and changes nothing that other sets remember."""
    for item in items:
        _publish(tx, *item)
    return [None] * len(items)


def _publish(
    tx: Tx, crossing: list[Step], idling: list[Step], pairs: list[tuple[int, int]], statuses: dict[int, Status]
) -> None:
    readers = mutual_ids(tx, [step.user_id for step in (*crossing, *idling)])
    for step in crossing:
        online = step.after != "offline"
        seen = None if step.seen is None else utc(step.seen)
        last_seen = store.publish(tx, step.user_id, online, seen)
        _tell_status(tx, step.user_id, step.after, last_seen, readers[step.user_id])
        mark = (UserOnline if online else UserOffline)(timestamp=tx.now, user_id=step.user_id, last_seen=last_seen)
        tx.emit(mark, Users(readers[step.user_id]))
    for step in idling:
        person = store.one(tx, step.user_id)
        if person is not None:
            idle = _status_change(tx, step.user_id, step.after, person.last_seen)
            tx.emit(idle, Users(readers[step.user_id], away=True))
    told = {step.user_id for step in crossing}
    for one, other in dict.fromkeys(pairs):
        if are_mutual(tx, one, other):
            for person_id, reader in ((one, other), (other, one)):
                _introduce(tx, person_id, reader, None if person_id in told else statuses[person_id])


def _introduce(tx: Tx, user_id: int, reader: int, status: Status | None) -> None:
    """Someone may see a person from now on: their status, and what they have read of the reader's messages.

    `status` is None when the reader has just been told it.
    """
    person = store.one(tx, user_id)
    if person is None:
        return
    if status is not None:
        _tell_status(tx, user_id, status if person.is_online else "offline", person.last_seen, [reader])
    for chat_id, up_to_seq, rev in tx.run(store.READ_BY, reader=user_id, author=reader):
        read: Event = MessagesRead(
            timestamp=tx.now, rev=rev, chat_id=chat_id, user_id=user_id, up_to_seq=up_to_seq, message_ids=[]
        )
        tx.emit(read, Users([reader]))


def _tell_status(tx: Tx, user_id: int, status: Status, last_seen: datetime | None, to: list[int]) -> None:
    """`away` to those who ask for it, `online` to the others."""
    if status != "away":
        tx.emit(_status_change(tx, user_id, status, last_seen), Users(to))
        return
    for wants_away in (True, False):
        shown = rules.shown(status, wants_away=wants_away)
        tx.emit(_status_change(tx, user_id, shown, last_seen), Users(to, away=wants_away))


def _status_change(tx: Tx, user_id: int, status: Status, last_seen: datetime | None) -> StatusChange:
    return StatusChange(timestamp=tx.now, user_id=user_id, status=status, last_seen=last_seen)
